"""A page that takes long: our frame goes out in time, and the content follows over the socket when it is there.

NiceGUI sends a page when its builder has ended or waits for the browser (`Client.connected`), and answers with an error
page of its own when neither happens within `response_timeout`. Every page of ours has a limit that is never reached;
after PATIENCE seconds the browser gets the frame with 「正在開啟…」. What the builder makes stays out of sight until it
is complete, so that nobody sees or presses half a page.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import Client, ui
from nicegui.element import Element
from starlette.responses import RedirectResponse, Response

from domain.model import Account

from . import frame, loading_shell

PATIENCE = 2.0
NEVER = 24 * 3600.0  # seconds: the `response_timeout` of every page


@contextmanager
def answered_in_time(account: Account) -> Iterator['slow_page']:
    """The page of the current client is built within; hand what the builder returns to `finish`."""
    page = slow_page(account)
    timer = asyncio.get_running_loop().call_later(PATIENCE, page.answer)
    try:
        yield page
    finally:
        timer.cancel()


class slow_page:
    """A page under construction; one that is ready in time is not touched."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.client: Client = ui.context.client
        self.builder = asyncio.current_task()
        self.opening: Element | None = None
        self._heard = 0

    def answer(self) -> None:
        """Have the frame sent; the builder goes on and ends with the page."""
        try:
            with self.client:
                self._show_frame()
            self.client.on_connect(self._count_handlers)
            self.client.on_delete(self._abandon)
        finally:
            self.client._waiting_for_connection.set()  # as `Client.connected` says it

    def finish(self, outcome: Response | None) -> Response | None:
        """Show the content. Returns what NiceGUI is to answer, which is nothing any more after the frame was sent."""
        if self.opening is None:
            return outcome
        if isinstance(outcome, RedirectResponse):
            # As with a redirect, Back does not lead here again, where a new draft may be made.
            ui.navigate.history.replace(outcome.headers['location'])
            ui.navigate.reload()
        else:
            self._show_content(self.opening)
        return None

    def _show_frame(self) -> None:
        place = self.client.content.parent_slot
        assert place is not None
        title = (self.client.title or '').partition(frame.AFTER_TITLE)[0]
        loading_shell.only_sight(title)
        with place.parent:
            self.opening = Element('div').classes('nicegui-content')
        place.children.remove(self.client.content)
        with self.opening:
            frame.opening_page(self.account, title)

    def _show_content(self, opening: Element) -> None:
        place = self.client.content.parent_slot
        assert place is not None
        place.children.append(self.client.content)
        opening.delete()
        if self.client.has_socket_connection:
            for handler in self.client.connect_handlers[self._heard :]:
                self.client.safe_invoke(handler)

    def _count_handlers(self) -> None:
        self._heard = len(self.client.connect_handlers)

    def _abandon(self) -> None:
        if self.builder is not None:
            self.builder.cancel()
