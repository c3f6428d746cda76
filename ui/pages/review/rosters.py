"""名冊審核: the rosters an agency has received; one of them, its rows looked at one by one or approved many at once."""

from nicegui import html, ui

from domain import links, rosters, searches
from domain.announcements import CaseChanged, RosterChanged
from domain.cases.transitions import UNDO_TIMES
from domain.model import Account, Roster
from domain.reviews import decisions
from domain.reviews.decisions import Report
from domain.rosters import timeline

from ...components.bulk_approval import agreed
from ...components.card import card
from ...components.contact_sheet import contact_sheet
from ...components.roster_foot import books, prints, roster_past, ways_down
from ...components.roster_list import Asked, roster_list
from ...components.roster_table import roster_table
from ...components.undo_bar import undo_bar
from ...frame import REVIEW, VOLUNTEER_DATA, frame, waiting_for
from ...live import follow, of_side

REVIEW_ROSTERS = ('名冊審核', links.review_rosters())


async def review_rosters_page(account: Account, q: str = '', turn: str = '', page: str = '') -> None:
    """What has come in as rosters, the nearest due day first."""
    crumbs = [VOLUNTEER_DATA, REVIEW]
    with frame(account, REVIEW_ROSTERS[0], crumbs=crumbs, waiting=await waiting_for(account)):
        html.p('運用單位整份送來的名冊，期限近的在前。可以逐件審核，也可以一次核可看過的各件。').classes('lb-lead')
        listed = roster_list(
            '收到的名冊',
            account,
            lambda asked, per_page: rosters.of_agency(by=account, per_page=per_page, **vars(asked)),
            Asked.read(await searches.words(q, by=account), turn, page),
            q,
            sought='名冊、單位或志工姓名',
            empty='還沒有收到名冊',
            hint='運用單位以名冊送審時，會自動出現在這裡，不必重新整理。',
        )
        await listed.refresh()
    follow(CaseChanged, listed.refresh, of_side(account))
    follow(RosterChanged, listed.refresh, of_side(account))


async def review_roster_page(account: Account, roster_id: int) -> None:
    """One roster as the agency has it: its rows with what was checked, each leading to the desk."""
    roster = await rosters.get(roster_id, by=account)
    crumbs = [VOLUNTEER_DATA, REVIEW, REVIEW_ROSTERS]
    with frame(account, roster.title, crumbs=crumbs, waiting=await waiting_for(account)):
        unit = roster.host_unit
        html.p(f'{unit.name}送審　電話 {unit.phone or "未登錄"}　電子郵件 {unit.email or "未登錄"}').classes('lb-lead')
        ways_down(has_pictures=True)
        way_back = undo_bar(account)
        refused = html.div().props('role=alert')
        table = roster_table(
            '名冊內容',
            account,
            lambda _, ids: _approve(ids, table, refused, account),
            act='核可',
            unit='件',
            empty='名冊裡沒有送審中的案件',
        )
        with html.div().props('id=pictures tabindex=-1'):
            pictures = contact_sheet(account, lambda: renew())  # noqa: PLW0108 -- it is made below
        prints(roster)
        printing = books(roster, account)
        past = roster_past(account)

    async def show(now: Roster) -> None:
        rows, trainings = await rosters.read(now, by=account)
        table.show(rows, roster_id)
        printing.offer(len(rosters.issued(rows)))
        pictures.show(rows, trainings, roster_id)
        await way_back.show({row.application.id: (row.volunteer.name, row.pending) for row in rows if row.pending})
        past.show(await timeline.of(now, by=account, listed=[row.application for row in rows]))

    async def renew() -> None:
        await show(await rosters.get(roster_id, by=account))

    await show(roster)
    table.follow(roster, renew)


async def _approve(ids: list[int], table: roster_table, refused: html.div, account: Account) -> None:
    """核可 of the chosen rows in the versions shown, each for itself; what could not be is told with its reason."""
    cases = {one: table.rows[one] for one in ids}
    after = UNDO_TIMES[account.undo_seconds]
    sentence = (
        f'各件會取得紀錄冊號，{after}後通知運用單位與志工；在這之前可以復原。不能核可的會逐件說明，不影響其他案件。'
    )
    names = {one: row.volunteer.name for one, row in cases.items()}
    rounds = {one: row.application.round for one, row in cases.items()}
    wanted = await agreed(names, rounds, sentence, account) if cases else ()
    if not wanted:
        return
    report = await decisions.approve_many([(one, cases[one].application.version) for one in wanted], by=account)
    refused.clear()
    if report.refused:
        _tell_refused(report, refused)


def _tell_refused(report: Report, refused: html.div) -> None:
    """On the page, not before it: what was approved can be taken back meanwhile."""
    with (
        refused,
        card(f'{len(report.refused)} 件沒有核可', '其他案件不受影響；下列案件請個別處理', 'lb-roster-refused'),
    ):
        with html.ul():
            for application, sentence in report.refused:
                with html.li():
                    ui.link(application.volunteer.name, links.case(application.id))
                    html.span(sentence)
        with html.div().classes('lb-row-acts'):
            ui.button('知道了', on_click=refused.clear, color=None).props('outline no-caps')
