"""One application on the reviewer's desk: documents, the check list, the data; 核可, 通知補件, 駁回."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import html, ui
from nicegui.element import Element

from domain import dates, reviews
from domain.model import Account, Application, ApplicationStatus, Training, Volunteer
from domain.reviews import Case

from ..components.action_button import action_button
from ..components.check_list import check_list
from ..components.fields import text_area
from ..components.form import form
from ..components.icon import icon
from ..components.question import question
from ..components.reveal import reveal_dialog
from ..components.states import TONES, deadline
from ..frame import chip, frame, waiting_for
from ..live import follow
from ..said import leave
from .review_queue import placed_queue

REASONS = ('照片模糊或非半身照', '證書模糊', '缺證書反面', '訓練日期不符', '時數不足', '證號不符', '其他')


class case_documents(Element, component='../components/case_documents.js'):
    """Photo and certificates, large."""

    def __init__(self, volunteer: Volunteer, trainings: list[Training]) -> None:
        super().__init__()
        self._props['photo'] = _file(volunteer.photo_id)
        self._props['trainings'] = [
            {
                'label': f'{each.kind.label} {each.minutes // 60} 小時',
                'front': _file(each.certificate_front_id),
                'back': _file(each.certificate_back_id),
            }
            for each in trainings
        ]


class data_list(Element, component='../components/data_list.js'):
    """Facts in groups."""

    def __init__(self, title: str, groups: list[dict[str, Any]]) -> None:
        super().__init__()
        self._props.update({'title': title, 'groups': groups})


async def review_case_page(account: Account, application_id: int, status: str = '') -> None:
    """The desk with one case open; it renews itself when somebody else moves the case."""
    case = await reviews.case(application_id, by=account)
    with frame(account, f'審核：{case.volunteer.name}', heading=False, waiting=await waiting_for(account)) as page:
        page.content.classes('lb-desk')
        with html.div().classes('lb-review lb-with-case'):
            await placed_queue(account, status, case.application.id)
            with html.section().classes('lb-case').props('aria-label=案件'):
                case_head(case)
                with html.div().classes('lb-case-body'):
                    case_documents(case.volunteer, list(case.trainings))
                    check_list(case.checks, '體檢', links=False)
                    facts = data_list('申請資料', _groups(case))
                    facts.on('revealed', lambda: reveal_dialog(case.volunteer, account))
                decisions(account, case, status)

    async def renew() -> None:
        now = await reviews.case(application_id, by=account)
        if now.application.version != case.application.version:
            ui.navigate.to(f'/reviews/{application_id}?status={status}')

    follow('application', renew, lambda payload: payload.split(':')[0] == str(application_id))


def case_head(case: Case) -> None:
    """Who, what, by when; and the unit's telephone, for the procedure wants a call too."""
    application = case.application
    with html.header().classes('lb-case-head'), html.div().classes('grow'):
        with html.div().classes('l1'):
            ui.link('‹ 清單', '/reviews').classes('lb-back-to-list')
            html.h1(case.volunteer.name)
            html.span(case.volunteer.identity_masked).classes('mut')
            chip(application.kind.label, 'info')
            if application.status is ApplicationStatus.SUBMITTED and application.due_on:
                text, tone, symbol, _ = deadline(dates.days_left(application.due_on, dates.today()))
                chip(text, tone, symbol)
            else:
                chip(application.status.label, *TONES[application.status])
        with html.div().classes('lb-facts-line'):
            html.span(application.host_unit.name)
            sender = application.submitted_by.name if application.submitted_by else ''
            if application.submitted_at:
                html.span(f'送審 {dates.roc_instant(application.submitted_at)}　{sender}')
            html.span(f'電話 {application.host_unit.phone or "未登錄"}')


def decisions(account: Account, case: Case, status: str) -> None:
    """The bar that never leaves the screen: 核可 says which number it will take."""
    application = case.application
    with html.div().classes('lb-decide'):
        if application.status is not ApplicationStatus.SUBMITTED:
            html.span(_outcome(case)).classes('strong')
            return

        async def approve() -> None:
            await reviews.approve(application, application.version, by=account)
            leave(_next(status), 'case-approved')

        with action_button('', approve).classes('lb-approve'):
            icon('check')
            with html.span().classes('two'):
                html.span('核可')
                html.small(f'將取號 {case.number}' if case.number else '沿用原紀錄冊號')
        reason_button(
            '通知補件', '尚未選原因', 'flag', account, application, reviews.return_for_correction, 'case-returned'
        )
        reason_button('駁回', '案件到此結束', 'warning', account, application, reviews.reject, 'case-rejected')


Decision = Callable[..., Awaitable[Application]]


class Reason:
    """Why a case goes back, as the reviewer writes it."""

    def __init__(self) -> None:
        self.reason = ''

    def problems(self) -> dict[str, str]:
        """The service checks it when it is sent."""
        return {}


def reason_button(
    text: str, small: str, symbol: str, account: Account, application: Application, decide: Decision, said: str
) -> None:
    """通知補件 or 駁回: opens a question for the reason; common ones at a tap, the text stays editable."""
    words = Reason()
    with question(f'{text}：原因') as dialog:
        html.p('單位承辦人會收到這段文字。請寫明要改哪一項、怎麼改。')
        in_form = form(words, summary=False)
        with html.div().classes('lb-pills').props('role=group aria-label=常用原因'):
            for common in REASONS:
                ui.button(common, on_click=lambda _, common=common: add(common), color=None).props(
                    'flat no-caps'
                ).classes('lb-pill')
        written = text_area('原因', in_form, 'reason', required=True, maxlength=500)

        def add(common: str) -> None:
            words.reason = f'{words.reason}；{common}' if words.reason else common
            written.show(words.reason)

        async def send() -> None:
            await decide(application, words.reason, application.version, by=account)
            leave('/reviews', said)

        with html.div().classes('lb-acts'):
            action_button(f'確定{text}', send, 'bad', in_form)
            ui.button('再看一下', on_click=dialog.close, color=None).props('flat no-caps')
    with ui.button(on_click=dialog.open, color=None).props('outline no-caps').classes('lb-return'):
        icon(symbol)
        with html.span().classes('two'):
            html.span(text)
            html.small(small)


def _outcome(case: Case) -> str:
    application = case.application
    who = application.decided_by.name if application.decided_by else ''
    when = dates.roc_instant(application.decided_at) if application.decided_at else ''
    number = f'，紀錄冊號 {case.number}' if case.number and application.status is ApplicationStatus.APPROVED else ''
    return f'{application.status.label}{number}　{who} {when}'


def _groups(case: Case) -> list[dict[str, Any]]:
    volunteer, application = case.volunteer, case.application
    age = dates.age_on(volunteer.born_on, dates.today())
    person = [
        {'label': volunteer.identity_kind.label, 'text': volunteer.identity_masked, 'secret': True},
        {'label': '出生日期', 'text': f'民國 {dates.roc(volunteer.born_on)}（滿 {age} 歲）'},
        {'label': '性別', 'text': volunteer.sex.label},
        {'label': '英文姓名', 'text': volunteer.english_name or '未填寫'},
        {'label': 'E-MAIL', 'text': volunteer.email or '未填寫'},
        {'label': '舊制紀錄冊號', 'text': _legacy(volunteer)},
    ]
    book = [
        {'label': '發冊類別', 'text': application.kind.label},
        {'label': '發冊縣市', 'text': application.county.name},
        {'label': '發冊機關', 'text': application.agency.name},
        {'label': '備註', 'text': application.remarks or '未填寫'},
        {
            'label': '附件',
            'text': '開啟附件' if application.attachment_id else '沒有附件',
            'href': _file(application.attachment_id),
        },
        {'label': '紀錄冊號', 'text': case.number or '沿用原號', 'note': '核可時自動取號；同仁先核可則順延'},
    ]
    steps = [
        {
            'label': dates.roc_instant(step.at)[4:],
            'text': f'{step.by.name}　{"送審" if step.status is ApplicationStatus.SUBMITTED else step.status.label}',
            'note': step.reason,
        }
        for step in case.steps
    ]
    return [
        {'title': '基本資料', 'facts': person},
        *({'title': f'教育訓練：{each.kind.label}', 'facts': _training(each)} for each in case.trainings),
        {'title': '紀錄冊', 'facts': book},
        {'title': '送審歷程', 'facts': steps},
    ]


def _training(training: Training) -> list[dict[str, Any]]:
    return [
        {'label': '課程名稱', 'text': training.title},
        {'label': '課程領域', 'text': training.field.name},
        {'label': '訓練日期', 'text': f'{dates.roc(training.starts_on)} ～ {dates.roc(training.ends_on)}'},
        {'label': '訓練單位', 'text': training.provider},
        {'label': '訓練時數', 'text': f'{training.minutes // 60} 小時 {training.minutes % 60} 分鐘'},
        {'label': '核定字號', 'text': training.approval_reference or '無'},
    ]


def _legacy(volunteer: Volunteer) -> str:
    return f'{volunteer.legacy_series}字第{volunteer.legacy_serial}號' if volunteer.legacy_serial else '無'


def _file(file_id: object) -> str:
    return f'/files/{file_id}' if file_id else ''


def _next(status: str) -> str:
    return f'/reviews?status={status}' if status else '/reviews'
