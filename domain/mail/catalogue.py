"""Which mails there are, to whom each goes, and the facts its wording may use, each with a made-up example.

The facts have Chinese names because administrators read and write them: `{{ 運用單位 }}送審 1 件`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

# Plain values only: a wording cannot reach a record through them. A list is of lines.
Fact = str | int | bool | list[str]
Audience = Literal['agency', 'supervisor', 'unit', 'volunteer', 'account', 'applicant', 'overseer']

# name: (what it is, an example). Identity numbers stand masked.
FACTS: dict[str, tuple[str, Fact]] = {
    '案號': ('申請案的案號', 1024),
    '送審次數': ('第幾次送審', 1),
    '志工': ('志工姓名', '周小晴'),
    '證號': ('遮蔽後的證件號碼', 'A22****781'),
    '證件種類': ('志工登入用的證件', '身分證字號'),
    '發冊類別': ('初次、換發、補發或註銷', '初次'),
    '運用單位': ('運用單位名稱', '示例文化中心'),
    '承辦人': ('送審的承辦人', '林小滿'),
    '單位電話': ('承辦人或運用單位的電話', '(04)0000-1234'),
    '單位信箱': ('承辦人或運用單位的電子郵件', 'clerk@example.com'),
    '發冊機關': ('發冊機關名稱', '臺中市政府文化局'),
    '機關電話': ('發冊機關的電話', '(04)0000-9012'),
    '機關信箱': ('發冊機關的電子郵件', 'culture@example.gov.tw'),
    '主管': ('機關主管的稱呼', '陳科長'),
    '督導': ('運用單位的志工督導', '吳督導'),
    '送審時間': ('送審的日期與時間', '115/03/05 14:58'),
    '期限': ('審核期限，短的寫法', '115/03/09'),
    '期限全文': ('審核期限，完整寫法', '民國 115 年 3 月 9 日'),
    '審核期間': ('機關的審核日數', '3 日內'),
    '補件期限': ('補件的最後一天；沒有時是空白', '115/04/08'),
    '接手單位': ('改由哪個運用單位申請', '範例圖書館'),
    '原單位': ('原來申請的運用單位', '範例圖書館'),
    '狀態': ('申請案目前的狀態', '待補件'),
    '備註': ('申請的備註；沒有時是空白', '請儘速辦理'),
    '附名冊': ('這封信是否附名冊（是/否）', True),
    '名冊編號': ('名冊的編號', 12),
    '名冊': ('名冊的名稱', '115 年 3 月導覽志工'),
    '件數': ('一共幾件', 2),
    '案件': ('每件一行', ['1. 案號 1024　周小晴（A22****781）　初次', '2. 案號 1025　張小安（A21****002）　換發']),
    '結果': ('核可、補件、駁回各幾件', '核可 34 件、補件 2 件'),
    '各件': (
        '每件一行，含結果',
        [
            '1. 案號 1024　周小晴（A22****781）　核可　中市文志字第115000128號',
            '2. 案號 1025　張小安（A21****002）　補件：結業證書反面看不清楚，請重新掃描。',
        ],
    ),
    '各冊': (
        '每冊一行',
        ['1. 周小晴（A22****781）　中市文字第000123號', '2. 張小安（A21****002）　中市文字第000127號'],
    ),
    '逐案': (
        '每件一行，不含姓名',
        ['案號 1024　示例文化中心　期限 115/03/09', '案號 1025　範例圖書館　期限 115/03/09'],
    ),
    '原因': ('機關填寫的原因，每項一行', ['1. 結業證書反面看不清楚，請重新掃描。', '2. 照片請換成半身照。']),
    '紀錄冊號': ('紀錄冊的字號', '中市文志字第115000128號'),
    '發冊日期': ('發冊日期', '民國 115 年 3 月 23 日'),
    '註銷': ('這件是否為註銷（是/否）', False),
    '姓名': ('收件人姓名', '林小滿'),
    '帳號': ('登入的帳號', 'clerk'),
    '身分': ('帳號的身分', '單位承辦人'),
    '開通者': ('誰開通了帳號', '系統管理者'),
    '申請': ('帳號是否由收件人申請（是/否）', True),
    '有效期限': ('連結的期限；沒有時是空白', '115/03/08 15:00'),
    '變更時間': ('密碼、信箱或憑證變更、收編或列印的時間', '115/03/08 15:00'),
    '變更方式': ('由誰、怎麼變更', '本人變更'),
    '裝置': ('登入的作業系統與瀏覽器', 'Windows　Chrome'),
    '新信箱': ('新的電子郵件；通知舊信箱時遮蔽', 'w*****@example.com'),
    '申請人': ('請求變更的單位或系統管理者', '示例文化中心'),
    '確認方式': ('變更在什麼時候生效', '由另一位系統管理者確認後生效'),
    '其他單位': ('另一個經手的運用單位', '範例圖書館'),
    '異常清單': ('使用情形異常的帳號，每個一行', ['林小滿（示例文化中心）：以證號查詢 45 次']),
    '查詢人': ('查詢證號的帳號與單位', '林小滿（示例文化中心）'),
    '查詢次數': ('24 小時內查了幾個號碼', 400),
    '查詢上限': ('24 小時內最多幾個號碼', 400),
    '申請單位': ('申請帳號的單位', '示例協會'),
    '申請案號': ('帳號申請的編號', 31),
    '受理機關': ('由誰決定帳號申請', '臺中市志願服務主管機關'),
    '再次申請': ('同一件申請又送了一次（是/否）', False),
    '鎖定日期': ('帳號在哪一天鎖定', '115/03/23'),
    '鎖定原因': ('帳號為什麼鎖定', '太久沒有使用'),
    '期限已到': ('鎖定是因為使用期限（是/否）', False),
    '盤點單位': ('要盤點帳號的單位或機關', '示例文化中心'),
    '盤點期限': ('年度盤點的最後一天', '115/04/08'),
    '日期': ('這一天', '115/03/09'),
    '項目': (
        '每則通知一行',
        ['03/08 10:12 案號 1024 請補件，補齊後即可重新送審', '03/08 15:40 案號 1025 審核完成，已核可發冊'],
    ),
    '未寄達': ('每封信一行，不含姓名', ['03/08 10:12 案號 1024 送審通知（發冊機關）未寄達：550 5.1.1 no such user']),
    '請求': ('當事人請求的種類', '補充或更正'),
    '答覆期限': ('單位答覆的最後一天', '民國 115 年 3 月 23 日'),
    '連結': ('收件人該去的頁面', 'https://books.example.gov.tw/'),
    # Known in every mail:
    '寄給個人': ('寄給個人而不是機關或單位的信箱（是/否）', False),
    '代理': ('收件人代理誰、到哪一天；不是代理時是空白', ''),
    '通知設定': ('收件人改變通知方式的頁面', 'https://books.example.gov.tw/account/mail'),
    '洽詢電話': ('系統主管單位的電話', '(02)0000-1234'),
    '客服電話': ('客服諮詢專線', '(02)0000-5678'),
    '客服信箱': ('客服信箱', 'service@example.gov.tw'),
    '系統網址': ('本系統的網址', 'https://books.example.gov.tw'),
}
COMMON = ('寄給個人', '代理', '通知設定', '洽詢電話', '客服電話', '客服信箱', '系統網址')

# A subject is kept and transported in clear: none of these may stand there.
PERSONAL = frozenset(
    (
        '志工',
        '證號',
        '姓名',
        '帳號',
        '連結',
        '備註',
        '案件',
        '各件',
        '各冊',
        '原因',
        '紀錄冊號',
        '單位電話',
        '單位信箱',
        '督導',
        '新信箱',
        '查詢人',
        '異常清單',
        '代理',
    )
)

# Pieces that several mails share, and what they are.
PARTS = {
    'case.txt': '案號、志工與發冊類別',
    'agency.txt': '發冊機關聯絡方式',
    'foot.txt': '頁尾：客服電話與網址',
}

_CASE = ('案號', '送審次數', '志工', '證號', '發冊類別')
_UNIT = ('運用單位', '承辦人', '單位電話', '單位信箱')
_AGENCY = ('發冊機關', '機關電話', '機關信箱')
_ABOUT = (*_CASE, *_UNIT, *_AGENCY, '連結')
_AGAIN: dict[str, Mapping[str, Fact]] = {'第 2 次送審': {'送審次數': 2, '備註': ''}}
_CANCELLED: dict[str, Mapping[str, Fact]] = {'註銷': {'發冊類別': '註銷', '註銷': True}}
_OWN: dict[str, Mapping[str, Fact]] = {'寄給個人': {'寄給個人': True, '附名冊': False}}
_FOR_DEPUTY: dict[str, Mapping[str, Fact]] = {
    '寄給代理人': {'寄給個人': True, '附名冊': False, '代理': '何專員（至 115/03/13）'}
}
_NOT_ASKED: dict[str, Mapping[str, Fact]] = {'不是申請的帳號': {'申請': False}}
_NO_END: dict[str, Mapping[str, Fact]] = {'連結沒有期限': {'有效期限': ''}}


@dataclass(frozen=True)
class Kind:
    """A mail: its label, to whom, its facts, other cases it must read well in, and what must not be left out."""

    label: str
    audience: Audience
    facts: tuple[str, ...]
    cases: Mapping[str, Mapping[str, Fact]] = field(default_factory=dict)
    needed: tuple[str, ...] = ('連結',)

    def samples(self) -> dict[str, dict[str, Fact]]:
        """`{what sort of case: its facts}`: the usual one first."""
        names = (*self.facts, *COMMON)
        usual = {name: FACTS[name][1] for name in names}
        others = {title: {name: other.get(name, usual[name]) for name in names} for title, other in self.cases.items()}
        return {'一般': usual} | others


KINDS = {
    'submitted': Kind(
        '送審通知',
        'agency',
        (*_ABOUT, '送審時間', '期限', '期限全文', '備註', '附名冊'),
        _AGAIN | _OWN | _FOR_DEPUTY,
        ('案號', '連結'),
    ),
    'roster_submitted': Kind(
        '名冊送審通知',
        'agency',
        (*_UNIT, *_AGENCY, '連結', '名冊編號', '名冊', '件數', '案件', '送審時間', '期限', '期限全文', '附名冊'),
        _OWN | _FOR_DEPUTY,
        ('案件', '連結'),
    ),
    'returned': Kind(
        '補件通知',
        'unit',
        (*_ABOUT, '原因', '審核期間', '補件期限'),
        _AGAIN | _OWN | {'沒有補件期限': {'補件期限': ''}},
        ('案號', '原因', '連結'),
    ),
    'rejected': Kind(
        '駁回通知', 'unit', (*_ABOUT, '原因', '補件期限'), {'不是逾期': {'補件期限': ''}} | _OWN, ('案號', '原因')
    ),
    'roster_decided': Kind(
        '名冊審核結果通知',
        'unit',
        (*_UNIT, *_AGENCY, '連結', '名冊編號', '名冊', '件數', '結果', '各件', '補件期限'),
        {'沒有補件': {'結果': '核可 2 件', '補件期限': ''}} | _OWN,
        ('各件', '連結'),
    ),
    'correction_due': Kind(
        '補件期限提醒', 'unit', ('運用單位', '件數', '逐案', '補件期限', '連結'), _OWN, ('逐案', '連結')
    ),
    'paper_books_wait': Kind(
        '紙本紀錄冊待確認通知', 'agency', (*_UNIT, *_AGENCY, '連結'), _OWN | _FOR_DEPUTY, ('運用單位', '連結')
    ),
    'paper_books_confirmed': Kind(
        '紙本紀錄冊確認通知', 'unit', (*_UNIT, *_AGENCY, '連結', '件數', '各冊'), _OWN, ('各冊', '連結')
    ),
    'paper_book_returned': Kind(
        '紙本紀錄冊退回通知',
        'unit',
        (*_UNIT, *_AGENCY, '連結', '志工', '證號', '紀錄冊號', '原因'),
        _OWN,
        ('紀錄冊號', '原因', '連結'),
    ),
    'paper_book_unconfirmed': Kind(
        '紙本紀錄冊取消確認通知',
        'unit',
        (*_UNIT, *_AGENCY, '連結', '志工', '證號', '紀錄冊號', '原因'),
        _OWN,
        ('紀錄冊號', '原因', '連結'),
    ),
    'draft_closed': Kind('草稿關閉通知', 'unit', (*_ABOUT, '接手單位', '原因'), {}, ('案號', '接手單位')),
    'handed_over': Kind('申請案移轉通知', 'unit', (*_ABOUT, '原單位', '狀態'), {}, ('案號', '連結')),
    'approved': Kind(
        '核可通知',
        'unit',
        (*_ABOUT, '紀錄冊號', '發冊日期', '註銷'),
        _CANCELLED | _OWN,
        ('案號', '紀錄冊號'),
    ),
    'approved_for_volunteer': Kind(
        '核發通知',
        'volunteer',
        (*_ABOUT, '證件種類', '紀錄冊號', '發冊日期', '註銷'),
        _CANCELLED,
        ('紀錄冊號', '連結'),
    ),
    'due_soon': Kind(
        '期限提醒', 'agency', (*_AGENCY, '件數', '逐案', '期限', '連結'), _OWN | _FOR_DEPUTY, ('逐案', '連結')
    ),
    'overdue': Kind(
        '逾期通知', 'supervisor', (*_AGENCY, '主管', '件數', '逐案', '審核期間', '連結'), _FOR_DEPUTY, ('逐案',)
    ),
    'digest': Kind('每日摘要', 'account', ('姓名', '日期', '件數', '項目', '連結'), _FOR_DEPUTY, ('項目',)),
    'undelivered': Kind('未寄達信件摘要', 'account', ('姓名', '日期', '件數', '未寄達', '連結'), {}, ('未寄達',)),
    'first_password': Kind('設定密碼連結', 'account', ('姓名', '帳號', '連結', '有效期限'), _NO_END, ('帳號', '連結')),
    'reset': Kind('重設密碼連結', 'account', ('姓名', '連結', '有效期限'), _NO_END),
    'account_granted': Kind(
        '帳號開通',
        'account',
        ('姓名', '帳號', '身分', '申請', '開通者', '連結', '有效期限'),
        _NO_END | _NOT_ASKED,
        ('帳號', '連結'),
    ),
    'account_confirm': Kind('確認帳號申請', 'applicant', ('連結', '有效期限'), _NO_END),
    'account_refused': Kind('帳號未核准', 'applicant', ('姓名', '申請單位', '帳號', '原因', '連結'), {}, ('原因',)),
    'account_waits': Kind(
        '帳號申請受理通知',
        'applicant',
        ('姓名', '申請單位', '帳號', '申請案號', '受理機關', '再次申請'),
        {'再次申請': {'再次申請': True}},
        ('受理機關',),
    ),
    'account_returned': Kind(
        '帳號申請退回補正', 'applicant', ('姓名', '申請單位', '帳號', '原因', '連結', '有效期限'), {}, ('原因', '連結')
    ),
    'account_expires': Kind(
        '帳號即將鎖定',
        'account',
        ('姓名', '帳號', '鎖定日期', '鎖定原因', '期限已到', '連結'),
        {'使用期限': {'鎖定原因': '使用期限已到', '期限已到': True}},
        ('鎖定日期',),
    ),
    'account_locked': Kind('帳號已鎖定', 'account', ('姓名', '帳號', '鎖定原因'), {}, ('鎖定原因',)),
    'review_due': Kind(
        '年度帳號盤點', 'account', ('姓名', '盤點單位', '件數', '盤點期限', '連結'), {}, ('盤點期限', '連結')
    ),
    'password_changed': Kind('密碼變更通知', 'account', ('姓名', '變更時間', '變更方式', '連結'), {}, ('變更方式',)),
    'card_changed': Kind(
        '自然人憑證綁定變更通知', 'account', ('姓名', '變更時間', '變更方式', '連結'), {}, ('變更方式',)
    ),
    'factor_changed': Kind('登入驗證變更通知', 'account', ('姓名', '變更時間', '變更方式', '連結'), {}, ('變更方式',)),
    'new_device': Kind('新裝置登入通知', 'account', ('姓名', '變更時間', '裝置', '連結'), {}, ('裝置',)),
    'email_changed': Kind(
        '信箱變更通知（寄到舊信箱）', 'account', ('姓名', '新信箱', '變更時間', '變更方式'), {}, ('新信箱', '變更方式')
    ),
    'email_asked': Kind(
        '信箱變更確認（寄到舊信箱）',
        'volunteer',
        ('姓名', '申請人', '新信箱', '連結', '有效期限'),
        _NO_END,
        ('申請人', '新信箱', '連結'),
    ),
    'email_waits': Kind(
        '信箱變更待確認（寄到舊信箱）', 'account', ('姓名', '申請人', '新信箱', '確認方式'), {}, ('新信箱', '確認方式')
    ),
    'transfer_proposed': Kind('志工移轉通知', 'unit', ('運用單位', '原單位', '件數', '連結'), {}, ('連結',)),
    'transfer_decided': Kind(
        '志工移轉結果',
        'unit',
        ('運用單位', '接手單位', '結果', '原因', '連結'),
        {'已接收': {'結果': '已接收 2 位', '原因': []}},
        ('結果', '連結'),
    ),
    'enrolled': Kind('收編通知（志工）', 'volunteer', ('姓名', '其他單位', '變更時間', '連結'), {}, ('其他單位',)),
    'enrolled_elsewhere': Kind(
        '收編通知（原單位）',
        'unit',
        ('運用單位', '志工', '證號', '其他單位', '變更時間', '連結'),
        {},
        ('志工', '其他單位'),
    ),
    'code_printed': Kind(
        '紙本驗證碼通知（志工）', 'volunteer', ('姓名', '其他單位', '變更時間', '有效期限'), {}, ('其他單位',)
    ),
    'code_printed_elsewhere': Kind(
        '紙本驗證碼通知（其他單位）',
        'unit',
        ('運用單位', '志工', '證號', '其他單位', '變更時間', '連結'),
        {},
        ('志工', '其他單位'),
    ),
    'rights_asked': Kind('當事人請求通知', 'unit', ('運用單位', '請求', '答覆期限', '連結'), {}, ('答覆期限', '連結')),
    'rights_extended': Kind(
        '當事人請求延長通知',
        'volunteer',
        ('姓名', '其他單位', '請求', '答覆期限', '原因', '變更時間', '連結'),
        {},
        ('答覆期限', '原因'),
    ),
    'rights_answered': Kind(
        '當事人請求的答覆',
        'volunteer',
        ('姓名', '其他單位', '請求', '結果', '原因', '變更時間', '連結'),
        {'沒有說明': {'原因': []}},
        ('結果', '連結'),
    ),
    'sign_off_asked': Kind(
        '督導簽核請求', 'overseer', ('督導', '運用單位', '承辦人', '單位電話', '件數', '連結', '有效期限'), _NO_END
    ),
    'sign_off_answered': Kind(
        '督導簽核結果',
        'account',
        ('姓名', '督導', '結果', '原因', '連結'),
        {'不同意': {'結果': '不同意', '原因': ['證書反面看不清楚。']}, '同意': {'結果': '同意', '原因': []}},
        ('結果', '連結'),
    ),
    'lookups_exceeded': Kind(
        '查詢證號達上限',
        'account',
        ('姓名', '查詢人', '查詢次數', '查詢上限', '變更時間', '連結'),
        {},
        ('查詢人', '連結'),
    ),
    'unusual_use': Kind('帳號異常使用', 'account', ('姓名', '異常清單', '變更時間', '連結'), {}, ('異常清單', '連結')),
}

AUDIENCES: dict[Audience, str] = {
    'agency': '發冊機關',
    'supervisor': '發冊機關主管',
    'unit': '運用單位',
    'volunteer': '志工',
    'account': '帳號本人',
    'applicant': '申請人',
    'overseer': '志工督導',
}
