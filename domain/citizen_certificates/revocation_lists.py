"""Which cards were reported lost or are valid no more: the lists (CRL, RFC 5280) of the authorities we trust.

They are fetched from the addresses that the office has configured (CITIZEN_CRL_URLS), never from one that stands in a
certificate somebody sent, and kept in the database for all processes. A list is believed when its authority has signed
it, and until the instant it names itself. Where there is none, no card is taken: a card that was stolen today must not
open what the list of last week does not know of.
"""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime, timedelta

import httpx
from cryptography import x509
from cryptography.x509.oid import ExtensionOID
from tortoise.connection import get_connection

from db.models import RevocationList

from .. import dates, settings
from . import authorities
from .authorities import Card
from .refusals import CardRevoked, RevocationUnknown
from .signatures import HASHES

log = logging.getLogger(__name__)

EVERY = 3600.0  # seconds
# Another process of the office has just fetched it.
FRESH = timedelta(seconds=EVERY * 3 / 4)
PATIENCE = 300.0  # for a whole list; each step of the network has 30 seconds
MOST_BYTES = 64 * 1024 * 1024
_CLOCKS_DIFFER = timedelta(minutes=5)
_PEM = b'-----BEGIN'
_POINT = ExtensionOID.ISSUING_DISTRIBUTION_POINT


class UnfitList(Exception):
    """What came from an address is no list that can be used."""


async def renew() -> None:
    """Fetch the lists that are not fresh. What fails does not keep the others away; the log says why."""
    failures: list[Exception] = []
    ours = [authorities.digest_of(each) for each in authorities.pinned()]
    fresh = RevocationList.filter(authority__in=ours, fetched_at__gt=dates.now() - FRESH)
    for address in settings.current().citizen_crl_urls:
        if await fresh.filter(address=address).exists():
            continue
        try:
            content = await _fetched(address)
            await keep(content, address)
        except (httpx.HTTPError, TimeoutError, UnfitList) as failure:
            failures.append(UnfitList(f'{address}: {type(failure).__name__}: {failure}'))
    if failures:
        raise failures[0] if len(failures) == 1 else ExceptionGroup('several lists were not fetched', failures)


async def keep(content: bytes, address: str = '') -> None:
    """Keep a list, unless a later one of the same authority is there. Raises UnfitList."""
    authority, found = await asyncio.to_thread(_read, content)
    assert found.next_update_utc is not None
    await get_connection('default').execute_query(
        'INSERT INTO revocation_list AS kept (authority, address, content, issued_at, next_at, fetched_at)'
        ' VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (authority) DO UPDATE SET fetched_at = $6, address = $2,'
        ' content = CASE WHEN kept.issued_at < $4 THEN $3 ELSE kept.content END,'
        ' next_at = CASE WHEN kept.issued_at < $4 THEN $5 ELSE kept.next_at END,'
        ' issued_at = CASE WHEN kept.issued_at < $4 THEN $4 ELSE kept.issued_at END',
        [authority, address, content, found.last_update_utc, found.next_update_utc, dates.now()],
    )


async def require_good(card: Card) -> None:
    """Raises CardRevoked, and RevocationUnknown where no list says anything."""
    found = await _current(authorities.digest_of(card.authority))
    if found is None or not await asyncio.to_thread(_covers, found, card.certificate):
        raise RevocationUnknown
    if await asyncio.to_thread(found.get_revoked_certificate_by_serial_number, card.certificate.serial_number):
        raise CardRevoked


async def _current(authority: str) -> x509.CertificateRevocationList | None:
    """The list in force of an authority, read anew when another one has come."""
    now = dates.now()
    times = await RevocationList.filter(authority=authority).values('issued_at', 'next_at')
    if not times or not times[0]['issued_at'] - _CLOCKS_DIFFER <= now <= times[0]['next_at']:
        return None
    known = _lists.get(authority)
    if known is None or known[0] != times[0]['issued_at']:
        row = await RevocationList.get(authority=authority)
        try:
            signer, found = await asyncio.to_thread(_read, row.content)
        except UnfitList as unfit:  # somebody wrote into the database, or the authority is pinned no more
            log.warning('the revocation list that is kept is not believed: %s', unfit)
            return None
        if signer != authority:
            return None
        known = _lists[authority] = row.issued_at, found
    return known[1]


_lists: dict[str, tuple[datetime, x509.CertificateRevocationList]] = {}


async def _fetched(address: str) -> bytes:
    """What lies at a configured address. No redirect is followed: it could lead into the network of the office."""
    pieces = bytearray()
    async with (
        asyncio.timeout(PATIENCE),
        httpx.AsyncClient(timeout=30, follow_redirects=False, headers={'Accept-Encoding': 'identity'}) as client,
        client.stream('GET', address) as answer,
    ):
        answer.raise_for_status()
        async for piece in answer.aiter_raw():
            pieces += piece
            if len(pieces) > MOST_BYTES:
                raise UnfitList(f'it is larger than {MOST_BYTES} bytes')
    return bytes(pieces)


def _read(content: bytes) -> tuple[str, x509.CertificateRevocationList]:
    """A list, and the authority that has signed it. Raises UnfitList."""
    try:
        read = x509.load_pem_x509_crl if content.startswith(_PEM) else x509.load_der_x509_crl
        found = read(content)
        algorithm = found.signature_hash_algorithm
        _require_whole(found)
    except ValueError as trouble:
        raise UnfitList(f'it is no revocation list: {trouble}') from None
    if algorithm is None or algorithm.name not in HASHES or found.next_update_utc is None:
        raise UnfitList('it is signed in a way that is not safe, or does not say how long it holds')
    for authority in authorities.pinned():
        with suppress(ValueError, TypeError):
            if authority.subject == found.issuer and found.is_signature_valid(authority.public_key()):  # type: ignore[arg-type]
                return authorities.digest_of(authority), found
    raise UnfitList('none of the authorities in CITIZEN_CA_DIR has signed it')


def _require_whole(found: x509.CertificateRevocationList) -> None:
    """A list of changes only (delta), or of certificates of another sort, does not name every card that is revoked."""
    for one in found.extensions:
        if one.oid == ExtensionOID.DELTA_CRL_INDICATOR or (one.critical and one.oid != _POINT):
            raise UnfitList('it has only changes, or an extension that is not understood')
        point = one.value
        if isinstance(point, x509.IssuingDistributionPoint) and (
            point.only_contains_ca_certs
            or point.only_contains_attribute_certs
            or point.only_some_reasons
            or point.indirect_crl
        ):
            raise UnfitList('it is a list of other certificates')


def _covers(found: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Whether the list speaks of this certificate: one of a part of all (RFC 5280, 5.2.5) names where it belongs."""
    try:
        point = found.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    except x509.ExtensionNotFound:
        return True
    if not point.full_name and not point.relative_name:
        return True
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return False
    return bool({*(point.full_name or ())} & {name for one in points for name in one.full_name or ()})
