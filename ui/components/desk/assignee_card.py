"""承辦人: whom the agency's supervisor gave the case to; the supervisor chooses."""

from dataclasses import dataclass

from nicegui import html, ui

from domain.model import Account, Application
from domain.reviews import Case, assignments

from ..action_button import action_button
from ..form import form
from ..form.fields import choice_field
from ..notices import confirm

NOBODY = 0


@dataclass
class Choice:
    """The reviewer who is to work on it; NOBODY: whoever comes first."""

    assignee_id: int = NOBODY

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}


async def assignee_card(account: Account, case: Case) -> None:
    """A card of its own, for the supervisor and where somebody was chosen; else nothing is placed."""
    assigned = case.application.assignee
    may_assign = await assignments.may_assign(by=account, away=case.away)
    if assigned is None and not may_assign:
        return
    with html.section().classes('lb-card lb-box lb-assignee').props('aria-label=承辦人'):
        html.h2('承辦人')
        said = ui.label(_said(assigned)).props('role=status')
        if may_assign:
            await _choosing(account, case.application, assigned, said)


async def _choosing(account: Account, application: Application, assigned: Account | None, said: ui.label) -> None:
    choice = Choice(assigned.id if assigned else NOBODY)
    in_form = form(choice, summary=False)
    people = {one.id: one.name for one in await assignments.colleagues(by=account)}
    choice_field('分派給', in_form, 'assignee_id', {NOBODY: '不指定'} | people)

    async def assign() -> None:
        await assignments.assign(application.id, choice.assignee_id or None, by=account)
        now = await assignments.assignee_of(application, by=account)
        said.set_text(_said(now))
        confirm(_said(now))

    action_button('分派', assign, 'outline', in_form=in_form)


def _said(assigned: Account | None) -> str:
    return f'由{assigned.name}承辦。' if assigned else '沒有指定，先開啟的人承辦。'
