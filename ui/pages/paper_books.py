"""紙本紀錄冊登記 of a unit: who could have a paper book registered, what waits, what came back, what is confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui import html, ui

from domain import dates, directory, links, validation
from domain.announcements import PaperBooksChanged
from domain.books import paper_books
from domain.books.paper_books import FIELDS, RegistrationQuery
from domain.errors import Incomplete, NotFound
from domain.model import Account, PaperRegistration, RegistrationStatus, Volunteer

from ..components.action_button import action_button
from ..components.card import card
from ..components.form import form
from ..components.form.agency_select import agency_select
from ..components.form.pick_list import PER_PAGE, Found, pick_list
from ..components.notices import confirm
from ..components.paper.paper_facts import LOOKS, body_of, day_of
from ..components.record_table import Row, View, record_table
from ..frame import MENU, VOLUNTEER_DATA, frame, waiting_for
from ..live import follow, of_side

TITLE = '紙本紀錄冊登記'
OFFERED = 'offered'
COLUMNS = [
    ('name', '志工姓名'),
    ('number', FIELDS['series'].caption),
    ('day', FIELDS['issued_on'].label),
    ('body', FIELDS['issued_by'].label),
    ('state', '狀態'),
    ('reason', '退回原因'),
]


@dataclass
class Choice:
    """Of whom paper books are to be registered, and which agency confirms them."""

    county_code: str = ''
    agency_id: int | None = None
    chosen: str = ''

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        return validation.found(
            {
                'agency_id': None if self.agency_id else f'請選擇{FIELDS["agency_id"].label}。',
                'chosen': None if self.chosen else '請勾選要登記的志工。',
            }
        )


async def paper_books_page(account: Account, which: str = '', page: int = 1, per: int = 10) -> None:
    """The lists of the unit; the first one is of those who are offered."""
    chosen = validation.member(RegistrationStatus, which)
    view = View.read(page, per)

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        found = await paper_books.find(RegistrationQuery(chosen, page=page, per_page=per_page), by=account)
        return [_row(one) for one in found.rows], found.total

    async def shown() -> None:
        ui.navigate.history.replace(links.paper_books(which, **view.turned))

    waiting, named = await waiting_for(account), f'{chosen.label}：{TITLE}' if chosen else ''
    with frame(account, TITLE, crumbs=[MENU, VOLUNTEER_DATA], waiting=waiting, named=named):
        html.p('舊制的紙本紀錄冊，由單位登記、發冊機關確認後，就是系統中的紀錄冊。').classes('lb-lead')
        pills = html.nav().classes('lb-pills lb-gap-below').props('aria-label=紙本紀錄冊')
        offer = await offer_form(account) if chosen is None else None
        table = record_table(chosen.label, COLUMNS, fetch, view=view, shown=shown) if chosen else None

        async def renew() -> None:
            if table is not None:
                await table.refresh()
            if offer is not None:
                await offer.refresh()
            await show_pills(pills, chosen, account, offer)

        await renew()
    follow(PaperBooksChanged, renew, of_side(account))


async def show_pills(
    pills: html.nav, chosen: RegistrationStatus | None, account: Account, offer: pick_list | None
) -> None:
    """Each list with its number; how many are offered `offer` knows, where it shows the first of all."""
    counts = await paper_books.counts(by=account)
    if offer is not None and not offer.text and offer.page == 1:
        offered = offer.total
    else:
        offered = (await paper_books.offered(by=account, per_page=1)).total
    listed = [(f'可登記 {offered}', '', chosen is None)]
    listed += [(f'{one.label} {counts[one]}', one.value, chosen is one) for one in RegistrationStatus]
    pills.clear()
    with pills:
        for text, which, is_here in listed:
            link = ui.link(text, links.paper_books(which)).classes('lb-pill')
            if is_here:
                link.classes('on').props('aria-current=page')


async def offer_form(account: Account) -> pick_list:
    """登記為紙本紀錄冊 of those whose 基本資料 has a 舊制紀錄冊號; what lacks is told of each."""
    choice = await _usual()
    in_form = form(choice, mirrored=True)
    refused = html.div().props('role=alert')

    async def fetch(text: str, page: int) -> Found:
        found = await paper_books.offered(by=account, text=text, page=page, per_page=PER_PAGE)
        acts.set_visibility(bool(found.total or text or listed.ids))
        return [(one.id, one.name, _typed(one)) for one in found.rows], found.total

    with (
        card('登記為紙本紀錄冊', '(基本資料填有舊制紀錄冊號、還沒有紀錄冊的志工)', 'lb-gap-below'),
        html.div().classes('lb-stack'),
    ):
        html.p(
            '勾選後一次送請發冊機關確認；封面與末頁的圖片可以之後在志工的紀錄冊頁面補上。其他志工請從他的紀錄冊頁面登記。'
        ).classes('lb-note')
        with html.div().classes('lb-grid'):
            await agency_select.build(in_form, readonly=False)
        listed = pick_list('志工', in_form, 'chosen', fetch)

        async def send() -> None:
            if problems := choice.problems():
                raise Incomplete(problems)
            ids = listed.ids
            left = await paper_books.register_many(ids, choice.agency_id, by=account)
            refused.clear()
            await listed.empty()
            in_form.sent()
            if len(ids) > len(left):
                confirm(f'已送請確認 {len(ids) - len(left)} 冊。')
            if left:
                _tell_refused(left, refused)

        with html.div().classes('lb-row-acts') as acts:
            action_button('送請確認', send, in_form=in_form)
    return listed


async def _usual() -> Choice:
    try:
        county, agency = await directory.defaults()
    except NotFound:
        return Choice()
    return Choice(county.code, agency.id)


def _typed(volunteer: Volunteer) -> str:
    day = '　未填發冊日期'
    if volunteer.legacy_issued_on:
        day = f'　{dates.roc(volunteer.legacy_issued_on)}'
    elif volunteer.waives_issue_date:
        day = f'　{FIELDS["waives_issue_date"].label}'
    number = paper_books.typed_number(volunteer)
    return f'{number}{day}'


def _tell_refused(left: Sequence[tuple[Volunteer, str]], refused: html.div) -> None:
    with refused, card(f'{len(left)} 冊沒有送出', '其他的不受影響；下列請個別登記', 'lb-roster-refused'):
        with html.ul():
            for volunteer, sentence in left:
                with html.li():
                    ui.link(volunteer.name, links.paper_book(volunteer.id))
                    html.span(sentence)
        with html.div().classes('lb-row-acts'):
            ui.button('知道了', on_click=refused.clear, color=None).props('outline no-caps')


def _row(one: PaperRegistration) -> Row:
    look = LOOKS[one.status]
    is_open = one.status in paper_books.OPEN
    address = links.paper_book(one.volunteer_id) if is_open else links.record_books(one.volunteer_id)
    missing = '' if one.cover_id and one.last_page_id else '缺圖片'
    return {
        'key': str(one.id),
        'name': {'text': one.volunteer.name, 'href': address, 'sub': one.volunteer.identity_masked},
        'number': {'text': paper_books.number_of(one), 'sub': missing},
        'day': day_of(one),
        'body': {'text': body_of(one), 'sub': f'由{one.agency.name}確認'},
        'state': {
            'text': one.status.label,
            'chip': look.tone or 'plain',
            'icon': look.symbol,
            'sub': dates.roc_instant(one.decided_at or one.sent_at),
        },
        'reason': one.reason if one.status is RegistrationStatus.RETURNED else '',
    }
