"""我的資料: what is on record of me, to have it corrected, my consent, my rights by law, and a copy to take along."""

from nicegui import html, ui

from domain import consents, dates, links, volunteers
from domain.announcements import VolunteerChanged
from domain.consents import notices
from domain.errors import NotFound
from domain.model import Account, Consent, PrivacyNotice, Volunteer
from domain.privacy import own_data

from ..components.action_button import action_button
from ..components.card import card
from ..components.notice_text import notice_text
from ..components.proposal import FIELDS, proposal_dialog
from ..components.question import is_sure
from ..components.reveal import reveal_dialog
from ..components.rights_cards import asked_card, asking_card
from ..components.step_up import proved
from ..flash import leave_with
from ..frame import HOMES, frame
from ..live import follow, of_volunteer

# What most people want first.
COPIES = {
    'pdf': '可以看、可以列印的清單',
    'zip': '試算表、文件、資料檔與照片、證書，全部在一個壓縮檔',
    'ods': '可以用試算表打開',
    'json': '給其他系統讀取',
}


async def my_data_page(account: Account) -> None:
    """The own record first, then what one has asked, the consent, and the copy."""
    if account.volunteer_id is None:
        raise NotFound
    volunteer = await volunteers.get(account.volunteer_id, by=account)
    crumbs = [('我的紀錄冊', HOMES[account.role])]
    with frame(account, '我的資料', crumbs=crumbs), html.div().classes('lb-mine lb-stack'):
        answers = await consents.of(volunteer, by=account)
        notice = await notices.current()
        if await consents.asks(volunteer, by=account):
            consent_card(account, volunteer, answers, notice, is_asked=True)
        own_record(account, volunteer)
        await asked_card(account, volunteer)
        await asking_card(account, volunteer, sent)
        if not await consents.asks(volunteer, by=account):
            consent_card(account, volunteer, answers, notice, is_asked=False)
        copy_card(account)

    async def renew() -> None:
        now = await volunteers.get(volunteer.id, by=account)
        if now.version != volunteer.version:
            ui.navigate.reload()

    follow(VolunteerChanged, renew, of_volunteer(volunteer))


def sent() -> None:
    """A request is on its way to the unit."""
    leave_with(links.my_data(), 'rights-asked')


def own_record(account: Account, volunteer: Volunteer) -> None:
    """Each line with its way to have it corrected; the identity number hidden until it is asked for."""
    with card('登錄的資料', '(有錯時請按「提出更正」，單位同意後就會改好)'), html.ul().classes('lb-own'):
        with html.li():
            _line(volunteer.identity_kind.label, volunteer.identity_masked)
            ui.button('顯示', on_click=lambda: reveal_dialog(volunteer, account), color=None).props('outline no-caps')
        for key in FIELDS:
            label = volunteers.FIELDS[key].label
            with html.li():
                _line(label, FIELDS[key](volunteer) or '未登錄')
                button = ui.button('提出更正', color=None).props('outline no-caps')
                button.props['aria-label'] = f'提出更正：{label}'
                button.on_click(lambda key=key: proposal_dialog(account, volunteer, key, sent))


def consent_card(
    account: Account, volunteer: Volunteer, answers: list[Consent], notice: PrivacyNotice, *, is_asked: bool
) -> None:
    """The notice, what I have said to it when and how, and to consent or to withdraw."""
    given = bool(answers) and answers[0].is_given

    async def agree() -> None:
        await consents.give(volunteer, notice.id, by=account)
        leave_with(links.my_data(), 'consent-given')

    async def withdraw() -> None:
        if await is_sure('撤回同意', ' '.join(consents.CONSEQUENCES)):
            await consents.withdraw(volunteer, by=account)
            leave_with(links.my_data(), 'consent-withdrawn')

    with card(consents.FIELD.label):
        if is_asked:
            html.p('告知事項有新的版本，請您看過。' if answers else '請您看過告知事項，再決定是否同意。').classes(
                'lb-lead'
            )
        notice_text(notice, is_open=is_asked)
        if answers:
            _answers(answers)
        else:
            html.p('還沒有同意的紀錄。').classes('mut')
        with html.div().classes('lb-row-acts'):
            if is_asked or not given:
                action_button('我已看過，同意', agree)
            if given:
                action_button('撤回同意', withdraw, 'outline')


def _answers(answers: list[Consent]) -> None:
    with html.ul().classes('lb-own-log'):
        for one in answers:
            version = f'第 {one.notice_id} 版' if one.notice_id else '版本未記載'
            what = '同意' if one.is_given else '撤回同意'
            with html.li():
                html.b(f'{dates.roc_instant(one.at)}　{what}')
                html.small(f'{version}，{one.way.label}，{one.by_name}（{one.from_unit}）登錄')


def copy_card(account: Account) -> None:
    """下載我的資料, all at once or in one form."""
    with card('下載我的資料', '(本系統登錄的全部資料)'), html.ul().classes('lb-own'):
        for form, what in COPIES.items():
            with html.li():
                _line(own_data.FORMS[form], what)
                _download(account, form, own_data.FORMS[form])


def _download(account: Account, form: str, label: str) -> None:
    async def fetch() -> None:
        if await proved(account):
            ui.navigate.to(links.own_data(form))

    ui.button('下載', on_click=fetch, color=None).props('outline no-caps').props['aria-label'] = f'下載：{label}'


def _line(label: str, text: str) -> None:
    with html.span():
        html.small(label)
        html.b(text)
