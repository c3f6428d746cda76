"""改以電話通知: whom to call because a mail did not arrive. The list hides itself when it is empty."""

from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import dates, links
from domain.announcements import CaseChanged
from domain.mail import outbox
from domain.mail.queries import in_brief
from domain.model import Account, CallResult, Role
from domain.reviews import phone_calls
from domain.reviews.phone_calls import CallTask

from ..live import follow, of_side
from .notices import confirm, showing_refusals


class call_tasks(Element, component='call_tasks.js'):
    """Logs the result of a call, or sends the mail again. Placed by `await call_tasks.build(account)`."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self.account = account
        self.tasks: dict[int, CallTask] = {}
        self._props['results'] = [{'value': result.value, 'label': result.label} for result in CallResult]
        self.on('called', self._called)
        self.on('resend', self._resend)

    @classmethod
    async def build(cls, account: Account) -> 'call_tasks':
        """Places the list of the account's unit or agency and keeps it current."""
        tasks = cls(account)
        await tasks.renew()

        follow(CaseChanged, tasks.renew, of_side(account))
        return tasks

    async def renew(self) -> None:
        """Reads the tasks again."""
        self.tasks = {task.mail.id: task for task in await phone_calls.to_make(by=self.account)}
        listed = [_as_props(task, self.account) for task in self.tasks.values()]
        if self._props.get('tasks') != listed:
            self._props['tasks'] = listed
            self.update()

    async def _called(self, event: GenericEventArguments) -> None:
        given = event.args if isinstance(event.args, dict) else {}
        key = given.get('key')
        task = self.tasks.get(key) if isinstance(key, int) else None
        if task is None:
            return
        with showing_refusals():
            contact = {'callee': task.who[: phone_calls.CALLEE_LENGTH], 'phone': task.phone}
            await phone_calls.log(task.application, given.get('result', ''), by=self.account, **contact)
            confirm('已記錄這通電話。')
            await self.renew()

    async def _resend(self, event: GenericEventArguments) -> None:
        if not isinstance(event.args, int) or event.args not in self.tasks:
            return
        with showing_refusals():
            await outbox.resend(event.args, by=self.account)
            confirm('已排入重寄；寄達後，這項工作會自動消失。')


def _as_props(task: CallTask, account: Account) -> dict[str, Any]:
    case = task.application
    is_unit = account.role is Role.UNIT_STAFF
    return {
        'key': task.mail.id,
        'who': task.who,
        'phone': task.phone,
        'about': f'{case.volunteer.name}：{in_brief(task.mail)}',
        'address': links.record_books(case.volunteer_id) if is_unit else links.case(case.id),
        'trouble': task.mail.last_error or task.mail.status.label,
        'since': dates.format_moment(task.since),
    }
