"""A stand-in for the component that reads cards (HiPKI 跨平台網頁元件), with an authority and a card of the tests' own.

    python -m tests.card_component var/card     # then start the application as it says, and choose at its address what
                                                # becomes of the card: no reader, PIN locked, revoked …

It speaks what is known of the real one (law.md#card-component). It publishes the list of revoked cards, too, which the
application fetches each hour. The PIN is 123456.
"""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

from .citizen_ca import Authority, Card

PIN = '123456'
LOGIN_FAILED, WRONG, WRONG_LENGTH, LOCKED = 0x76100006, 0xA0, 0xA2, 0xA4
# What may be wrong, and how the component says it: ret_code and last_error.
STATES = {
    '可用': (0, 0),
    '沒有讀卡機': (0x76100003, 0),
    '沒有卡片': (0x76000006, 0),
    '不信任的網站': (0x7600000F, 0),
    '憑證過期': (0x76500002, 0),
    '已鎖卡': (LOGIN_FAILED, LOCKED),
    '別的錯誤': (0x76FFFFFF, 0),
}
REVOKED, SILENT = '已廢止', '沒有回應'

WINDOW = """<!doctype html><meta charset="utf-8"><title>HiPKI</title><p>讀卡中…</p><script>
addEventListener('message', async (event) => {
  if (event.source !== opener) return;
  const answer = await fetch('/sign', { method: 'POST', body: event.data });
  opener.postMessage(await answer.text(), event.origin);
});
opener.postMessage(JSON.stringify({ func: 'getTbs' }), '*');
</script>"""
# A picture of one pixel; browsers look at what it is, not at its name.
PICTURE = bytes.fromhex('47494638396101000100800000000000ffffff2c00000000010001000002024401003b')


class Component(ThreadingHTTPServer):
    """On this computer, with a reader and a card in it; `heard` is what it was asked."""

    def __init__(self, authority: Authority, card: Card, port: int = 0) -> None:
        super().__init__(('127.0.0.1', port), _Speaking)
        self.authority, self.card, self.state = authority, card, '可用'
        self.wrong, self.heard = 0, list[dict[str, Any]]()

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        return f'http://localhost:{self.server_port}'

    def environ(self, folder: Path) -> dict[str, str]:
        """What the application is to be started with; the certificate of the authority is put into `folder`."""
        return {
            'CITIZEN_CA_DIR': str(self.authority.keep(folder)),
            'CITIZEN_CRL_URLS': f'http://127.0.0.1:{self.server_port}/complete.crl',
            'CARD_COMPONENT': self.url,
            'NO_PROXY': '127.0.0.1,localhost',
        }

    def revoked(self) -> bytes:
        """The list that the authority publishes."""
        return self.authority.revocation_list(*([self.card] if self.state == REVOKED else []))

    def sign(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer to MakeSignature."""
        self.heard.append(asked)
        code, minor = STATES.get(self.state, (0, 0))
        if code == 0 and self.wrong >= 3:
            code, minor = LOGIN_FAILED, LOCKED
        elif code == 0 and not 6 <= len(asked['pin']) <= 8:
            code, minor = LOGIN_FAILED, WRONG_LENGTH
        elif code == 0 and asked['pin'] != PIN:
            self.wrong += 1
            code, minor = LOGIN_FAILED, WRONG
        self.wrong = self.wrong if code else 0
        signature = '' if code else self.card.answer(asked['tbs'])
        return {'func': 'sign', 'ret_code': code, 'last_error': minor, 'signature': signature, 'cardSN': ''}


class _Speaking(BaseHTTPRequestHandler):
    server: Component

    def do_GET(self) -> None:
        path = unquote(self.path.partition('?')[0])
        if path == '/popupForm':
            self._answer('' if self.server.state == SILENT else WINDOW)
        elif path == '/p11Image.bmp':
            self._answer(PICTURE, 'image/gif')
        elif path == '/complete.crl':
            self._answer(self.server.revoked(), 'application/pkix-crl')
        else:
            self.server.state = path[1:] if path[1:] in (*STATES, REVOKED, SILENT) else self.server.state
            self.server.wrong = 0
            choices = ''.join(f'<li><a href="/{each}">{each}</a>' for each in (*STATES, REVOKED, SILENT))
            self._answer(f'<!doctype html><meta charset="utf-8"><h1>{self.server.state}</h1><ul>{choices}</ul>')

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        self._answer(json.dumps(self.server.sign(asked)), 'application/json')

    def _answer(self, content: str | bytes, kind: str = 'text/html') -> None:
        content = content.encode() if isinstance(content, str) else content
        self.send_response(200)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- as http.server names it
        pass


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else 'var/card').absolute()
    authority = Authority()
    with Component(authority, authority.card('王小明'), int(os.environ.get('PORT', '61161'))) as component:
        environ = ' '.join(f'{name}={value}' for name, value in component.environ(folder).items())
        print(f'The card can be used; PIN {PIN}. Choose at {component.url} what becomes of it. Now start:')
        print(f'{environ} make run', flush=True)
        threading.Event().wait()


if __name__ == '__main__':
    main()
