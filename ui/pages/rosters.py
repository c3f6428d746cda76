"""名冊: the rosters of a unit; one of them, with what each row lacks, filled, sent and printed."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from nicegui import html, ui

from domain import applications, dates, links, permissions, rosters, searches
from domain.announcements import CaseChanged, RosterChanged
from domain.model import Account, IssueKind, Roster
from domain.permissions import place_word
from domain.rosters import MOST_ROWS, Added, Sent
from domain.rosters import timeline as roster_timeline

from ..components.action_button import action_button
from ..components.form import form
from ..components.form.agency_select import agency_select
from ..components.form.fields import choice_field, text_field
from ..components.form.pick_list import PER_PAGE, Found, pick_list
from ..components.icon import icon
from ..components.notices import confirm, tell
from ..components.paste_people import paste_people
from ..components.question import is_sure, question, when_asked
from ..components.roster_foot import books, prints, roster_past, ways_down
from ..components.roster_list import Asked, roster_list
from ..components.roster_table import roster_table
from ..components.sign_off_card import sign_off_card
from ..flash import leave_with
from ..frame import MENU, VOLUNTEER_DATA, frame, waiting_for
from ..live import follow, of_side

ROSTERS = ('名冊', links.rosters())
REMOVED = '這份名冊不再替他送審；志工的資料和申請裡填寫的內容都還在，需要時可以再加入。'


@dataclass
class Picks:
    """加入志工: who, and for what."""

    kind: IssueKind = IssueKind.FIRST
    chosen: str = ''
    pasted: list[int] = field(default_factory=list)

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}


@dataclass
class Title:
    """改名."""

    title: str

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}


async def rosters_page(account: Account, q: str = '', turn: str = '', page: str = '') -> None:
    """The unit's rosters, and the way to a new one."""
    with frame(account, ROSTERS[0], crumbs=[MENU, VOLUNTEER_DATA], waiting=await waiting_for(account)):
        html.p('把要一起申請的志工放進一份名冊，看每位還缺什麼，備齊的一次送審。退回補件的仍在原名冊裡。').classes(
            'lb-lead'
        )
        new = await _new_roster(account)
        with (
            html.div().classes('lb-page-acts lb-roster-open'),
            ui.button(on_click=new.open, color=None).props('unelevated no-caps color=primary'),
        ):
            icon('plus')
            html.span('建立名冊')
        listed = roster_list(
            f'{place_word(account)}的名冊',
            account,
            lambda asked, per_page: rosters.of_unit(by=account, per_page=per_page, **vars(asked)),
            Asked.read(await searches.words(q, by=account), turn, page),
            q,
            sought='名冊名稱或志工姓名',
            empty='還沒有名冊',
            hint='按「建立名冊」，再加入要一起申請紀錄冊的志工。',
        )
        await listed.refresh()
    follow(CaseChanged, listed.refresh, of_side(account))
    follow(RosterChanged, listed.refresh, of_side(account))


async def roster_page(account: Account, roster_id: int) -> None:
    """One roster: its rows with what lacks, volunteers to add, 送審 of those that are ready, the printed list."""
    roster = await rosters.get(roster_id, by=account)
    waiting = await waiting_for(account)
    with frame(account, roster.title, crumbs=[MENU, VOLUNTEER_DATA, ROSTERS], waiting=waiting) as here:
        facts = ui.label(_facts(roster)).classes('lb-lead')
        add, drop = _acts(roster, account)
        table = roster_table(
            '名冊內容',
            account,
            lambda what, ids: _act(what, ids, roster, table, account),
            act='送審',
            unit='位',
            empty='名冊裡還沒有志工',
            hint=f'按「加入志工」，從您單位的志工裡勾選，最多 {MOST_ROWS} 位。',
        )
        if permissions.is_of_place(account, roster.host_unit_id, roster.team_id):
            await sign_off_card(account, roster)
        prints(roster)
        printing = books(roster, account)
        past = roster_past(account)

    async def show(now: Roster) -> None:
        here.rename(now.title)
        facts.set_text(_facts(now))
        table.show(rows := await rosters.rows(now, by=account), roster_id)
        printing.offer(len(rosters.issued(rows)))
        drop.set_visibility(not table.rows)
        add.look('outline' if table.has_ready else 'primary')  # then 送審 is what is to be done first
        past.show(await roster_timeline.of(now, by=account, listed=[row.application for row in rows]))

    async def renew() -> None:
        await show(await rosters.get(roster_id, by=account))

    await show(roster)
    table.follow(roster, renew)


def _acts(roster: Roster, account: Account) -> tuple[action_button, action_button]:
    """What can be done with a whole roster; returns 加入志工 and 刪除空名冊."""
    adding = when_asked(lambda: _adding(roster, account))
    naming = _naming(roster, account)
    with html.div().classes('lb-page-acts lb-roster-open'):
        with action_button('', adding) as add:
            icon('plus')
            html.span('加入志工')
        ui.button('改名', on_click=naming, color=None).props('outline no-caps')
        drop = action_button('刪除空名冊', lambda: _discard(roster, account), 'flat')
        ways_down()
    return add, drop


def _facts(roster: Roster) -> str:
    made = f'{dates.roc_instant(roster.created_at)} {roster.created_by.name}建立'
    return f'送 {roster.county.name} {roster.agency.name}　{made}'


async def _act(what: str, ids: list[int], roster: Roster, table: roster_table, account: Account) -> None:
    if what == 'remove' and len(ids) == 1:
        row = table.rows[ids[0]]
        if not await is_sure(f'把{row.volunteer.name}移出名冊', REMOVED, yes='移出'):
            return
        await rosters.remove(roster, row.application, by=account)
        confirm(f'已將{row.volunteer.name}移出名冊；志工的資料都還在。')
    elif what == 'all':
        _say_sent(await rosters.send(roster, by=account, only=ids), roster)
    table.show(await rosters.rows(roster, by=account), roster.id)


def _say_sent(sent: Sent, roster: Roster) -> None:
    if sent.sent:
        confirm(f'已送審 {len(sent.sent)} 位。系統會把名冊寄給{roster.agency.name}，機關會在期限內完成審核或通知補件。')
    elif not sent.left:
        tell('沒有可以送審的志工：可能同事剛剛已經送出，畫面已更新。')
    if sent.left:
        names = '；'.join(f'{row.volunteer.name}：{sentence}' for row, sentence in sent.left[:5])
        more = f'；另有 {len(sent.left) - 5} 位' if len(sent.left) > 5 else ''
        tell(f'{len(sent.left)} 位沒有送出，留在名冊裡。{names}{more}')


async def _new_roster(account: Account) -> ui.dialog:
    details = await rosters.defaults()
    with question('建立名冊') as dialog:
        in_form = form(details, summary=False, mirrored=True)
        text_field('名冊名稱', in_form, 'title', required=True, maxlength=80)
        with html.div().classes('lb-grid'):
            await agency_select.build(in_form, readonly=False)
        named = paste_people(account)

        async def start() -> None:
            await named.settled()
            roster = await rosters.start(details.title, details.county_code, details.agency_id, by=account)
            added = await rosters.add(roster, named.ids, by=account) if named.ids else Added([], [])
            if not added.refused and not named.unfound:
                leave_with(links.roster(roster.id), 'roster-filled' if added.added else 'roster-started')
                return
            dialog.close()
            _list_refused(roster, added, named.unfound)

        with html.div().classes('lb-acts'):
            action_button('建立', start, in_form=in_form).by_enter(in_form)
            ui.button('取消', on_click=dialog.close, color=None).props('flat no-caps')
    return dialog


async def _adding(roster: Roster, account: Account) -> ui.dialog:
    return Adding(roster, account).dialog


class Adding:
    """加入志工: the unit's volunteers for whom nothing is under way, chosen one by one, all at once or from a list."""

    def __init__(self, roster: Roster, account: Account) -> None:
        self.roster, self.account = roster, account
        self.picks = Picks()
        with question('加入志工', classes='lb-roster-adding') as self.dialog:
            self.form = form(self.picks, summary=False, mirrored=True)
            choice_field(applications.FIELDS['kind'].caption, self.form, 'kind', IssueKind.labels(), required=True)
            html.p(
                '初次列出還沒有紀錄冊的志工，其他類別列出已有紀錄冊的；申請正在進行、或已列在其他名冊的不會出現。'
            ).classes('lb-note')
            self.listed = pick_list('志工', self.form, 'chosen', self._candidates)
            with html.div() as box:
                self.named = paste_people(account, self._tick_named)
            box.move(target_index=2)
            with html.div().classes('lb-acts'):
                action_button('加入名冊', self._add, in_form=self.form)
                action_button('全部勾選', self._tick_all, 'outline')
                ui.button('取消', on_click=self.dialog.close, color=None).props('flat no-caps')
        self.form.on_change_of('kind', self._begin_anew)
        self.dialog.on('before-show', self.listed.refresh)

    async def _candidates(self, text: str, page: int) -> Found:
        kind = self.picks.kind
        found = await rosters.candidates(by=self.account, kind=kind, text=text, page=page, per_page=PER_PAGE)
        return [(one.id, one.name, one.identity_masked) for one in found.rows], found.total

    async def _begin_anew(self) -> None:
        """Another 發冊類別 lists other volunteers, and none of them is chosen yet."""
        self.picks.chosen = ''
        await self.listed.refresh_from_start()

    async def _tick_named(self) -> None:
        """Who is pasted is chosen, beside those chosen by hand."""
        before, self.picks.pasted = self.picks.pasted, self.named.ids
        kept = [one for one in self.listed.ids if one not in before]
        await self._tick(dict.fromkeys([*kept, *self.named.ids]))

    async def _tick_all(self) -> None:
        ids = await rosters.candidate_ids(by=self.account, kind=self.picks.kind, text=self.listed.text)
        left = MOST_ROWS - len(await rosters.rows(self.roster, by=self.account))
        await self._tick(ids[:left])
        if left < len(ids):
            tell(f'這份名冊還能加入 {left} 位，其餘 {len(ids) - left} 位請另建一份名冊。')

    async def _tick(self, ids: Iterable[int]) -> None:
        await self.form.take('chosen', ','.join(map(str, ids)))
        await self.listed.refresh()

    async def _add(self) -> None:
        named = self.named
        await named.settled()
        _say_added(await rosters.add(self.roster, self.listed.ids, by=self.account, kind=self.picks.kind))
        if named.unfound:
            tell(f'貼上的內容有 {len(named.unfound)} 筆沒有加入：{"、".join(named.unfound)}')
        self.picks.chosen, self.picks.pasted = '', []
        await named.forget()
        self.form.sent()
        self.dialog.close()
        await self.listed.refresh()


def _say_added(added: Added) -> None:
    if added.added:
        confirm(f'已加入 {len(added.added)} 位，各有一份草稿；還沒有送審。')
    if added.refused:
        names = '；'.join(f'{person.name}：{sentence}' for person, sentence in added.refused[:5])
        tell(f'{len(added.refused)} 位沒有加入。{names}')


def _list_refused(roster: Roster, added: Added, unfound: Sequence[str]) -> None:
    """The roster is there; of those who were pasted, some are not in it, or not known."""
    with question(f'名冊已建立，{len(added.refused) + len(unfound)} 筆沒有加入', is_open=True) as dialog:
        html.p(f'已加入 {len(added.added)} 位。下列沒有加入：')
        with html.ul().classes('lb-refused'):
            for person, sentence in added.refused:
                html.li(f'{person.name}：{sentence}')
            for line in unfound:
                html.li(line)
        with html.div().classes('lb-acts'):
            ui.link('前往名冊', links.roster(roster.id)).classes('q-btn lb-btn bg-primary')
    dialog.props('persistent')


def _naming(roster: Roster, account: Account) -> Callable[[], Awaitable[None]]:
    """Asks for another name, beginning with the one it has at that moment."""
    details = Title(roster.title)
    with question('改名') as dialog:
        in_form = form(details, summary=False, mirrored=True)
        name = text_field('名冊名稱', in_form, 'title', required=True, maxlength=80)

        async def rename() -> None:
            await rosters.rename(roster, details.title, by=account)
            leave_with(links.roster(roster.id), 'office-saved')

        with html.div().classes('lb-acts'):
            action_button('儲存', rename, in_form=in_form).by_enter(in_form)
            ui.button('取消', on_click=dialog.close, color=None).props('flat no-caps')

    async def ask() -> None:
        details.title = (await rosters.get(roster.id, by=account)).title
        name.show(details.title)
        name.fault(None)
        dialog.open()

    return ask


async def _discard(roster: Roster, account: Account) -> None:
    if await is_sure('刪除這份名冊', '只有空的名冊可以刪除；志工的資料不會受影響。'):
        await rosters.discard(roster, by=account)
        leave_with(ROSTERS[1], 'roster-discarded')
