"""Every sentence that tells the user to press something names what stands on the page that it speaks of.

Sentences are found in the source: 按「…」, 點選「…」, 選「…」 and the like. Each, by its file and what it quotes, is
mapped to the file that places what is pressed; a new sentence fails until it has its line. `test_dead_ends.py` looks at
some of them on the rendered page.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOLD = re.compile(
    '(?:按下方的|按|點選|點此至|取消勾選|勾選|取消|改選|改成|選|使用|請以|請填|請回|從|(?<!看)到)「([^「」]+)」'
)
# What comes after the first: 按「A」或「B」.
AND = re.compile('」(?:或|、|，或)「([^「」]+)」')

LOGIN, FORM = 'ui/pages/login.html', 'ui/pages/volunteer/application_form.py'
LIST, MENUS = 'ui/pages/applications.py', 'ui/pages/menus.py'
WITHDRAW = 'ui/components/withdrawing.py'  # what FORM, LIST and the tab 紀錄冊 place
BASICS, JOIN = 'domain/volunteers/basics.py', 'ui/pages/volunteer/consolidated.py'
TAB = 'ui/pages/volunteer/profile/record_book_tab.py'
ROSTERS = 'ui/pages/rosters.py'
PAPER = 'ui/pages/volunteer/paper_book_form.py'
CHANGES = 'ui/components/desk/case_changes.py'

# By (where the sentence stands, what it tells to press): where that is placed.
PLACED = {
    ('domain/accounts/forms.py', '整個單位'): 'ui/components/clerk_fields.py',
    ('domain/accounts/login_lock.py', '忘記密碼?'): LOGIN,
    ('domain/accounts/password_links.py', '忘記密碼?'): LOGIN,
    ('domain/accounts/terms.py', '儲存'): 'ui/pages/admin/accounts.py',
    ('domain/accounts/terms.py', '帳號使用中'): 'domain/accounts/forms.py',
    ('domain/applications/other_units.py', '儲存'): FORM,
    ('domain/applications/other_units.py', '送審進度'): MENUS,
    ('domain/applications/other_units.py', '本人同意，改由本單位申請'): FORM,
    ('domain/cases/deputies.py', '結束代理'): 'ui/components/deputy_card.py',
    ('domain/corrections/__init__.py', '送審'): FORM,
    ('domain/dates.py', '民國前'): BASICS,
    ('domain/imports/kinds/pictures.py', '照片都清晰、半身，且是本人'): 'domain/imports/kinds/pictures.py',
    ('domain/imports/kinds/trainings.py', '仍要匯入'): 'domain/imports/kind.py',
    ('domain/imports/kinds/volunteers.py', '仍要匯入'): 'domain/imports/kind.py',
    ('domain/books/book_prints.py', '停止列印'): 'ui/components/book_prints.py',
    ('domain/mail/outbox.py', '忘記密碼?'): LOGIN,
    ('domain/mail/texts/account_confirm.txt', '確認申請'): 'ui/pages/account_confirm.html',
    ('domain/mail/texts/account_granted.txt', '忘記密碼?'): LOGIN,
    ('domain/mail/texts/approved_for_volunteer.txt', '忘記密碼?'): LOGIN,
    ('domain/mail/texts/card_changed.txt', '忘記密碼?'): LOGIN,
    ('domain/mail/texts/correction_due.txt', '撤回申請'): WITHDRAW,
    ('domain/mail/texts/correction_due.txt', '輪到您'): 'domain/cases/worklists.py',
    ('domain/mail/texts/correction_due.txt', '送審'): FORM,
    ('domain/mail/texts/email_asked.txt', '不同意'): 'ui/pages/account_email.html',
    ('domain/mail/texts/first_password.txt', '忘記密碼?'): LOGIN,
    ('domain/mail/texts/new_device.txt', '我的登入'): 'ui/components/app_bar.py',
    ('ui/flash.py', '我的登入'): 'ui/components/app_bar.py',
    ('ui/pages/proof_done.html', '下載檔案'): 'ui/pages/proof_done.html',
    ('domain/mail/texts/password_changed.txt', '忘記密碼?'): LOGIN,
    ('domain/mail/texts/reset.txt', '忘記密碼?'): LOGIN,
    ('domain/mail/texts/paper_book_returned.txt', '送請確認'): PAPER,
    ('domain/mail/texts/paper_book_unconfirmed.txt', '送請確認'): PAPER,
    ('domain/mail/texts/paper_books_confirmed.txt', '換發'): 'db/choices.py',
    ('domain/mail/texts/returned.txt', '撤回申請'): WITHDRAW,
    ('domain/mail/texts/returned.txt', '送審'): FORM,
    ('domain/papers/changes.py', '已看過變更'): CHANGES,
    ('domain/papers/kept.py', '已看過變更'): CHANGES,
    ('domain/privacy/rights.py', '仍採用本人提出的內容'): 'ui/pages/rights.py',
    ('ui/components/reveal.py', '其他'): 'ui/components/reveal.py',
    ('ui/pages/my_data.py', '提出更正'): 'ui/pages/my_data.py',
    ('ui/pages/rights.py', '離開的志工'): 'ui/pages/rights.py',
    ('ui/static/again.js', '使用通行金鑰'): 'ui/static/again.js',
    ('ui/pages/rights.py', '登記書面請求'): 'ui/pages/volunteer/profile/basics_tab.py',
    ('domain/readiness/rules.py', '適用至'): 'domain/readiness/rules.py',
    ('domain/rosters/__init__.py', '撤回申請'): WITHDRAW,
    ('domain/rosters/rows.py', '送審進度'): MENUS,
    ('domain/volunteers/memberships.py', '結束收編'): 'ui/components/leaving.py',
    ('domain/volunteers/newcomers.py', '收編'): JOIN,
    ('domain/volunteers/basics.py', '自行設定密碼'): 'ui/components/basics_fields.py',
    ('ui/pages/certificate_login.html', '自然人憑證'): 'ui/components/app_bar.py',
    ('ui/components/basics_fields.py', '收編'): JOIN,
    ('ui/components/correction_list.py', '已補正'): 'ui/components/correction_list.js',
    ('ui/components/correction_list.py', '有異議'): 'ui/components/correction_list.js',
    ('ui/components/correction_list.py', '送審'): FORM,
    ('ui/components/correction_marks.py', '儲存'): 'ui/pages/volunteer/profile/basics_tab.py',
    ('ui/components/desk/case_changes.py', '已看過變更'): CHANGES,
    ('ui/components/desk/desk_head.js', '接手'): 'ui/components/desk/desk_head.js',
    ('ui/components/roster_list.js', '全部'): 'ui/components/roster_list.js',
    ('ui/flash.py', '加入志工'): ROSTERS,
    ('ui/pages/account_confirm.html', '確認申請'): 'ui/pages/account_confirm.html',
    ('ui/flash.py', '重新申請'): TAB,
    ('ui/door/endings.py', '繼續使用'): 'ui/door/endings.py',
    ('domain/accounts/staff.py', '新增帳號'): 'ui/pages/admin/__init__.py',
    ('ui/pages/account.py', '不寄'): 'ui/pages/account.py',
    ('ui/pages/account.py', '我的資料'): 'ui/pages/my_data.py',
    ('ui/pages/admin/mail.py', '忘記密碼?'): LOGIN,
    ('ui/pages/applications.py', '申請送審'): TAB,
    ('ui/components/desk/desk_decisions.py', '再看一下'): 'ui/components/desk/desk_decisions.py',
    ('ui/components/desk/desk_decisions.py', '標記補件'): 'ui/static/desk.js',
    ('ui/components/desk/desk_decisions.py', '修改標記'): 'ui/static/desk.js',
    ('ui/components/desk/desk_decisions.py', '再請補正'): 'ui/components/desk/desk_marks.js',
    ('ui/components/imports/batch_file.py', '改正其餘'): 'ui/components/imports/batch_desk.py',
    ('ui/pages/rosters.py', '加入志工'): ROSTERS,
    ('ui/pages/rosters.py', '建立名冊'): ROSTERS,
    (FORM, '撤回申請'): WITHDRAW,
    (FORM, '送審'): FORM,
    ('ui/pages/volunteer/profile/ledger_tab.py', '新增'): 'ui/pages/volunteer/profile/ledger_tab.py',
    (TAB, '申請送審'): TAB,
    ('ui/pages/transfers.py', '未編隊'): 'ui/pages/transfers.py',
    ('ui/pages/volunteer/profile/training_tab.py', '批次維護作業'): MENUS,
    ('ui/pages/volunteer/profile/training_tab.py', '新增'): 'ui/pages/volunteer/profile/training_tab.py',
}


def test_every_sentence_that_tells_to_press_something_says_where_that_is() -> None:
    found = set(sentences())

    assert found - set(PLACED) == set(), 'new sentences: say in PLACED which page has the button'
    assert set(PLACED) - found == set(), 'these sentences are gone'


@pytest.mark.parametrize(('label', 'place'), sorted({(label, place) for (_, label), place in PLACED.items()}))
def test_what_a_sentence_tells_to_press_is_placed_there(label: str, place: str) -> None:
    source = (ROOT / place).read_text(encoding='utf-8')
    if place.endswith('.py'):
        assert any(re.match(rf'{re.escape(label)}(?:$|[(（：])', text) for text in labels(source))
    else:
        assert re.search(rf'(?:[>\'"`]|^)\s*{re.escape(label)}\s*(?:[<\'"`]|$)', source, re.MULTILINE)


def labels(source: str) -> Iterator[str]:
    """The texts that a module hands to what it calls, or keeps in dicts or tuples, or under a name."""
    for node in ast.walk(ast.parse(source)):
        given: list[ast.expr] = []
        if isinstance(node, ast.Call):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
        elif isinstance(node, ast.Tuple):
            given = node.elts
        elif isinstance(node, ast.Dict):
            given = node.values
        elif isinstance(node, ast.Assign):
            given = [node.value]
        yield from (one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))


def sentences() -> Iterator[tuple[str, str]]:
    """(file, what it tells to press), of every sentence in domain and ui."""
    for layer in ('domain', 'ui'):
        for file in sorted((ROOT / layer).rglob('*')):
            name = str(file.relative_to(ROOT))
            if file.suffix not in ('.py', '.txt', '.js', '.html', '.csv'):
                continue
            for text in texts(file):
                for found in TOLD.finditer(text):
                    if found[1] == '…':  # a name or a value, put in when it is said
                        continue
                    yield name, found[1]
                    rest = text[found.end() - 1 :]
                    while more := AND.match(rest):
                        yield name, more[1]
                        rest = rest[more.end() - 1 :]


def texts(file: Path) -> Iterator[str]:
    source = file.read_text(encoding='utf-8')
    if file.suffix != '.py':
        yield source
        return
    tree = ast.parse(source)
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield ''.join(str(part.value) if isinstance(part, ast.Constant) else '…' for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
            yield node.value
