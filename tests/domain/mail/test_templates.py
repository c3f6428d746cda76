"""How mails are worded, and what nobody can make them say or do."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.choices import Role
from db.models import Account, MailTemplate, OutgoingMail
from domain import reviews
from domain.errors import Incomplete, NotFound, NotPermitted
from domain.mail import templates
from domain.mail.catalogue import FACTS, KINDS
from tests import builders

from ..sample_office import Office, a_case, an_office

SUBJECT, BODY = templates.built_in('returned')


@pytest.fixture
async def administrator(database: str) -> Account:
    return await builders.an_account(Role.ADMINISTRATOR, name='系統管理者')


@pytest.mark.parametrize('name', KINDS)
def test_every_built_in_wording_reads_well_in_every_made_up_case(name: str) -> None:
    letters = templates.checked(name, *templates.built_in(name))

    assert [letter.case for letter in letters] == list(KINDS[name].samples())
    assert [letter.subject for letter in letters if not letter.subject.startswith('【志願服務紀錄冊】')] == []


def test_no_made_up_fact_is_a_whole_identity_number() -> None:
    assert FACTS['證號'][1] == 'A22****781'


async def test_a_mail_is_worded_as_the_administrator_wrote_it_and_again_as_it_came(administrator: Account) -> None:
    office = await an_office()

    await templates.save('returned', '案號 {{ 案號 }} 請補件', f'{{{{ 承辦人 }}}}好：\n{BODY}', by=administrator)
    assert (await returned(office)) == ('案號 1 請補件', '林小滿好：')
    (own,) = [one for one in await templates.all(by=administrator) if one.is_own]
    assert (own.name, own.label, own.receiver, own.changed_by) == ('returned', '補件通知', '運用單位', '系統管理者')

    await templates.restore('returned', by=administrator)
    assert (await returned(office)) == (
        '【志願服務紀錄冊】案號 2 請補件，補齊後即可重新送審',
        '示例文化中心　林小滿，您好：',
    )


async def test_saving_the_wording_it_came_with_keeps_none_of_ones_own(administrator: Account) -> None:
    await templates.save('returned', f' {SUBJECT}', BODY.replace('\n', '\r\n'), by=administrator)

    assert await MailTemplate.all() == []


async def test_a_stored_wording_that_broke_gives_way_to_the_built_in(administrator: Account) -> None:
    kept: dict[str, Any] = {'name': 'returned', 'changed_by': administrator, 'changed_at': '2026-03-01T00:00:00+08:00'}
    await MailTemplate.create(subject='{{ 案號', body='{{ 沒有的 }}', **kept)

    assert (await returned(await an_office()))[0] == '【志願服務紀錄冊】案號 1 請補件，補齊後即可重新送審'


@pytest.mark.parametrize(
    ('subject', 'body', 'sentences'),
    [
        ('', ' ', {'subject': '請輸入主旨。', 'body': '請輸入內容。'}),
        (
            '{{ 志工 }}請補件',
            BODY,
            {'subject': '主旨不加密，不能放「志工」。請移到內容裡。'},
        ),
        (
            SUBJECT,
            BODY + '{{ 志工電話 }}',
            {'body': '這封信沒有「志工電話」可用。請從列出的欄位中選用。'},
        ),
        (
            SUBJECT,
            '{{ 案號 {{',
            {'body': '內容第 1 行的寫法不完整。請檢查大括號是否成對，例如 {{ 案號 }}。'},
        ),
        (
            SUBJECT,
            '案號 {{ 案號 }}\n{{ 連結 }}',
            {'body': '用「一般」的例子試寫時，內容少了收件人需要的 {{ 原因 }}。請加回去再儲存。'},
        ),
        (
            SUBJECT,
            f'{{% if 送審次數 == 1 %}}{BODY}{{% endif %}}補件',
            {
                'body': '用「第 2 次送審」的例子試寫時，內容少了收件人需要的 {{ 案號 }}、{{ 原因 }}、{{ 連結 }}。'
                '請加回去再儲存。'
            },
        ),
        ('一' * 201, BODY, {'subject': '主旨最多 200 個字，這裡有 201 個字。請縮短後再儲存。'}),
        (SUBJECT, '一' * 4001, {'body': '內容最多 4000 個字，這裡有 4001 個字。請縮短後再儲存。'}),
        (SUBJECT, f'{BODY}\u202e', {'body': '內容含有看不見的控制字元。請刪除後重新輸入，不要用貼上的。'}),
    ],
)
async def test_what_does_not_read_well_is_refused_with_a_sentence(
    subject: str, body: str, sentences: dict[str, str], administrator: Account
) -> None:
    with pytest.raises(Incomplete) as refusal:
        await templates.save('returned', subject, body, by=administrator)

    assert refusal.value.problems == sentences
    assert await MailTemplate.all() == []


@pytest.mark.parametrize(
    'spell',
    [
        '{{ 志工.__class__.__mro__ }}',
        '{{ cycler.__init__.__globals__ }}',
        "{{ ''['__class__'] }}",
        '{{ 志工 * 99999999 }}',
        '{{ 9 ** 9 ** 9 }}',
        '{{ 志工 | upper }}',
        "{{ '%999999999d' | format(1) }}",
        '{{ range(9) }}',
        '{% for 甲 in range(99999) %}{% for 乙 in range(99999) %}{% endfor %}{% endfor %}',
        '{% for 甲 in 原因 %}{% for 乙 in 原因 %}{{ 乙 }}{% endfor %}{% endfor %}',
        "{% for 甲 in '長' %}{{ 甲 }}{% endfor %}",
        "{% include '/etc/passwd' %}",
        "{% include 'submitted.txt' %}",
        '{% include 志工 %}',
        "{% extends 'foot.txt' %}",
        "{% import 'foot.txt' as 甲 %}",
        '{% macro 甲() %}{{ 甲() }}{% endmacro %}{{ 甲() }}',
        '{% set 甲 = 1 %}',
        '{{ loop }}',
        '{{ 原因 > 1 }}',
        '{% if ' + 'not ' * 1500 + '註銷 %}{% endif %}',
        '{{ ' + '(' * 2000 + '案號' + ')' * 2000 + ' }}',
        '{% if 案號 %}' * 350 + '{% endif %}' * 350,
    ],
)
def test_a_wording_computes_nothing_calls_nothing_and_reaches_nothing(spell: str) -> None:
    with pytest.raises(Incomplete):
        templates.checked('returned', SUBJECT, BODY + spell)


@given(st.text(alphabet=st.sampled_from('{}%# ifornd案號原因.()|\'"*[]'), max_size=60))
def test_whatever_is_typed_is_either_a_letter_or_a_sentence(text: str) -> None:
    try:
        said = [letter.case for letter in templates.checked('returned', SUBJECT, BODY + text)]
    except Incomplete as refusal:
        said = [refusal.problems['body'][-1]]

    assert said in (['一般', '第 2 次送審', '寄給個人', '沒有補件期限'], ['。'])


async def test_only_administrators_see_and_change_wordings(administrator: Account) -> None:
    for role in (Role.UNIT_STAFF, Role.REVIEWER, Role.VOLUNTEER):
        other = await builders.an_account(role)
        with pytest.raises(NotPermitted):
            await templates.all(by=other)
        with pytest.raises(NotPermitted):
            await templates.preview('returned', SUBJECT, BODY, by=other)
        with pytest.raises(NotPermitted):
            await templates.save('returned', SUBJECT, BODY, by=other)
    with pytest.raises(NotFound):
        await templates.get('../../etc/passwd', by=administrator)


async def returned(office: Office) -> tuple[str, str]:
    """A case sent back: subject and first line of the mail."""
    case = await a_case(office)
    await reviews.return_for_correction(case, '照片模糊', case.version, by=office.reviewer)
    mail = await OutgoingMail.filter(template='returned').order_by('-id').first()
    assert mail is not None
    return mail.subject, mail.body.open().splitlines()[0]
