"""歷程: what happened to a case or a roster, the latest first."""

from collections.abc import Sequence
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import dates
from domain.announcements import CaseChanged
from domain.corrections import Marked
from domain.errors import NotFound
from domain.mail import outbox
from domain.model import Account, Application, ApplicationStep, CallResult, Role
from domain.reviews import phone_calls
from domain.reviews import timeline as timelines
from domain.reviews.timeline import Entry

from ..live import follow, of_case
from .notices import confirm, showing_refusals
from .states import EVENTS

RESULTS = [{'value': result.value, 'label': result.label} for result in CallResult]


class timeline(Element, component='timeline.js'):
    """`application` comes with agency, unit and sender; without `heading` where one stands above.

    Logs calls and sends mails again. What follows nothing itself is placed by `await timeline.build(…)`.
    """

    def __init__(
        self,
        entries: list[Entry],
        account: Account,
        application: Application | None = None,
        title: str = '案件歷程',
        *,
        heading: bool = False,
    ) -> None:
        super().__init__()
        self.account, self.application = account, application
        self._props.update({'title': title, 'heading': heading, 'results': [], 'callee': '', 'phone': ''})
        if application and application.round and account.role in (Role.UNIT_STAFF, Role.REVIEWER):
            contact = phone_calls.contact_of(application, account)
            self._props.update({'results': RESULTS, 'callee': contact.who, 'phone': contact.phone})
        self.show(entries)
        self.on('resend', self._resend)
        self.on('called', self._called)

    @classmethod
    async def build(
        cls,
        account: Account,
        application: Application,
        *,
        heading: bool = True,
        marked: Sequence[Marked] | None = None,
        steps: Sequence[ApplicationStep] | None = None,
    ) -> 'timeline':
        """Places the timeline of a case of the account's unit, which was just read, and keeps it current.

        The case comes with volunteer, unit, agency and county. `marked`: its marks, `steps`: its steps with their
        people, where these were read, too.
        """
        entries = await timelines.of_known(application, by=account, marked=marked, steps=steps)
        line = cls(entries, account, application, heading=heading)

        async def renew() -> None:
            line.show(await timelines.of(application, by=account))

        follow(CaseChanged, renew, of_case(application.id))
        return line

    def show(self, entries: list[Entry]) -> None:
        """Show these entries."""
        self.entries = entries
        self._props['entries'] = [_as_props(number, entry) for number, entry in enumerate(reversed(entries))][::-1]
        self.update()

    async def _resend(self, event: GenericEventArguments) -> None:
        if event.args not in [entry.ref for entry in self.entries if entry.can_resend]:
            return
        with showing_refusals():
            await outbox.resend(event.args, by=self.account)
            confirm('已排入重寄，結果會出現在歷程上。')

    async def _called(self, event: GenericEventArguments) -> None:
        given = event.args if isinstance(event.args, dict) else {}
        with showing_refusals():
            note = str(given.get('note', ''))
            if self.application is None:
                raise NotFound
            await phone_calls.log(self.application, given.get('result', ''), by=self.account, note=note)
            confirm('已記錄這通電話。')


def _as_props(number: int, entry: Entry) -> dict[str, Any]:
    tone, symbol = EVENTS[entry.event]
    return {
        'key': number,
        'at': dates.format_moment(entry.at),
        'actor': entry.actor,
        'what': entry.what,
        'note': entry.note,
        'tone': tone,
        'symbol': symbol,
        'kind': entry.kind,
        'mail': entry.ref if entry.can_resend else 0,
    }
