"""STEP 2 子系統入口 and STEP 3 志工資料管理: the ways in, for each role those it may enter; and what waits today."""

from dataclasses import replace

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from nicegui import html

from domain import accounts, dates, links, permissions, reviews, roles, settings
from domain.accounts import unit_accounts
from domain.announcements import CaseChanged, PaperBooksChanged
from domain.books import paper_books
from domain.cases import worklists
from domain.cases.worklists import AgencyList, UnitList
from domain.guide import home
from domain.model import Account, ApplicationStatus, Role

from .. import days
from ..components.call_tasks import call_tasks
from ..components.entry_group import entry_group
from ..components.progress_board import Count, News, progress_board
from ..components.resume_card import resume_card
from ..components.tiles import Entry, tiles
from ..door import gate
from ..frame import HOMES, MENU, VOLUNTEER_DATA, frame, guide_for, waiting_for
from ..live import follow, of_side

BASICS = Entry('pencil', '志工基本資料維護', '新增志工、上傳照片、申請送審', links.volunteers(), 'STEP 3')
NEW = Entry('plus', '新增志工', '直接填寫一位新志工的資料', links.new_volunteer(), 'STEP 4')
CONSOLIDATED = Entry('cards', '志工總歸戶', '一位志工在各單位的紀錄，合在一起看', links.consolidated())
ROSTERS = Entry('people', '名冊', '多位志工一次送審，列印名冊', links.rosters())
APPLICATIONS = Entry('flag', '送審進度', '哪些案件輪到您，哪些在審核', links.applications())
TRAININGS = Entry('search', '教育訓練查詢', '全單位的訓練次數與時數，查詢與列印', links.unit_trainings())
REVIEWS = Entry('ok', '志工紀錄冊審核', '發冊機關窗口審核送件', links.review_queue())
REVIEW_ROSTERS = Entry('people', '名冊審核', '運用單位整批送來的名冊', links.review_rosters())
REVIEW_PAPERS = Entry('book', '紙本紀錄冊確認', '單位登記的舊制紙本紀錄冊。', links.review_paper_books())
PAPERS = Entry('book', '紙本紀錄冊登記', '舊制紙本紀錄冊登記到系統，由發冊機關確認。', links.paper_books())
OVERDUE = Entry('clock', '逾期案件', '超過審核期限的案件，與審核時效紀錄。', links.overdue())
NUMBERS = Entry('card', '發冊紀錄', '紀錄冊字號：初次、換發、補發與註銷；整批列印紀錄冊。', links.number_ledger())
NUMBER_SERIES = Entry('card', '號碼設定', '各發冊機關的號碼格式與年度序列。', links.admin('numbers'))
FIGURES = Entry('chart', '審核統計', '審核日數、期限內完成的比率與補件原因。', links.statistics())
BATCH = Entry('cards', '批次維護作業', '用試算表一次匯入志工、教育訓練、服務時數、保險與紙本紀錄冊。', links.batch())
ADMIN = Entry('office', '系統管理', '帳號、運用單位、發冊機關與規定時數。', links.administration())
USAGE_LOG = Entry('search', '使用紀錄', '誰在什麼時候、從哪裡，做了或看了什麼。', links.usage_log())
MAILS = Entry('mail', '系統信件', '這個示範系統保留、沒有寄出的信。', links.mails())
TRANSFERS = Entry('people', '志工移轉', '變更志工隊，或移轉到其他單位、接收移轉。', links.transfers())
SIGN_OFFS = Entry('ok', '待簽核', '送審前請您看過的申請，同意或不同意。', links.sign_offs())
OFFICE_FIGURES = Entry('chart', '志願服務統計', '志工人數、領冊人數與訓練人次，不含個人資料。', links.office_figures())
COUNTY_OFFICES = Entry('office', '運用單位與發冊機關', '本縣市的運用單位與發冊機關名冊。', links.county_offices())
INSPECTIONS = Entry('search', '稽核抽查', '寫明事由，由系統隨機抽出案件閱覽。', links.inspections())
COUNTY_ACCOUNTS = Entry('lock', '帳號管理', '本縣市的帳號申請、年度盤點與解除鎖定。', links.county_accounts())
RIGHTS = Entry('lock', '個資事務', '志工查詢、更正、停止利用等請求，與答覆期限。', links.rights())
UNIT_ACCOUNTS = Entry('lock', '帳號管理', '承辦人的帳號與志工隊：開通、改名、停用、寄密碼連結。', links.unit_accounts())
DOWNLOADS = Entry('download', '下載專區', '名冊範本、操作步驟與申請流程。', links.downloads())
ENTRIES = {
    Role.UNIT_STAFF: (BASICS, NEW, ROSTERS, APPLICATIONS, CONSOLIDATED),
    Role.REVIEWER: (REVIEWS, REVIEW_ROSTERS, CONSOLIDATED),
}
OTHERS = {
    Role.UNIT_STAFF: (TRAININGS, PAPERS, BATCH, FIGURES, RIGHTS),
    Role.REVIEWER: (REVIEW_PAPERS, OVERDUE, NUMBERS, FIGURES),
    Role.ADMINISTRATOR: (ADMIN, NUMBER_SERIES, USAGE_LOG),
    Role.SUPERVISOR: (SIGN_OFFS,),
    Role.COUNTY: (COUNTY_ACCOUNTS, OFFICE_FIGURES, COUNTY_OFFICES),
    Role.MINISTRY: (OFFICE_FIGURES,),
    Role.INSPECTOR: (INSPECTIONS, USAGE_LOG),
}
WEEKDAYS = '一二三四五六日'


def register(site: FastAPI) -> None:
    """The bare address of the site leads each role to where its work begins."""
    site.add_api_route(links.home(), _home, methods=['GET'])


async def menu_page(account: Account) -> None:
    """STEP 2: resume, the tiles, and what stands where."""
    guide = await guide_for(account) if account.role is Role.UNIT_STAFF else None
    with frame(
        account, '子系統入口', crumbs=[('首頁', links.home())], step=2, guide=guide, waiting=await waiting_for(account)
    ):
        _greet(account)
        if account.role is Role.UNIT_STAFF:
            await _resume(account)
        if permissions.may(account, 'reviews.phone_calls'):
            await call_tasks.build(account)
        entries = ENTRIES.get(account.role, ())
        with html.div().classes('lb-menu').classes('' if entries else 'one'):
            note = (
                '建立志工資料、登錄教育訓練，並送審紀錄冊。'
                if BASICS in entries
                else '審核紀錄冊申請，查詢志工的紀錄。'
            )
            main = Entry('people', VOLUNTEER_DATA[0], note, VOLUNTEER_DATA[1], 'STEP 2' if guide else '')
            others = await _with_requests(account, _others(account))
            tiles(main if entries else None, '志工資料維護', entries, others)
            if entries:
                await _board(account)


async def volunteer_data_page(account: Account) -> None:
    """STEP 3: the group 志工資料維護, with the entries this account may open."""
    guide = await guide_for(account) if account.role is Role.UNIT_STAFF else None
    title, _ = VOLUNTEER_DATA
    with frame(account, title, crumbs=[MENU], step=3, guide=guide, waiting=await waiting_for(account)):
        entry_group('志工資料維護', ENTRIES[account.role])


async def _home(request: Request) -> Response:
    account = gate.account_of(request)
    return RedirectResponse(HOMES[account.role] if account else links.login(), 303)


def _greet(account: Account) -> None:
    """The name and the day, which is another one at midnight."""
    line = html.p().classes('lb-hello')

    def renew() -> None:
        line.clear()
        with line:
            html.span(f'{account.name}，您好。今天是{_today()}。')

    renew()
    days.on_new_day(renew)
    line.client.on_delete(lambda: days.forget(renew))


def _others(account: Account) -> list[Entry]:
    office = settings.current()
    kept = [MAILS] if office.demo and not office.smtp_url and account.role in roles.of_address(links.mails()) else []
    own = [TRANSFERS] if permissions.may(account, 'departures.transfers') else []
    own += [UNIT_ACCOUNTS] if unit_accounts.is_administrator(account) else []
    entries = OTHERS.get(account.role, ())
    if account.team_id is not None:
        entries = tuple(replace(each, note=each.note.replace('全單位', '本隊')) for each in entries)
    return [*entries, *own, DOWNLOADS, *kept]


async def _with_requests(account: Account, found: list[Entry]) -> list[Entry]:
    """帳號管理 of a county says how many requests wait for its decision."""
    waiting = len(await accounts.open_requests(by=account)) if account.role is Role.COUNTY else 0
    if not waiting:
        return found
    note = f'{waiting} 件帳號申請等您決定；年度盤點與解除鎖定。'
    return [replace(each, note=note) if each is COUNTY_ACCOUNTS else each for each in found]


async def _resume(account: Account) -> None:
    left = await home.left_off(by=account)
    if left is not None:
        note = f'{left.note}{dates.format_moment(left.at)} {left.done}。'
        resume_card(left.who or '（尚未填姓名）', left.step, note, left.address, left.photo)


async def _board(account: Account) -> None:
    board = progress_board('送審進度' if account.role is Role.UNIT_STAFF else '審核進度')
    count = _unit_counts if account.role is Role.UNIT_STAFF else _agency_counts

    async def renew() -> None:
        board.show(await count(account), [_news(step, account) for step in await home.news(by=account)])

    await renew()
    follow(CaseChanged, renew, of_side(account))
    follow(PaperBooksChanged, renew, of_side(account))


async def _unit_counts(account: Account) -> list[Count]:
    counts = await home.counts(by=account)
    lists = worklists.totals(counts.cases, worklists.OF_UNIT)
    returned, drafts = (counts.cases.get(one, 0) for one in worklists.WITH_UNIT)
    waits = f'待補件 {returned}、草稿 {drafts}'
    listed = [
        Count('輪到您', 'warn', 'bolt', waits, lists[UnitList.TURN], links.applications('turn')),
        Count('審核中', 'info', 'clock', '機關3日內完成', lists[UnitList.REVIEW], links.applications('review')),
        Count('已發冊', 'ok', 'check', '本月', counts.issued, links.applications('approved')),
    ]
    if papers := counts.papers_returned:
        listed.insert(1, Count('紙本退回', 'bad', 'book', '請更正後再送', papers, links.paper_books('returned')))
    if asked := counts.requests:
        listed.insert(1, Count('個資事務', 'warn', 'lock', '請在期限內答覆', asked, links.rights()))
    if lists[UnitList.CLOSED]:
        listed.append(
            Count('駁回與撤回', '', 'warning', '可重新申請', lists[UnitList.CLOSED], links.applications('closed'))
        )
    return listed


async def _agency_counts(account: Account) -> list[Count]:
    counts = await reviews.counts(by=account)
    lists = worklists.totals(counts.by_status, worklists.OF_AGENCY)
    waiting = await paper_books.waiting_count(by=account)
    papers = [Count('紙本待確認', 'info', 'book', '紙本紀錄冊', waiting, links.review_paper_books())] if waiting else []
    return [
        Count('已逾期', 'bad', 'warning', '請優先審核', counts.overdue, links.overdue()),
        Count('今日到期', 'warn', 'clock', '今天完成', counts.due_today, links.review_queue(due='today')),
        Count('輪到您', 'warn', 'bolt', '全部待審核', lists[AgencyList.TURN], links.review_queue()),
        Count('待補件', '', 'flag', '等單位補件', lists[AgencyList.RETURNED], links.review_queue('returned')),
        *papers,
    ]


def _news(step: home.News, account: Account) -> News:
    who, unit = step.volunteer, step.unit
    text = {
        ApplicationStatus.APPROVED: f'{who}的紀錄冊已審核完成，志工可線上檢視。',
        ApplicationStatus.RETURNED: f'{who}的申請需補件：{home.in_brief(step.reason)}',
        ApplicationStatus.REJECTED: f'{who}的申請未通過：{step.reason}',
        ApplicationStatus.SUBMITTED: f'{unit}送來{who}的申請。',
        ApplicationStatus.WITHDRAWN: f'{unit}撤回了{who}的申請。',
    }[step.status]
    is_unit = account.role is Role.UNIT_STAFF
    address = links.record_books(step.volunteer_id) if is_unit else links.case(step.application_id)
    if is_unit and not step.is_ours:
        address = links.applications()
    return News(text, dates.format_moment(step.at), address)


def _today() -> str:
    today = dates.today()
    return f'{dates.roc_long(today)}（{WEEKDAYS[today.weekday()]}）'
