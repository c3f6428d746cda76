"""Whence a request comes: the address of the client behind trusted proxies, and the host that it is answered as.

A proxy appends to X-Forwarded-For whom it speaks for, so the list is read from the right, and only as long as whoever
wrote the entry is one of TRUSTED_PROXIES; what stands left of that, the client may have made up.
"""

import logging
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from starlette.types import Scope

from domain.settings import Network

log = logging.getLogger(__name__)

Address = IPv4Address | IPv6Address

_MOST_HOPS = 10
_LONGEST = 45  # letters of an IPv6 address with an IPv4 one in it
_WHOLE = 'whole address'  # its name in the scope
_NUMBER = re.compile('[0-9A-Za-z-]{8,64}')
# What a browser could say to have us take another site for ours.
_FORGERIES = frozenset((b'x-forwarded-host', b'x-forwarded-prefix', b'x-forwarded-proto', b'forwarded'))


def client_of(scope: Scope, trusted: Sequence[Network]) -> str:
    """Under which name the client is counted: an IPv4 address, or the /64 that an IPv6 subscriber has; '' if unknown.

    >>> def seen(peer, *forwarded):
    ...     headers = [(b'x-forwarded-for', each.encode()) for each in forwarded]
    ...     return client_of({'client': (peer, 1), 'headers': headers}, [ip_network('10.0.0.0/8')])
    >>> from ipaddress import ip_network
    >>> seen('10.0.0.1', '6.6.6.6, 9.9.9.9, 10.0.0.2'), seen('8.8.8.8', '9.9.9.9'), seen('10.0.0.1', 'x')
    ('9.9.9.9', '8.8.8.8', '10.0.0.1')
    >>> seen('2001:db8:1:2:3::4'), seen('::ffff:1.2.3.4'), seen('10.0.0.1', '1.2.3.4:5678'), seen('10.0.0.1', '[::1]:8')
    ('2001:db8:1:2::/64', '1.2.3.4', '1.2.3.4', '::/64')
    """
    client = address_of(scope, trusted)
    if client is None or client.version == 4:
        return str(client or '')
    return str(IPv6Network((client, 64), strict=False))


def address_of(scope: Scope, trusted: Sequence[Network]) -> Address | None:
    """The client's whole address; read once a request."""
    if _WHOLE not in scope:
        scope[_WHOLE] = _address_of(scope, trusted)
    found: Address | None = scope[_WHOLE]
    return found


def _address_of(scope: Scope, trusted: Sequence[Network]) -> Address | None:
    peer = scope.get('client')
    client = direct = _read(peer[0]) if peer else None
    if client is None:
        return None
    if not any(name == b'x-forwarded-for' for name, _ in scope['headers']):
        return client
    told = b','.join(value for name, value in scope['headers'] if name == b'x-forwarded-for').decode('latin-1')
    for entry in reversed(told.rsplit(',', _MOST_HOPS)[-_MOST_HOPS:]):
        if not any(client in network for network in trusted):
            if entry and client == direct:
                _tell_of_a_proxy(str(client))
            break
        before = _read(entry)
        if before is None:
            break
        client = before
    return client


def number_of(scope: Scope, trusted: Sequence[Network]) -> str:
    """The number that a trusted proxy has given the request in X-Request-Id; '' without one that can be logged."""
    peer = scope.get('client')
    direct = _read(peer[0]) if peer else None
    if direct is None or not any(direct in network for network in trusted):
        return ''
    given = [value.decode('latin-1') for name, value in scope['headers'] if name == b'x-request-id']
    return given[0] if given and _NUMBER.fullmatch(given[0]) else ''


def answered_as(scope: Scope, hosts: frozenset[str]) -> None:
    """Have whoever makes an address of this request name one of our `hosts`, whatever the browser says."""
    ours = min(hosts).encode()
    headers = [(name, value) for name, value in scope['headers'] if name not in _FORGERIES]
    scope['headers'] = [
        (name, ours if name == b'host' and value.decode('latin-1').lower() not in hosts else value)
        for name, value in headers
    ]


@cache
def _tell_of_a_proxy(address: str) -> None:
    """Once for each: it may be the site's own proxy, and then all clients count as one."""
    log.warning('%s sends X-Forwarded-For and is not in TRUSTED_PROXIES: it counts as one client', address)


def _read(text: str) -> Address | None:
    bare = text.strip()
    if bare.startswith('['):
        bare = bare[1:].partition(']')[0]
    elif bare.count(':') == 1:
        bare = bare.partition(':')[0]
    address = bare.partition('%')[0]
    return _parsed(address) if len(address) <= _LONGEST else None


@lru_cache(maxsize=1024)
def _parsed(address: str) -> Address | None:
    try:
        found = ip_address(address)
    except ValueError:
        return None
    return getattr(found, 'ipv4_mapped', None) or found
