"""The demo office that `tests.fuzz` sends to: who is signed in there, and whether anything has fallen."""

import re
from collections.abc import Sequence
from typing import Any

import httpx
from playwright.sync_api import Browser, Error, Page

from domain import links

from .card_component import Component
from .mutations import storable
from .scan import accidents, signed_in
from .site import Site, computer

LED_AWAY = re.compile('context was destroyed|navigat|ERR_ABORTED|Timeout|[Dd]ownload')
# To whatever listener there is at that moment, in a dialog that was opened on the way too; or a message of any shape.
EMIT = """async (forged) => {
  for (const [which, args] of forged) {
    const elements = document.getElementById('app')?._vnode?.component?.proxy?.elements ?? {};
    const all = Object.entries(elements).flatMap(([id, each]) => each.events.map((one) => [+id, one.listener_id]));
    if (typeof which === 'string') {
      const read = (text) => { try { return JSON.parse(text); } catch { return text; } };
      const ours = (value) => (value?.constructor === Object ? { client_id: window.clientId, ...value } : value);
      window.socket?.emit(which, ...args.map((text) => ours(read(text))));
    } else if (all.length) {
      const [id, listener_id] = all[which % all.length];
      window.socket?.emit('event', { id, client_id: window.clientId, listener_id, args });
    }
    await new Promise((go) => setTimeout(go, 20));
  }
}"""


class Fallen(Exception):
    """An answer nobody wants, or an accident in the log."""


class Office:
    """The site, and who is signed in."""

    def __init__(self, site: Site, browser: Browser, component: Component) -> None:
        self.site, self.browser, self.component = site, browser, component
        self._told = 0
        self._clients: dict[str, httpx.Client] = {}
        self._tabs: dict[str, Page] = {}

    def client(self, username: str) -> httpx.Client:
        """Signed in again where the fuzzing has ended its session."""
        http = self._clients.get(username)
        if http is None or (username and http.get(links.own_sessions()).status_code != 200):
            http = self._clients[username] = signed_in(self.site, username)
        return http

    def tab(self, username: str) -> Page:
        """With the same session."""
        if username not in self._tabs:
            self._tabs[username] = computer(self.browser, self.site).new_page()
            self._tabs[username].on('dialog', lambda dialog: dialog.accept())
        cookies = self.client(username).cookies.items()
        self._tabs[username].context.add_cookies([{'name': k, 'value': v, 'url': self.site.url} for k, v in cookies])
        return self._tabs[username]

    def forge(self, username: str, path: str, forged: Sequence[tuple[Any, list[str]]]) -> None:
        """Open a page and have it send these: to the listener of a number, or as a message of a name."""
        tab = self.tab(username)
        try:
            tab.goto(self.site.url + path)
            tab.wait_for_function("!document.getElementById('app') || window.did_handshake", timeout=20_000)
            tab.evaluate(EMIT, [[which, [*map(storable, texts)]] for which, texts in forged])
        except Error as gone:
            if not LED_AWAY.search(str(gone)):
                raise

    def check(self, *answered: httpx.Response) -> None:
        """Raises Fallen."""
        for answer in answered:
            if answer.status_code >= 500:
                raise Fallen(f'{answer.status_code}: {answer.request.method} {answer.request.url}')
        found = accidents(self.site)[self._told :]
        self._told += len(found)
        if found:
            raise Fallen('in the log: ' + '\n'.join(found[:3]))
