"""志工總歸戶: one person over all units; and 收編: taking a person whom another unit has registered onto the roster."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from nicegui import html, ui

from domain import dates, drafts, ledgers, links, searches, trainings, volunteers
from domain.errors import NotFound
from domain.model import Account, Draft, IdentityKind, Role
from domain.reports import consolidated_sheet
from domain.volunteers import Consolidated

from ...components.action_button import action_button
from ...components.card import card
from ...components.form import form
from ...components.form.fields import choice_field, date_field, segment_field, text_field
from ...components.record_table import Row, record_table
from ...components.reveal import REASONS
from ...flash import leave_with
from ...frame import MENU, VOLUNTEER_DATA, frame, waiting_for

PRINTS = {'列印 PDF': 'pdf', '匯出 ODS': 'ods'}
PILLS = [('查詢', links.consolidated(), False), ('收編', links.consolidated(join=True), True)]
STRANGER = '這位志工不屬於您的單位：姓名以遮蔽顯示，不顯示出生日期。要收編時，請對照本人的證件輸入。'


@dataclass
class Lookup:
    """志工總歸戶 asks for one person by number, and why."""

    identity_kind: str = IdentityKind.NATIONAL_ID
    identity_number: str = ''
    reason: str = ''

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}


@dataclass
class Enrolment:
    """收編 asks for what only somebody with the person's documents in hand knows."""

    identity_kind: str = IdentityKind.NATIONAL_ID
    identity_number: str = ''
    name: str = ''
    born_on: date | None = None

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}


async def consolidated_page(account: Account, join: bool = False, draft: str = '') -> None:
    """志工總歸戶: ask by exact number and purpose; a clerk can also take the person onto the unit's roster (收編).

    `draft`: the form of a new volunteer whose number turned out to be known.
    """
    is_clerk = account.role is Role.UNIT_STAFF
    with frame(account, '志工總歸戶', crumbs=[MENU, VOLUNTEER_DATA], waiting=await waiting_for(account)):
        if is_clerk:
            _pills(join)
        if is_clerk and join:
            await _join_card(account, await _begun(draft, account))
        else:
            _lookup_card(account, is_clerk)


def _pills(join: bool) -> None:
    """The two halves of the page, for clerks."""
    with html.nav().classes('lb-pills lb-gap-below').props('aria-label=志工總歸戶'):
        for text, address, is_join in PILLS:
            link = ui.link(text, address).classes('lb-pill')
            if is_join == join:
                link.classes('on').props('aria-current=page')


def _lookup_card(account: Account, is_clerk: bool) -> None:
    asked = Lookup()
    in_form = form(asked, summary=False, mirrored=True)
    with card(
        'Q查詢條件', '(查詢一位志工在各單位的紀錄；查詢的時間、單位與目的會留下紀錄，本人可以看到)', 'lb-gap-below'
    ):
        with html.div().classes('lb-grid'):
            number = _number_fields(in_form)
            choice_field('查詢目的', in_form, 'reason', REASONS, required=True)
        acts = html.div().classes('lb-row-acts')
    result = html.div().classes('lb-stack').props('role=region aria-label=查詢結果 aria-live=polite')

    async def show() -> None:
        result.clear()
        found = await volunteers.consolidated(asked.identity_kind, asked.identity_number, asked.reason, by=account)
        # Neither number nor purpose stands in an address: they are kept under a key.
        asked_for = f'{asked.identity_kind}|{asked.identity_number}|{asked.reason}'
        key = await searches.keep(asked_for, by=account)
        prints = {label: links.printed_consolidated(kind, key) for label, kind in PRINTS.items()}
        in_form.sent()
        with result:
            await _person(found, is_clerk, prints)

    with acts:
        button = action_button('查詢', show, in_form=in_form)
    number.on('entered', button.press)


async def _begun(draft: str, account: Account) -> Draft | None:
    """The form that led here, of the own unit; None when it is gone."""
    try:
        return await drafts.get(draft, by=account) if draft else None
    except NotFound:
        return None


async def _join_card(account: Account, begun: Draft | None) -> None:
    """收編: number, name and birth date must all be right; nothing is shown before they are.

    What was typed into the form that has `begun` is not typed again; it goes when the person has come.
    """
    asked = await drafts.restored(begun, Enrolment()) if begun else Enrolment()
    in_form = form(asked, mirrored=True)
    with card('收編', '(志工已由其他單位建立資料，經本人同意後加入您的單位)'):
        with html.div().classes('lb-grid'):
            _number_fields(in_form)
            html.div()
            text_field(
                volunteers.FIELDS['name'].caption,
                in_form,
                'name',
                required=True,
                hint='與證件完全相同。',
                maxlength=100,
            )
            date_field(volunteers.FIELDS['born_on'].caption, in_form, 'born_on', required=True)
        html.p(
            '證號、姓名、出生日期都相符才會收編。同一證號核對 5 次後暫停 15 分鐘；每次核對都會留下紀錄，本人可以看到。'
        ).classes('lb-hint')

        async def join() -> None:
            person = await volunteers.join(
                asked.identity_kind, asked.identity_number, asked.name, asked.born_on, by=account
            )
            if begun is not None and begun.volunteer_id is None:
                with suppress(drafts.Unseen):  # what a colleague has typed there meanwhile stays listed
                    await drafts.discard(begun, by=account)
            leave_with(links.basics(person.id), 'volunteer-joined')

        with html.div().classes('lb-row-acts'):
            action_button('收編', join, in_form=in_form)


def _number_fields(in_form: form) -> text_field:
    """The kind of document and its number; the label follows the kind."""
    details: Any = in_form.details
    with html.div().classes('full'):
        hint = '※非本國籍者請填入居留證號碼或護照號碼'
        label = volunteers.FIELDS['identity_kind'].caption
        segment_field(label, in_form, 'identity_kind', IdentityKind.labels(), hidden_label=True, hint=hint)

    def name() -> str:
        return IdentityKind.labels().get(details.identity_kind, volunteers.FIELDS['identity_number'].label)

    number = text_field(name(), in_form, 'identity_number', required=True, classes='mono', maxlength=30)
    in_form.on_change(lambda: number.rename(name()))
    return number


async def _person(found: Consolidated, is_clerk: bool, prints: Mapping[str, str]) -> None:
    """What the units know together of one person."""
    with card(found.name), html.div().classes('lb-stack'):
        if found.volunteer_id is None:
            html.p(STRANGER).classes('lb-hint')
        with html.dl().classes('lb-meta lb-person'):
            _fact(found.identity_kind.label, found.identity_masked)
            _fact(volunteers.FIELDS['sex'].label, found.sex.label)
            if found.born_on is not None:
                _fact(volunteers.FIELDS['born_on'].label, dates.roc(found.born_on))
            _fact(ledgers.SERVICE_HOURS.title, trainings.format_duration(found.service_minutes))
    with html.div().classes('lb-row-acts'):
        if found.volunteer_id is not None and is_clerk:
            ui.link('開啟個人頁面', links.basics(found.volunteer_id)).classes('q-btn lb-btn lb-outline')
        for label, address in prints.items():
            ui.link(label, address, new_tab=True).classes('q-btn lb-btn lb-outline')
    for section in consolidated_sheet.sections(found):
        await _table(section.title, section.columns, section.rows)


def _fact(label: str, value: str) -> None:
    with html.div():
        html.dt(label)
        html.dd(value)


async def _table(title: str, columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """A short table without pages."""
    names = [f'c{number}' for number in range(len(columns))]
    rows = [{'key': str(n), **dict(zip(names, row, strict=True))} for n, row in enumerate(cells)]

    async def fetch(_: int, __: int) -> tuple[Sequence[Row], int]:
        return rows, len(rows)

    await record_table(title, list(zip(names, columns, strict=True)), fetch, bare=True).refresh()
