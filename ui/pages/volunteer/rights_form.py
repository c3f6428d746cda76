"""登記書面請求: what a volunteer has handed in on paper: a request by law, or the consent signed or withdrawn."""

from dataclasses import dataclass, field
from datetime import date

from nicegui import html, ui

from domain import consents, dates, links, volunteers
from domain.consents import notices
from domain.model import Account, RightsKind, Volunteer
from domain.privacy import rights
from domain.privacy.rights import Asking

from ...components.action_button import action_button
from ...components.card import card
from ...components.form import form
from ...components.form.fields import date_field, radio_field, text_area
from ...components.notice_text import notice_text
from ...components.question import is_sure
from ...flash import leave_with
from ...frame import BASICS, MENU, VOLUNTEER_DATA, frame, waiting_for


@dataclass
class OnPaper:
    """A request as it came in."""

    kind: str = RightsKind.VIEW
    wording: str = ''
    asked_on: date | None = field(default_factory=dates.today)

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}


async def rights_form_page(account: Account, volunteer_id: int) -> None:
    """The request first, then the consent as it stands."""
    volunteer = await volunteers.known(volunteer_id, by=account)
    crumbs = [MENU, VOLUNTEER_DATA, BASICS, (volunteer.name, links.basics(volunteer.id))]
    with (
        frame(
            account,
            '登記書面請求',
            crumbs=crumbs,
            waiting=await waiting_for(account),
            named=f'{volunteer.name}：登記書面請求',
        ),
        html.div().classes('lb-narrow lb-stack'),
    ):
        request_card(account, volunteer)
        await consent_card(account, volunteer)


def request_card(account: Account, volunteer: Volunteer) -> None:
    """The term counts from the day on which the paper came."""
    paper = OnPaper()
    in_form = form(paper)

    async def save() -> None:
        asking = Asking(paper.kind, paper.wording, asked_on=paper.asked_on)
        made = await rights.record(asking, volunteer, by=account)
        leave_with(links.rights_request(made.id), 'rights-recorded')

    with card('當事人的請求', f'({volunteer.name}　{volunteer.identity_masked})'), html.div().classes('lb-stack'):
        options = {kind: f'{kind.label}（{rights.days_of(kind)} 日內答覆）' for kind in RightsKind}
        radio_field(rights.FIELDS['kind'].label, in_form, 'kind', options, wide=True)
        text_area(rights.FIELDS['wording'].label, in_form, 'wording', required=True, hint='照書面的內容摘要。')
        date_field(rights.FIELDS['asked_on'].label, in_form, 'asked_on', required=True, hint='期限從這天的次日起算。')
        with html.div().classes('lb-row-acts'):
            action_button('登記', save, in_form=in_form)
            ui.link('返回', links.basics(volunteer.id)).classes('lb-btn q-btn lb-flat')


async def consent_card(account: Account, volunteer: Volunteer) -> None:
    """What the person has said so far, and what a signed paper says now."""
    answers = await consents.of(volunteer, by=account)
    notice = await notices.current()

    async def signed() -> None:
        await consents.give(volunteer, notice.id, by=account)
        leave_with(links.new_rights_request(volunteer.id), 'consent-given')

    async def withdrawn() -> None:
        if await is_sure('登記撤回同意', ' '.join(consents.CONSEQUENCES)):
            await consents.withdraw(volunteer, by=account)
            leave_with(links.new_rights_request(volunteer.id), 'consent-withdrawn')

    with card(consents.FIELD.label, '(本人簽名的紙本，正本請由單位保存)'), html.div().classes('lb-stack'):
        notice_text(notice)
        if not answers:
            html.p('還沒有同意的紀錄。').classes('mut')
        with html.ul().classes('lb-own-log'):
            for one in answers:
                version = f'第 {one.notice_id} 版' if one.notice_id else '版本未記載'
                with html.li():
                    html.b(f'{dates.roc_instant(one.at)}　{"同意" if one.is_given else "撤回同意"}')
                    html.small(f'{version}，{one.way.label}，{one.by_name}（{one.from_unit}）登錄')
        with html.div().classes('lb-row-acts'):
            action_button(f'登記已簽第 {notice.id} 版', signed, 'outline')
            if answers and answers[0].is_given:
                action_button('登記撤回同意', withdrawn, 'outline')
