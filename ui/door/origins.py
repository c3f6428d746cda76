"""Whence a request or an event of a page comes, for the log: the client's address, its session, its device."""

import re
from collections.abc import Sequence
from functools import lru_cache

from starlette.datastructures import Headers
from starlette.types import Scope

from domain.audit.origin import Origin
from domain.settings import Network

from . import addresses

# The first that a user agent names is meant: the later ones are in the earlier ones' words too.
_SYSTEMS = (
    ('Android', 'Android'),
    ('iPhone', 'iPhone'),
    ('iPad', 'iPad'),
    ('Windows', 'Windows'),
    ('CrOS', 'ChromeOS'),
    ('Macintosh', 'Mac'),
    ('Linux', 'Linux'),
)
_BROWSERS = (
    ('Edg', 'Edge'),
    ('OPR', 'Opera'),
    ('SamsungBrowser', 'Samsung Internet'),
    ('Line', 'LINE'),
    ('Firefox', 'Firefox'),
    ('FxiOS', 'Firefox'),
    ('CriOS', 'Chrome'),
    ('Chrome', 'Chrome'),
    ('HeadlessChrome', 'Chrome'),
    ('Safari', 'Safari'),
)


def of_request(scope: Scope, trusted: Sequence[Network]) -> Origin:
    """Of a request or socket that the gate has identified."""
    address = addresses.address_of(scope, trusted)
    agent = Headers(scope=scope).get('user-agent', '')
    return Origin(str(address or ''), scope.get('session_digest', ''), device_of(agent[:400]))


@lru_cache(maxsize=1024)
def device_of(user_agent: str) -> str:
    """System and browser in short words, '' for what calls itself neither.

    >>> device_of('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/128.0 Safari/537.36 Edg/128.0')
    'Windows　Edge'
    >>> device_of('Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1')
    'iPhone　Safari'
    >>> device_of('curl/8.0')
    ''
    """
    found = [
        next((word for sign, word in kinds if re.search(rf'\b{sign}', user_agent)), '')
        for kinds in (_SYSTEMS, _BROWSERS)
    ]
    return '　'.join(filter(None, found))
