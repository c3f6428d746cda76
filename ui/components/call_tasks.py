"""該打的電話: whom to call, a case or a whole roster with one tap. The list hides itself when it is empty."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from nicegui.events import GenericEventArguments

from domain import dates, links
from domain.announcements import CaseChanged
from domain.cases import case_numbers, deputies
from domain.cases.deputies import Standing
from domain.mail import outbox
from domain.mail.queries import in_brief
from domain.model import Account, ApplicationStatus, CallResult, Role
from domain.reviews import phone_calls
from domain.reviews.phone_calls import CallTask

from ..boards import Content, board_element
from ..live import of_side
from .notices import confirm, showing_refusals


@dataclass(frozen=True)
class Calls(Content):
    """The same for all of the unit, team or agency; `tasks` by their keys."""

    tasks: Mapping[str, CallTask]


class call_tasks(board_element, component='call_tasks.js'):
    """Logs the result of a call, or sends the mail again. Placed by `await call_tasks.build(account)`."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self.account = account
        self._props['results'] = [{'value': result.value, 'label': result.label} for result in CallResult]
        self.on('called', self._called)
        self.on('resend', self._resend)

    @classmethod
    async def build(cls, account: Account) -> 'call_tasks':
        """Places the list of the account's unit or agency and keeps it current."""
        tasks = cls(account)
        await tasks.renew()
        return tasks

    @property
    def tasks(self) -> Mapping[str, CallTask]:
        """What is shown now."""
        content = self.seat.board.content if self.seat else None
        return content.tasks if isinstance(content, Calls) else {}

    async def renew(self) -> None:
        """Reads the tasks again."""
        by = self.account
        key = ('calls', by.role, by.host_unit_id, by.team_id, by.agency_id)
        await self.join(key, {CaseChanged: of_side(by)}, partial(_calls, by))

    async def _called(self, event: GenericEventArguments) -> None:
        given = event.args if isinstance(event.args, dict) else {}
        key = given.get('key')
        task = self.tasks.get(key) if isinstance(key, str) else None
        if task is None:
            return
        with showing_refusals():
            contact = {'callee': task.who[: phone_calls.CALLEE_LENGTH], 'phone': task.phone}
            await phone_calls.log(task.application, given.get('result', ''), by=self.account, **contact)
            confirm('已記錄這通電話。')
            await self.renew()

    async def _resend(self, event: GenericEventArguments) -> None:
        task = self.tasks.get(event.args) if isinstance(event.args, str) else None
        if task is None or task.mail is None:
            return
        with showing_refusals():
            await outbox.resend(task.mail.id, by=self.account)
            confirm('已排入重寄；寄達後，這項工作會自動消失。')


async def _calls(account: Account) -> Calls:
    tasks = {task.key: task for task in await phone_calls.to_make(by=account)}
    is_reviewer = account.role is Role.REVIEWER
    away = {one.absent.id: one for one in await deputies.told(by=account)} if is_reviewer and tasks else {}
    return Calls({'tasks': [_as_props(task, account, away) for task in tasks.values()]}, tasks)


def _as_props(task: CallTask, account: Account, away: Mapping[int, Standing]) -> dict[str, Any]:
    case, mail = task.application, task.mail
    stood = away.get(case.decided_by_id or 0)
    return {
        'key': task.key,
        'who': task.who,
        'phone': task.phone,
        'about': f'{case.volunteer.name}：{in_brief(mail)}' if mail else _about(task),
        'address': _address(task, account),
        'trouble': (mail.last_error or mail.status.label) if mail else '',
        'resends': mail is not None,
        'tried': _tried(task),
        'since': dates.format_moment(task.since) + (f'　{stood.deputy.name}代理{stood.absent.name}' if stood else ''),
    }


def _tried(task: CallTask) -> str:
    """What came of the last call, and how many were in vain."""
    if not task.in_vain:
        return ''
    last = task.in_vain[-1]
    times = f'，共打過 {len(task.in_vain)} 次' if len(task.in_vain) > 1 else ''
    return f'{last.result.label}：{dates.format_moment(last.at)} {last.by.name}{times}'


def _about(task: CallTask) -> str:
    case = task.application
    if task.cases > 1 and case.roster:
        word = '送審' if case.status is ApplicationStatus.SUBMITTED else '審核結果'
        return f'名冊「{case.roster.title}」{word} {task.cases} 件'
    word = '送審' if case.status is ApplicationStatus.SUBMITTED else case.status.label
    return f'{case_numbers.written(case.id)}　{case.volunteer.name}：{word}'


def _address(task: CallTask, account: Account) -> str:
    case = task.application
    is_unit = account.role is Role.UNIT_STAFF
    if task.cases > 1 and case.roster_id:
        return links.roster(case.roster_id) if is_unit else links.review_roster(case.roster_id)
    return links.record_books(case.volunteer_id) if is_unit else links.case(case.id)
