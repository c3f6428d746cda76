"""志工移轉: people between the teams of the unit, and between units, many at once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from nicegui import html, ui

from domain import dates, directory, links, validation, volunteers
from domain.announcements import TransfersChanged
from domain.departures import transfers
from domain.departures.transfers import FIELDS, Done, Proposal
from domain.directory import TEAM_FIELDS, TeamDetails
from domain.errors import Incomplete
from domain.model import Account, TransferStatus, Volunteer
from domain.permissions import OfWholeUnit
from domain.volunteers import VolunteerQuery
from domain.volunteers.basics import TEAM

from ..components.action_button import action_button
from ..components.card import card
from ..components.form import form
from ..components.form.fields import check_field, choice_field, text_area, text_field
from ..components.form.pick_list import PER_PAGE, Found, pick_list
from ..components.notices import confirm, tell
from ..components.question import is_sure
from ..components.record_table import Row, View, record_table
from ..frame import MENU, frame, waiting_for
from ..live import follow

TITLE = '志工移轉'
NO_TEAM = 0
PARTS = {'': '變更志工隊', 'give': '移轉到其他單位', 'take': '接收其他單位的志工'}
CHIPS = {
    TransferStatus.OPEN: ('warn', 'clock'),
    TransferStatus.ACCEPTED: ('ok', 'check'),
    TransferStatus.REFUSED: ('bad', 'warning'),
    TransferStatus.WITHDRAWN: ('plain', 'rotate'),
}
EVERYBODY: dict[int | None, str] = {None: '全部志工'}
NOBODYS: dict[int | None, str] = {NO_TEAM: '未編隊'}
COLUMNS = [('name', '志工姓名'), ('other', '單位'), ('state', '狀態'), ('at', '提出時間'), ('go', '處理')]


@dataclass
class Placing:
    """Whom to put into which team, NO_TEAM for none; `listed_in` narrows the list to a team."""

    chosen: str = ''
    team_id: int | None = None
    listed_in: int | None = None

    def problems(self) -> dict[str, str]:
        """That nobody is taken out of a team because nothing was chosen; the rest the service checks."""
        return (
            {'team_id': f'請選擇新的{TEAM.label}；不屬於任何一隊時，請選「未編隊」。'} if self.team_id is None else {}
        )


@dataclass
class Giving:
    """Whom to propose to which unit."""

    chosen: str = ''
    taker_id: int | None = None
    note: str = ''
    has_consent: bool = False

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}


@dataclass
class Taking:
    """Whom to take over, into which team; or why not."""

    chosen: str = ''
    team_id: int | None = None
    reason: str = ''

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}


async def transfers_page(account: Account, part: str = '', page: int = 1, per: int = 10) -> None:
    """One of the three parts: between teams, giving to another unit, taking from one."""
    if account.team_id is not None:
        with frame(account, TITLE, crumbs=[MENU], waiting=await waiting_for(account)):
            html.p(str(OfWholeUnit())).classes('lb-lead')
        return
    here = part if part in PARTS else ''
    named = f'{PARTS[here]}：{TITLE}'
    count = await transfers.waiting_count(by=account)
    with frame(account, TITLE, crumbs=[MENU], waiting=await waiting_for(account), named=named):
        with html.nav().classes('lb-pills lb-gap-below').props('aria-label=志工移轉'):
            for key, label in PARTS.items():
                waiting = f' {count}' if key == 'take' and count else ''
                link = ui.link(f'{label}{waiting}', links.transfers(key)).classes('lb-pill')
                if key == here:
                    link.classes('on').props('aria-current=page')
        view = View.read(page, per)
        await {'': _teams, 'give': _give, 'take': _take}[here](account, view)


async def _teams(account: Account, _: View) -> None:
    """志工隊 of the unit: people put into one, and a new one made."""
    placing = Placing()
    in_form = form(placing, summary=False, mirrored=True)
    teams = await _names(account)
    with card('變更志工隊', '(申請案、草稿與各項紀錄都跟著志工走，不需要重新輸入)', 'lb-gap-below'):
        with html.div().classes('lb-stack'):
            listed = choice_field('只列', in_form, 'listed_in', EVERYBODY | teams, placeholder='全部志工')
            picks = pick_list('要變更志工隊的志工', in_form, 'chosen', partial(_people, account, placing))
            target = choice_field(f'新的{TEAM.label}', in_form, 'team_id', NOBODYS | teams, required=True)
        await picks.refresh()
        with html.div().classes('lb-row-acts'):
            action_button('變更志工隊', partial(_put, placing, picks, account), in_form=in_form)
    in_form.on_change_of('listed_in', picks.refresh_from_start)

    async def renew() -> None:
        names = await _names(account)
        listed.offer(EVERYBODY | names)
        target.offer(NOBODYS | names)

    _new_team(account, renew)


async def _people(account: Account, within: Placing, text: str, page: int) -> Found:
    """The volunteers of the unit, with their team."""
    asked = VolunteerQuery(text=text, team_id=within.listed_in, page=page, per_page=PER_PAGE)
    found = await volunteers.find(asked, by=account)
    return [(one.id, one.name, f'{one.identity_masked}　{_team_of(one)}') for one in found.rows], found.total


async def _put(placing: Placing, picks: pick_list, account: Account) -> None:
    if problems := placing.problems():
        raise Incomplete(problems)
    moved = await volunteers.put_into_team(picks.ids, placing.team_id or None, by=account)
    await _done_with(picks)
    confirm(f'已變更 {len(moved)} 位志工的志工隊。')


async def _done_with(picks: pick_list) -> None:
    await picks.empty()
    picks.form.sent()


def _new_team(account: Account, renew: Callable[[], Awaitable[None]]) -> None:
    details = TeamDetails(account.host_unit_id or 0)
    in_form = form(details, summary=False, mirrored=True)
    with card('新增志工隊', '(志工隊的帳號由單位管理者或系統管理者開通)'), html.div().classes('lb-inline'):
        name = text_field(TEAM_FIELDS['name'].caption, in_form, 'name', maxlength=80)

        async def add() -> None:
            team = await directory.save_team(details, by=account)
            details.name = ''
            name.show('')
            in_form.sent()
            await renew()
            confirm(f'已新增志工隊「{team.name}」。')

        action_button('新增志工隊', add, 'outline', in_form=in_form).by_enter(in_form)


async def _give(account: Account, view: View) -> None:
    """People proposed to another unit, and what became of it."""
    giving = Giving()
    in_form = form(giving, summary=False, mirrored=True)
    units = {unit.id: unit.name for unit in await transfers.takers(by=account)}
    with card('移轉到其他單位', '(對方接收以前，志工仍由您的單位維護，對方只看得到遮蔽的姓名)', 'lb-gap-below'):
        with html.div().classes('lb-stack'):
            picks = pick_list(FIELDS['chosen'].label, in_form, 'chosen', partial(_people, account, Placing()))
            await picks.refresh()
            with html.div().classes('lb-grid'):
                choice_field(FIELDS['taker_id'].caption, in_form, 'taker_id', units, required=True, searchable=True)
                text_field(FIELDS['note'].caption, in_form, 'note', maxlength=200, hint='請不要寫姓名與身分證字號。')
                check_field(FIELDS['has_consent'].caption, in_form, 'has_consent', wide=True)
        with html.div().classes('lb-row-acts'):
            action_button('提出移轉', lambda: _propose(giving, picks, table, account), in_form=in_form)

    async def given(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        found = await transfers.given(by=account, page=page, per_page=per_page)
        return [_row(each, is_given=True) for each in found.rows], found.total

    async def acted(key: str, _: str) -> None:
        if await is_sure('收回移轉', '這位志工會留在您的單位；對方不能再接收。', yes='收回'):
            try:
                await transfers.withdraw(validation.number_in(key), by=account)
            finally:  # also when the other unit was first: the row says so
                await table.refresh()

    table = record_table('提出的移轉', COLUMNS, given, acted=acted, view=view, empty='還沒有提出移轉')
    table.shown = lambda: _renamed('give', table.view)
    await table.refresh()
    follow(TransfersChanged, table.refresh, lambda changed: changed.giver_id == account.host_unit_id)


async def _propose(giving: Giving, picks: pick_list, table: record_table, account: Account) -> None:
    done = await transfers.propose(picks.ids, giving.taker_id, giving.note, has_consent=giving.has_consent, by=account)
    await _done_with(picks)
    await table.refresh(1)
    _say(done, f'已提出移轉 {done.done} 位，等對方接收。', '沒有提出')


async def _take(account: Account, view: View) -> None:
    """What other units propose, accepted or not, and what was received."""
    taking = Taking()
    in_form = form(taking, summary=False, mirrored=True)

    async def accept() -> None:
        done = await transfers.accept(picks.ids, taking.team_id, by=account)
        await decided(done, f'已接收 {done.done} 位志工，現在可以維護他們的資料。')

    async def refuse() -> None:
        count = await transfers.refuse(picks.ids, taking.reason, by=account)
        await decided(Done(count, []), f'{count} 位沒有接收，已通知原單位。')

    told = '(接收以後，志工列在您的單位，原單位不再維護)'
    with html.div() as box, card('等您的單位接收', told, 'lb-gap-below'):
        with html.div().classes('lb-stack'):
            picks = pick_list('要接收的志工', in_form, 'chosen', partial(_waiting, account), '原單位或說明')
            with html.div().classes('lb-grid'):
                teams = {None: '未編隊'} | await _names(account)
                choice_field(TEAM.caption, in_form, 'team_id', teams, placeholder='未編隊')
                text_area(FIELDS['reason'].caption, in_form, 'reason', hint='不接收時必填，會寄給原單位。')
        with html.div().classes('lb-row-acts'):
            action_button('接收', accept, in_form=in_form)
            action_button('不接收', refuse, 'outline', in_form=in_form)
    table = record_table('收到的移轉', COLUMNS[:-1], partial(_received, account), view=view, empty='還沒有收到移轉')
    table.shown = lambda: _renamed('take', table.view)

    async def decided(done: Done, sentence: str) -> None:
        await _done_with(picks)
        table.view.page = 1
        await look_again()
        _say(done, sentence, '沒有接收')

    async def look_again() -> None:
        """What waits and what has come, as they are now; the box for it is there while something waits."""
        box.set_visibility(await transfers.waiting_count(by=account) > 0)
        await picks.refresh()
        await table.refresh()

    await look_again()
    follow(TransfersChanged, look_again, lambda changed: changed.taker_id == account.host_unit_id)


async def _waiting(account: Account, text: str, page: int) -> Found:
    found = await transfers.waiting(by=account, text=text, page=page, per_page=PER_PAGE)
    return [(each.id, each.name, f'{each.other}　{each.note}') for each in found.rows], found.total


async def _received(account: Account, page: int, per_page: int) -> tuple[Sequence[Row], int]:
    found = await transfers.received(by=account, page=page, per_page=per_page)
    return [_row(each, is_given=False) for each in found.rows], found.total


async def _renamed(part: str, view: View) -> None:
    ui.navigate.history.replace(links.transfers(part, **view.turned))


async def _names(account: Account) -> dict[int | None, str]:
    return {team.id: team.name for team in await directory.teams(account.host_unit_id or 0)}


def _say(done: Done, sentence: str, left: str) -> None:
    if done.left:
        tell('；'.join(f'{name}：{why}' for name, why in done.left) + f'（{left}）')
    if done.done:
        confirm(sentence)


def _team_of(one: Volunteer) -> str:
    ours = next(iter(one.memberships))
    return ours.team.name if ours.team else '未編隊'


def _row(each: Proposal, *, is_given: bool) -> Row:
    tone, symbol = CHIPS[each.status]
    name = {'text': each.name, 'strong': True}
    if each.volunteer_id is not None:
        name |= {'href': links.basics(each.volunteer_id)}
    decided = f'民國 {dates.roc_instant(each.decided_at)}' if each.decided_at else ''
    return {
        'key': str(each.id),
        'name': name,
        'other': {'text': f'{"移轉到" if is_given else "來自"}{each.other}', 'sub': each.note},
        'state': {'text': each.status.label, 'chip': tone, 'icon': symbol, 'sub': each.reason or decided},
        'at': {'text': dates.roc_instant(each.proposed_at), 'sub': each.proposed_by if is_given else ''},
        'go': {'text': '收回', 'act': 'withdraw'} if is_given and each.status is TransferStatus.OPEN else '',
    }
