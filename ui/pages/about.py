"""網站導覽, 隱私權政策 and 資訊安全政策: plain HTML, for everybody."""

from fastapi import FastAPI, Request
from fastapi.responses import Response

from domain import citizen_certificates, dates, links
from domain.consents import notices
from domain.model import Role

from .. import gate, public
from ..frame import BASICS, MENU, REVIEW, VOLUNTEER_DATA

OWN = [('變更密碼', links.change_password()), ('通知信設定', links.mail_settings())]
MAILS = ('系統信件', links.mails())
FIGURES = ('審核統計', links.statistics())
OFFICE_FIGURES = ('志願服務統計', links.office_figures())
# What each role finds, as its menu names it.
PAGES = {
    Role.UNIT_STAFF: [
        MENU,
        VOLUNTEER_DATA,
        BASICS,
        ('新增志工', links.new_volunteer()),
        ('志工總歸戶', links.consolidated()),
        ('批次維護作業', links.batch_trainings()),
        ('名冊', links.rosters()),
        ('送審進度', links.applications()),
        ('個資事務', links.rights()),
        FIGURES,
        MAILS,
    ],
    Role.REVIEWER: [
        MENU,
        REVIEW,
        ('名冊審核', links.review_rosters()),
        ('逾期案件', links.overdue()),
        ('發冊紀錄', links.number_ledger()),
        ('志工總歸戶', links.consolidated()),
        FIGURES,
        MAILS,
    ],
    Role.VOLUNTEER: [
        ('我的紀錄冊', links.my_record_book()),
        ('線上閱讀', links.my_pages()),
        ('我的資料', links.my_data()),
    ],
    Role.ADMINISTRATOR: [('系統管理', links.administration()), MAILS],
    Role.SUPERVISOR: [MENU, ('待簽核', links.sign_offs())],
    Role.COUNTY: [MENU, OFFICE_FIGURES, ('運用單位與發冊機關', links.county_offices())],
    Role.MINISTRY: [MENU, OFFICE_FIGURES],
    Role.INSPECTOR: [MENU, ('稽核抽查', links.inspections())],
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
