"""網站導覽, 隱私權政策 and 資訊安全政策: plain HTML, for everybody."""

from fastapi import FastAPI, Request
from fastapi.responses import Response

from domain import applications, citizen_certificates, dates, links
from domain.accounts import unit_accounts
from domain.consents import notices
from domain.model import Role

from .. import public
from ..door import gate
from ..frame import BASICS, MENU, REVIEW, VOLUNTEER_DATA

OWN = [('變更密碼', links.change_password()), ('通知信設定', links.mail_settings())]
MAILS = ('系統信件', links.mails())
FIGURES = ('審核統計', links.statistics())
OFFICE_FIGURES = ('志願服務統計', links.office_figures())
USAGE_LOG = ('使用紀錄', links.usage_log())
COUNTY_ACCOUNTS = ('帳號管理', links.county_accounts())
# What each role finds, as its menu names it.
PAGES = {
    Role.UNIT_STAFF: [
        MENU,
        VOLUNTEER_DATA,
        BASICS,
        ('新增志工', links.new_volunteer()),
        ('志工總歸戶', links.consolidated()),
        ('教育訓練查詢', links.unit_trainings()),
        ('志工移轉', links.transfers()),
        ('批次維護作業', links.batch()),
        ('匯入紀錄', links.imports()),
        ('批次新增教育訓練', links.batch_trainings()),
        ('名冊', links.rosters()),
        ('送審進度', links.applications()),
        ('個資事務', links.rights()),
        ('離開的志工', links.former_volunteers()),
        ('紙本紀錄冊登記', links.paper_books()),
        FIGURES,
        MAILS,
    ],
    Role.REVIEWER: [
        MENU,
        VOLUNTEER_DATA,
        REVIEW,
        ('名冊審核', links.review_rosters()),
        ('逾期案件', links.overdue()),
        ('紙本紀錄冊確認', links.review_paper_books()),
        ('發冊紀錄', links.number_ledger()),
        ('志工總歸戶', links.consolidated()),
        FIGURES,
        MAILS,
        ('職務代理', links.deputy()),
        ('復原時間', links.undo_settings()),
    ],
    Role.VOLUNTEER: [
        ('我的紀錄冊', links.my_record_book()),
        ('線上閱讀', links.my_pages()),
        ('我的資料', links.my_data()),
    ],
    Role.ADMINISTRATOR: [
        MENU,
        ('系統管理', links.administration()),
        *(
            (f'系統管理：{label}', links.admin(section))
            for section, label in {
                'accounts': '帳號',
                'factors': '登入驗證',
                'requests': '帳號申請',
                'reviews': '年度盤點',
                'units': '運用單位',
                'teams': '志工隊',
                'agencies': applications.FIELDS['agency_id'].label,
                'hours': '規定時數',
                'account-rules': '帳號規則',
                'rules': '審核規則',
                'calendar': '辦公日曆',
                'numbers': '號碼設定',
                'mail': '信件範本',
                'undelivered': '未寄達信件',
                'notice': '告知事項',
                'rights': '當事人請求',
                'retention': '保存期限',
                'lookups': '證號查詢',
                'keys': '金鑰',
                'unusual': '異常使用',
                'history': '系統異動紀錄',
            }.items()
        ),
        USAGE_LOG,
        MAILS,
    ],
    Role.SUPERVISOR: [MENU, ('待簽核', links.sign_offs())],
    Role.COUNTY: [MENU, OFFICE_FIGURES, ('運用單位與發冊機關', links.county_offices()), COUNTY_ACCOUNTS],
    Role.MINISTRY: [MENU, OFFICE_FIGURES],
    Role.INSPECTOR: [MENU, ('稽核抽查', links.inspections()), USAGE_LOG],
}
FOR_ALL = [
    ('登入', links.login()),
    ('帳號申請', links.request_account()),
    ('忘記密碼', links.forgotten_password()),
    ('使用紙本驗證碼', links.paper_code()),
    ('下載專區', links.downloads()),
    ('教學', links.teaching()),
    ('隱私權政策', links.privacy()),
    ('個人資料告知事項', links.privacy_notice()),
    ('資訊安全政策', links.security()),
]


def register(site: FastAPI) -> None:
    """Put the pages under their addresses."""
    site.add_api_route(links.site_map(), _site_map, methods=['GET'])
    site.add_api_route(links.privacy(), _privacy, methods=['GET'])
    site.add_api_route(links.privacy_notice(), _privacy_notice, methods=['GET'])
    site.add_api_route(links.security(), _security, methods=['GET'])


async def _site_map(request: Request) -> Response:
    account = gate.account_of(request)
    own = [*PAGES[account.role], *OWN] if account else []
    if account and account.role is Role.UNIT_STAFF and unit_accounts.is_administrator(account):
        own.append(('帳號管理', links.unit_accounts()))
    if account and citizen_certificates.is_offered():
        own.append(('自然人憑證', links.citizen_certificates()))
    return public.page('site_map.html', account=account, own=own, for_all=FOR_ALL)


async def _privacy(request: Request) -> Response:
    return public.page('privacy.html', account=gate.account_of(request))


async def _privacy_notice(request: Request) -> Response:
    """Every version, the newest first: what somebody has consented to can be read later."""
    versions = [
        {'id': one.id, 'day': dates.roc(dates.day_of(one.published_at)), 'paragraphs': notices.paragraphs(one)}
        for one in await notices.versions()
    ]
    return public.page('privacy_notice.html', account=gate.account_of(request), versions=versions)


async def _security(request: Request) -> Response:
    return public.page('security.html', account=gate.account_of(request))
