"""The lists of revoked cards: from where they come, which are believed, and how long."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import AuthorityInformationAccessOID

from db.models import RevocationList
from domain import dates, settings
from domain.citizen_certificates import authorities, revocation_lists
from domain.citizen_certificates.refusals import CardRevoked, RevocationUnknown
from domain.citizen_certificates.revocation_lists import UnfitList
from domain.settings import Settings

from ...citizen_ca import Authority, Card

pytestmark = pytest.mark.usefixtures('database')


class Place(ThreadingHTTPServer):
    """Where an authority publishes: path → status and what is answered; `asked` are the paths."""

    def __init__(self) -> None:
        super().__init__(('127.0.0.1', 0), Answering)
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []

    def at(self, path: str) -> str:
        return f'http://127.0.0.1:{self.server_port}{path}'


class Answering(BaseHTTPRequestHandler):
    server: Place

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, content = self.server.answers.get(self.path, (404, b''))
        self.send_response(status)
        self.send_header('Content-Length', str(len(content)))
        if status == 302:
            self.send_header('Location', '/inside')
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- as http.server names it
        pass


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv('NO_PROXY', '127.0.0.1')
    with Place() as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield serving
        serving.shutdown()


def told(card: Card) -> authorities.Card:
    return authorities.card(card.certificate, dates.now())


async def is_good(card: Card) -> bool:
    """Raises RevocationUnknown."""
    try:
        await revocation_lists.require_good(told(card))
    except CardRevoked:
        return False
    return True


async def test_lists_are_fetched_from_where_the_office_says_and_not_again_while_they_are_fresh(
    authority: Authority, place: Place
) -> None:
    other = Authority(101, issuer='內政部憑證管理中心 - G3')
    authorities.use([authority.certificate, other.certificate])
    lost, kept = authority.card(), other.card()
    place.answers = {'/g2.crl': (200, authority.revocation_list(lost)), '/g3.crl': (200, other.revocation_list())}
    settings.use(Settings(citizen_crl_urls=(place.at('/g2.crl'), place.at('/g3.crl'))))

    await revocation_lists.renew()
    await revocation_lists.renew()

    assert (await is_good(lost), await is_good(authority.card()), await is_good(kept)) == (False, True, True)
    assert place.asked == ['/g2.crl', '/g3.crl']
    with dates.frozen(dates.now() + timedelta(hours=1)):
        await revocation_lists.renew()
    assert place.asked == ['/g2.crl', '/g3.crl'] * 2


async def test_an_authority_that_is_new_to_the_office_is_not_waited_for(authority: Authority, place: Place) -> None:
    """What was fetched a minute ago was the list of another."""
    settings.use(Settings(citizen_crl_urls=(place.at('/complete.crl'),)))
    for trusted in (authority, Authority(101)):
        authorities.use([trusted.certificate])
        place.answers = {'/complete.crl': (200, trusted.revocation_list())}

        await revocation_lists.renew()

        assert await is_good(trusted.card())


async def test_no_address_in_a_certificate_is_asked(authority: Authority, place: Place) -> None:
    name = x509.UniformResourceIdentifier(place.at('/inside'))
    points = x509.CRLDistributionPoints([x509.DistributionPoint([name], None, None, None)])
    access = x509.AuthorityInformationAccess(
        [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(place.at('/o')))]
    )
    card = authority.card(more=[(points, False), (access, False)])

    with pytest.raises(RevocationUnknown):
        await is_good(card)
    assert place.asked == []


@pytest.mark.parametrize('path', ['/missing', '/elsewhere', '/garbage', '/large', '/closed'])
async def test_what_cannot_be_fetched_keeps_no_other_list_away_and_is_told(
    authority: Authority, place: Place, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, large = authority.revocation_list(), authority.revocation_list(*(authority.card() for _ in range(9)))
    monkeypatch.setattr(revocation_lists, 'MOST_BYTES', len(good))
    place.answers = {
        '/elsewhere': (302, b''),
        '/inside': (200, good),
        '/garbage': (200, b'<html>'),
        '/large': (200, large),
        '/good.crl': (200, good),
    }
    bad = 'http://127.0.0.1:1/closed' if path == '/closed' else place.at(path)
    settings.use(Settings(citizen_crl_urls=(bad, place.at('/good.crl'))))

    with pytest.raises(UnfitList, match=path):
        await revocation_lists.renew()

    assert '/inside' not in place.asked
    assert await is_good(authority.card())


async def test_an_older_list_never_takes_the_place_of_a_later_one(authority: Authority) -> None:
    """Somebody who stands between could send the one from before the card was lost."""
    lost = authority.card()
    early, late = authority.revocation_list(hours=(-5, 24)), authority.revocation_list(lost)

    for content in (early, late, early):
        await revocation_lists.keep(content)

    assert not await is_good(lost)
    assert await RevocationList.all().count() == 1


async def test_a_list_is_believed_from_and_until_the_instants_it_names(authority: Authority) -> None:
    card = authority.card()
    await revocation_lists.keep(authority.revocation_list(hours=(1, 24)))

    with pytest.raises(RevocationUnknown):
        await is_good(card)
    with dates.frozen(dates.now() + timedelta(hours=2)):
        assert await is_good(card)
    with dates.frozen(dates.now() + timedelta(hours=25)), pytest.raises(RevocationUnknown):
        await is_good(card)


async def test_a_list_of_another_authority_is_not_believed(authority: Authority) -> None:
    """Neither by its name alone, nor when it was written straight into the database, nor when that one is trusted."""
    other = Authority(101)
    with pytest.raises(UnfitList, match='none of the authorities'):
        await revocation_lists.keep(other.revocation_list())
    await RevocationList.create(
        authority=authorities.digest_of(authority.certificate),
        address='',
        content=other.revocation_list(),
        issued_at=dates.now(),
        next_at=dates.now() + timedelta(days=1),
        fetched_at=dates.now(),
    )

    for trusted in ([authority.certificate], [authority.certificate, other.certificate]):
        authorities.use(trusted)
        with pytest.raises(RevocationUnknown):
            await is_good(authority.card())


def of_a_part(**what: object) -> x509.IssuingDistributionPoint:
    facts = dict.fromkeys(('full_name', 'relative_name', 'only_some_reasons')) | dict.fromkeys(
        ('only_contains_user_certs', 'only_contains_ca_certs', 'indirect_crl', 'only_contains_attribute_certs'), False
    )
    return x509.IssuingDistributionPoint(**facts | what)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    'extension',
    [
        x509.DeltaCRLIndicator(1),
        of_a_part(only_contains_ca_certs=True),
        of_a_part(indirect_crl=True),
        of_a_part(only_some_reasons=frozenset([x509.ReasonFlags.key_compromise])),
        x509.UnrecognizedExtension(x509.ObjectIdentifier('1.2.3.4'), b'\x05\x00'),
    ],
    ids=['changes only', 'of authorities', 'of others', 'of one reason', 'not understood'],
)
async def test_a_list_that_does_not_name_every_card_is_refused(
    authority: Authority, extension: x509.ExtensionType
) -> None:
    for is_critical in (True, isinstance(extension, x509.UnrecognizedExtension)):
        with pytest.raises(UnfitList):
            await revocation_lists.keep(authority.revocation_list(more=[(extension, is_critical)]))


async def test_a_list_of_a_part_speaks_of_the_cards_that_name_it(authority: Authority) -> None:
    name, another = (x509.UniformResourceIdentifier(f'http://ca.example/{each}.crl') for each in 'ab')
    await revocation_lists.keep(authority.revocation_list(more=[(of_a_part(full_name=[name]), True)]))

    def naming(point: x509.GeneralName) -> Card:
        points = x509.CRLDistributionPoints([x509.DistributionPoint([point], None, None, None)])
        return authority.card(more=[(points, False)])

    assert await is_good(naming(name))
    for card in (naming(another), authority.card()):
        with pytest.raises(RevocationUnknown):
            await is_good(card)


async def test_a_list_may_be_pem(authority: Authority) -> None:
    read = x509.load_der_x509_crl(authority.revocation_list())

    await revocation_lists.keep(read.public_bytes(serialization.Encoding.PEM))

    assert await is_good(authority.card())
