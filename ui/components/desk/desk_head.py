"""The head of an open case: volunteer, unit, readers. An open page counts as reading, a closed one does not."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from nicegui import ui
from nicegui.element import Element

from domain import dates
from domain.announcements import ReadersChanged
from domain.cases import case_numbers
from domain.errors import DomainError
from domain.model import Account, ApplicationStatus
from domain.reviews import Case, presence
from domain.reviews.presence import Reader

from ...live import follow, together
from ..notices import showing_refusals
from ..states import STATUSES, deadline


class desk_head(Element, component='desk_head.js'):
    """Enters and leaves the presence of the case for the account."""

    def __init__(self, account: Account, case: Case, alert: str = '') -> None:
        super().__init__()
        self.account, self.application = account, case.application
        self.page_id = uuid4()
        self._props.update({'me': account.id, 'readers': []})
        self.show(case, alert)
        self.on('taken', self._take_over)
        if case.application.status is ApplicationStatus.SUBMITTED:
            # Presence begins when the browser connects, not when the page is fetched, and ends when it disconnects.
            ui.context.client.on_connect(self._enter)
            ui.context.client.on_disconnect(self._leave)
            follow(ReadersChanged, self._renew, self._is_news)

    def show(self, case: Case, alert: str = '') -> None:
        """Shows this case; `alert` says why its last decision was not carried out."""
        application = case.application
        sender = application.submitted_by.name if application.submitted_by else ''
        sent = f'送審 {dates.roc_instant(application.submitted_at)}　{sender}' if application.submitted_at else ''
        self._props.update({'name': case.volunteer.name, 'masked': case.volunteer.identity_masked, 'alert': alert})
        self._props['chips'] = [[application.kind.label, 'info', '', ''], _state(case)]
        if case.stood is not None:
            deputy = '您' if case.stood.deputy.id == self.account.id else case.stood.deputy.name
            self._props['chips'].append([f'{deputy}代理{case.stood.absent.name}', 'info', 'people', ''])
        self._props['facts'] = [
            fact for fact in (case_numbers.written(application.id), application.host_unit.name, sent) if fact
        ]
        self._props['phone'] = application.host_unit.phone
        self.update()

    async def _enter(self) -> None:
        try:
            readers = await presence.enter(self.application.id, self.page_id, by=self.account)
        except DomainError:  # the case has gone to another agency; the page will show that
            return
        if not self.client.has_socket_connection:  # it was closed meanwhile
            await presence.leave(self.page_id)
            return
        self._show_readers(readers)

    def _is_news(self, changed: ReadersChanged) -> bool:
        """Of this case; that this page has come it was told when it did, and one that has gone shows nothing."""
        return changed.application_id == self.application.id and changed.page != str(self.page_id)

    async def _leave(self) -> None:
        await presence.leave(self.page_id)

    async def _take_over(self) -> None:
        with showing_refusals():
            await presence.take_over(self.application.id, self.page_id, by=self.account)

    async def _renew(self) -> None:
        # Who may see the case is told the same, whatever page of the agency it is.
        key = ('readers', self.application.id, self.account.role, self.account.agency_id)
        self._show_readers(await together(key, lambda: presence.of(self.application.id, by=self.account)))

    def _show_readers(self, readers: Sequence[Reader]) -> None:
        self._props['readers'] = [
            {'id': reader.account_id, 'name': reader.name, 'since': dates.roc_instant(reader.since)[-5:]}
            for reader in readers
        ]
        self.update()


def _state(case: Case) -> list[Any]:
    application = case.application
    if case.days_left is not None:
        text, tone, symbol, _, hint = deadline(case.days_left)
        return [text, tone, symbol, hint]
    return [application.status.label, *STATUSES[application.status], '']
