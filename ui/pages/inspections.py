"""稽核抽查: samples of an inspector, drawn with a reason, their cases, and one case for reading."""

from nicegui import html, ui

from domain import dates, inspections, links
from domain.cases import case_numbers
from domain.inspections import FIELDS, LASTS, MOST, Draw
from domain.model import Account, Inspection

from ..components.action_button import action_button
from ..components.card import card
from ..components.facts import facts
from ..components.form import form
from ..components.form.fields import choice_field, date_field, number_field, text_area
from ..components.held_papers import held_papers
from ..components.plain_table import plain_table
from ..frame import MENU, frame

TITLE = '稽核抽查'


async def inspections_page(account: Account) -> None:
    """抽查 at the top, the samples below."""
    samples = await inspections.mine(by=account)
    agencies = await inspections.agencies(by=account)
    details = Draw(ends_on=dates.today(), begins_on=dates.years_after(dates.today(), -1))
    with frame(account, TITLE, crumbs=[MENU]), html.div().classes('lb-stack'):
        with card('抽查案件', '(由系統隨機抽出，不能指定個人)'):
            in_form = form(details, summary=False, mirrored=True)
            with html.div().classes('lb-grid'):
                choice_field(
                    FIELDS['agency_id'].caption, in_form, 'agency_id', agencies, required=True, searchable=True
                )
                number_field(FIELDS['size'].caption, in_form, 'size', required=True, hint=f'1 到 {MOST} 件。')
                date_field(FIELDS['begins_on'].label, in_form, 'begins_on', required=True)
                date_field(FIELDS['ends_on'].label, in_form, 'ends_on', required=True)
                with html.div().classes('full'):
                    hint = f'每次檢視都連同事由留下紀錄，志工本人也看得到。抽出的案件可以閱覽 {LASTS.days} 天。'
                    text_area(FIELDS['reason'].caption, in_form, 'reason', required=True, hint=hint)

            async def draw() -> None:
                drawn = await inspections.draw(details, by=account)
                ui.navigate.to(links.inspection(drawn.id))

            with html.div().classes('lb-row-acts'):
                action_button('隨機抽出', draw, in_form=in_form)
        with card('我的抽查'):
            if not samples:
                html.p('還沒有抽查。').classes('lb-hint')
            with html.ul().classes('lb-sign-offs'):
                for one in samples:
                    _sample(one)


def _sample(one: Inspection) -> None:
    is_open = one.closes_at > dates.now()
    title = f'{one.agency.name}　{dates.roc(one.begins_on)}～{dates.roc(one.ends_on)}'
    until = f'閱覽到 {dates.roc_instant(one.closes_at)}' if is_open else '閱覽期限已過'
    with html.li():
        if is_open:
            ui.link(title, links.inspection(one.id))
        else:
            html.b(title)
        html.span(f'{len(one.cases)} 件　{until}　事由：{one.reason}')


async def inspection_page(account: Account, inspection_id: int) -> None:
    """The cases of one sample."""
    found = await inspections.get(inspection_id, by=account)
    title, crumbs = '抽出的案件', [MENU, (TITLE, links.inspections())]
    with frame(account, title, crumbs=crumbs, named=f'{found.agency.name}：{title}'), html.div().classes('lb-stack'):
        facts(
            [
                ('發冊機關', found.agency.name),
                ('稽核事由', found.reason),
                ('閱覽到', dates.roc_instant(found.closes_at)),
            ]
        )
        with card('案件', '(開啟後才顯示個人資料，並留下紀錄)'), html.ul().classes('lb-sign-offs'):
            for one in found.cases:
                with html.li():
                    address = links.inspected_case(found.id, one.application_id)
                    ui.link(case_numbers.written(one.application_id), address)
                    opened = f'{dates.roc_instant(one.opened_at)} 開啟過' if one.opened_at else '還沒有開啟'
                    html.span(f'{one.application.status.label}　{opened}')


async def inspected_case_page(account: Account, inspection_id: int, application_id: int) -> None:
    """What the case held and how it went."""
    read = await inspections.case(inspection_id, application_id, by=account)
    case = read.application
    crumbs = [MENU, (TITLE, links.inspections()), ('抽出的案件', links.inspection(inspection_id))]
    with frame(account, case_numbers.written(case.id), crumbs=crumbs), html.div().classes('lb-stack'):
        facts([('運用單位', case.host_unit.name), ('發冊機關', case.agency.name), ('狀態', case.status.label)])
        with card('案件歷程'):
            rows = [(dates.roc_instant(one.at), one.status.label, one.by.name, one.reason) for one in read.steps]
            plain_table('案件歷程', ('時間', '狀態', '辦理人', '說明'), rows)
        held_papers(read.papers, lambda file: links.inspected_picture(inspection_id, case.id, file))
