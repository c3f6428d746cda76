"""What a card has signed: what is taken, and every way to forge it that we know of."""

import base64
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import citizen_certificates, dates
from domain.citizen_certificates import CardRefused, authorities, signatures
from domain.citizen_certificates.authorities import UnfitAuthority
from domain.citizen_certificates.refusals import CardExpired, NotACitizensCard, UnfitSignature

from ...citizen_ca import COMPANY, DAY, Authority, Card

TEXT = 'k3vJxQ0mV7y1hB2nT9cR5wZ8aL4dF6gS_uEoIpXqY-M'
OTHER = TEXT.swapcase()


def shown(message: bytes, text: str = TEXT) -> authorities.Card:
    return citizen_certificates.card_of(text, base64.b64encode(message).decode())


def changed(message: bytes, change: Callable[[Any, Any], object]) -> bytes:
    """The message with `change` made to its SignedData and its signer."""
    outside = cms.ContentInfo.load(message)
    inside = outside['content']
    change(inside, inside['signer_infos'][0])
    der: bytes = outside.dump(force=True)
    return der


def openssl(folder: Path, card: Card, *options: str) -> bytes:
    """What `openssl cms -sign` makes of TEXT."""
    certificate, key = card.keep(folder)
    signed = ['-signer', str(certificate), '-inkey', str(key), '-binary', '-outform', 'DER']
    made = subprocess.run(
        ['openssl', 'cms', '-sign', *signed, *options], input=TEXT.encode(), capture_output=True, check=True
    )
    return made.stdout


def test_a_signature_says_whose_card_it_is(authority: Authority) -> None:
    card = shown(authority.card(name='谷辣斯．尤達卡', tail='0781').sign(TEXT))

    assert (card.name, card.id_tail, card.subject_serial) == ('谷辣斯．尤達卡', '0781', '0000000112345678')


@pytest.mark.parametrize('digest', [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()], ids=lambda each: each.name)
@pytest.mark.parametrize('options', [(), (PKCS7Options.DetachedSignature,)], ids=['attached', 'detached'])
def test_the_text_lies_in_the_message_or_beside_it(
    authority: Authority, digest: hashes.HashAlgorithm, options: tuple[PKCS7Options, ...]
) -> None:
    assert shown(authority.card().sign(TEXT, *options, digest=digest)).id_tail == '6789'


@pytest.mark.parametrize(
    'options',
    [['-nodetach'], [], ['-nodetach', '-md', 'sha512'], ['-nodetach', '-nosmimecap'], ['-nodetach', '-stream']],
    ids=['attached', 'detached', 'sha512', 'plain', 'ber'],
)
def test_what_openssl_signs_is_read(authority: Authority, tmp_path: Path, options: list[str]) -> None:
    card = authority.card()
    beside = tmp_path / 'others.pem'  # certificates in any order
    beside.write_bytes(
        authority.certificate.public_bytes(serialization.Encoding.PEM)
        + authority.card(name='別人').certificate.public_bytes(serialization.Encoding.PEM)
    )

    message = openssl(tmp_path, card, '-certfile', str(beside), *options)

    assert shown(message).certificate == card.certificate


@pytest.mark.parametrize(
    'options',
    [
        ['-md', 'sha1'],
        ['-md', 'md5'],
        ['-keyopt', 'rsa_padding_mode:pss'],
        ['-nocerts'],
        ['-noattr'],
        ['-keyid'],
        ['-econtent_type', '1.2.3.4'],
        ['-outform', 'PEM'],
        ['-outform', 'SMIME'],
    ],
    ids=lambda options: options[-1].strip('-'),
)
def test_other_forms_that_openssl_knows_are_refused(authority: Authority, tmp_path: Path, options: list[str]) -> None:
    named = x509.SubjectKeyIdentifier(b'so named')
    message = openssl(tmp_path, authority.card(more=[(named, False)]), '-nodetach', *options)

    with pytest.raises(UnfitSignature):
        shown(message)


def test_a_signature_over_another_text_is_refused(authority: Authority) -> None:
    for options in ((), (PKCS7Options.DetachedSignature,)):
        with pytest.raises(UnfitSignature):
            shown(authority.card().sign(OTHER, *options))


def test_a_text_put_in_the_place_of_the_one_that_was_signed_is_refused(authority: Authority) -> None:
    with pytest.raises(UnfitSignature):
        shown(authority.card().sign(OTHER).replace(OTHER.encode(), TEXT.encode()))


def test_a_message_that_says_one_text_and_has_another_signed_is_refused(authority: Authority) -> None:
    def say_another(inside: Any, signer: Any) -> None:
        inside['encap_content_info']['content'] = OTHER.encode()

    with pytest.raises(UnfitSignature):
        shown(changed(authority.card().sign(TEXT), say_another))


def test_attributes_of_another_text_are_refused(authority: Authority) -> None:
    """The digest is put right as well; then the signature is over something else."""
    right = hashes.Hash(hashes.SHA256())
    right.update(TEXT.encode())

    def put_right(inside: Any, signer: Any) -> None:
        inside['encap_content_info']['content'] = TEXT.encode()
        for attribute in signer['signed_attrs']:
            if attribute['type'].native == 'message_digest':
                attribute['values'] = [right.finalize()]

    with pytest.raises(UnfitSignature):
        shown(changed(authority.card().sign(OTHER), put_right))


def test_a_damaged_signature_is_refused(authority: Authority) -> None:
    message = bytearray(authority.card().sign(TEXT))
    message[-5] ^= 1

    with pytest.raises(UnfitSignature):
        shown(bytes(message))


def test_a_certificate_with_another_key_in_the_place_of_the_signers_is_refused(authority: Authority) -> None:
    mine, theirs = authority.card(serial=7), authority.card(name='李大同', tail='1111', serial=7, key=1)

    def put_theirs(inside: Any, signer: Any) -> None:
        inside['certificates'] = [cms.CertificateChoices.load(certificate_of(theirs))]

    with pytest.raises(UnfitSignature):
        shown(changed(mine.sign(TEXT), put_theirs))


def test_a_signer_named_by_a_certificate_of_another_is_refused(authority: Authority) -> None:
    mine, theirs = authority.card(), authority.card(name='李大同', key=1)

    def name_theirs(inside: Any, signer: Any) -> None:
        inside['certificates'].append(cms.CertificateChoices.load(certificate_of(theirs)))
        signer['sid'].chosen['serial_number'] = theirs.certificate.serial_number

    with pytest.raises(UnfitSignature):
        shown(changed(mine.sign(TEXT), name_theirs))


@pytest.mark.parametrize('who', ['the same name', 'another name'])
def test_another_authority_is_not_trusted_whatever_it_is_called(authority: Authority, who: str) -> None:
    other = Authority(101) if who == 'the same name' else Authority(101, issuer='經濟部工商憑證管理中心')

    def bring_it_along(inside: Any, signer: Any) -> None:
        der = other.certificate.public_bytes(serialization.Encoding.DER)
        inside['certificates'].append(cms.CertificateChoices.load(der))

    with pytest.raises(NotACitizensCard):
        shown(changed(other.card().sign(TEXT), bring_it_along))


def test_a_card_that_certifies_a_card_is_not_trusted(authority: Authority) -> None:
    """A citizen who makes an authority of the own card."""
    card = authority.card()
    false = Authority(102)
    false.name, false.key = card.certificate.subject, card.key

    with pytest.raises(NotACitizensCard):
        shown(false.card(name='李大同').sign(TEXT))


@pytest.mark.parametrize('days', [(-9, -1), (1, 9)], ids=['not any more', 'not yet'])
def test_a_card_that_is_not_valid_today_is_refused(authority: Authority, days: tuple[int, int]) -> None:
    with pytest.raises(CardExpired):
        shown(authority.card(days=days).sign(TEXT))


def test_a_card_of_an_authority_that_is_not_valid_any_more_is_refused(authority: Authority) -> None:
    old = Authority(days=3)
    authorities.use([old.certificate])
    card = old.card()

    with dates.frozen(dates.now() + 4 * DAY), pytest.raises(CardExpired):
        shown(card.sign(TEXT))


def a_constrained(ca: bool) -> list[tuple[x509.ExtensionType, bool]]:
    return [(x509.BasicConstraints(ca=ca, path_length=None), True)]


@pytest.mark.parametrize(
    'what',
    [
        {'signs': False},
        {'kind': COMPANY},
        {'kind': ''},
        {'tail': ''},
        {'tail': '67890'},
        {'tail': 'A678'},
        {'subject_serial': ''},
        {'more': a_constrained(ca=True)},
        {'more': [(x509.UnrecognizedExtension(x509.ObjectIdentifier('1.2.3.4'), b'\x05\x00'), True)]},
        {'more': [(x509.UnrecognizedExtension(x509.ObjectIdentifier('2.5.29.32'), b'\xff'), False)]},
    ],
    ids=[
        'for encryption',
        'of a company',
        'of nobody knows whom',
        'without digits',
        'with five digits',
        'with a letter',
        'without a number',
        'an authority',
        'critical and not understood',
        'unreadable',
    ],
)
def test_other_certificates_of_the_authority_are_refused(authority: Authority, what: dict[str, Any]) -> None:
    with pytest.raises(NotACitizensCard):
        shown(authority.card(**what).sign(TEXT))


def test_a_certificate_signed_with_sha1_is_refused(authority: Authority) -> None:
    certificate = authority.card().certificate
    weak = bytes(certificate.public_bytes(serialization.Encoding.DER))
    sha256, sha1 = bytes.fromhex('06092a864886f70d01010b'), bytes.fromhex('06092a864886f70d010105')
    to_be_signed = certificate.tbs_certificate_bytes
    resigned = authority.key.sign(to_be_signed.replace(sha256, sha1), padding.PKCS1v15(), hashes.SHA1())
    der = weak.replace(sha256, sha1)[: -len(resigned)] + resigned
    card = Card(x509.load_der_x509_certificate(der), authority.card().key)

    with pytest.raises(NotACitizensCard):
        shown(card.sign(TEXT))


def test_two_signers_are_refused(authority: Authority) -> None:
    mine, theirs = authority.card(), authority.card(name='李大同', key=1)
    builder = PKCS7SignatureBuilder().set_data(TEXT.encode())
    for card in (mine, theirs):
        builder = builder.add_signer(card.certificate, card.key, hashes.SHA256())
    message = builder.sign(serialization.Encoding.DER, [PKCS7Options.Binary])

    with pytest.raises(UnfitSignature):
        shown(message)


def without(name: str) -> Callable[[Any, Any], None]:
    def change(inside: Any, signer: Any) -> None:
        kept = [each for each in signer['signed_attrs'] if each['type'].native != name]
        signer['signed_attrs'] = cms.CMSAttributes(kept)

    return change


def twice(name: str) -> Callable[[Any, Any], None]:
    def change(inside: Any, signer: Any) -> None:
        [one] = [each for each in signer['signed_attrs'] if each['type'].native == name]
        signer['signed_attrs'] = cms.CMSAttributes([*signer['signed_attrs'], one.copy()])

    return change


@pytest.mark.parametrize('change', [without, twice])
@pytest.mark.parametrize('name', ['content_type', 'message_digest'])
def test_each_attribute_that_counts_is_there_once(
    authority: Authority, name: str, change: Callable[[str], Callable[[Any, Any], None]]
) -> None:
    """Also when the card has signed just these."""
    card = authority.card()

    def change_and_sign(inside: Any, signer: Any) -> None:
        change(name)(inside, signer)
        signed = signer['signed_attrs'].untag().dump(force=True)
        signer['signature'] = card.key.sign(signed, padding.PKCS1v15(), hashes.SHA256())

    assert shown(changed(card.sign(TEXT), lambda inside, signer: None)).id_tail == '6789'
    with pytest.raises(UnfitSignature):
        shown(changed(card.sign(TEXT), change_and_sign))


def many_certificates(inside: Any, signer: Any) -> None:
    other = certificate_of(Authority(101).card())
    for _ in range(signatures.MOST_CERTIFICATES):
        inside['certificates'].append(cms.CertificateChoices.load(other))


def test_no_message_is_too_large_or_too_deep_to_be_refused(authority: Authority) -> None:
    card = authority.card()
    whole = card.sign(TEXT)
    hostile = [
        b'',
        b'\x30',
        b'\x30\x80' * 30_000,
        b'\x30\x84\xff\xff\xff\xff' + whole,
        b'\x24\x80' * 20_000 + b'\x04\x00',
        whole[:-1],
        whole + b'\x00',
        whole + b'\x00' * signatures.MOST_BYTES,
        b'1' * signatures.MOST_BYTES,
        changed(whole, many_certificates),
    ]

    for message in hostile:
        with pytest.raises(UnfitSignature):
            shown(message)


@pytest.mark.parametrize('text', ['', '%%%', 'AAAA', 'A' * 200_000, '簽章', '\ud800', 'AAA', '=', '\0'])
def test_what_is_no_base64_of_a_message_is_refused(authority: Authority, text: str) -> None:
    with pytest.raises(UnfitSignature):
        citizen_certificates.card_of(TEXT, text)


# What a parser may stumble over: types, lengths, places.
BYTES = st.one_of(
    st.sampled_from([0x00, 0x01, 0x30, 0x31, 0x80, 0x81, 0x82, 0x84, 0xA0, 0xBF, 0xFF]), st.integers(0, 255)
)
CHANGES = st.lists(
    st.tuples(st.sampled_from(['put', 'take', 'insert', 'repeat']), st.integers(0, 4000), BYTES, st.integers(1, 40)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=400, derandomize=True)
@given(changes=CHANGES)
def test_a_message_changed_in_any_way_is_refused_in_words(changes: list[tuple[str, int, int, int]]) -> None:
    authority, message = _fuzzed()
    authorities.use([authority.certificate])
    damaged = bytearray(message)
    for what, place, byte, length in changes:
        at = place % (len(damaged) + 1)
        if what == 'put':
            damaged[at : at + 1] = bytes([byte])
        elif what == 'take':
            del damaged[at : at + length]
        elif what == 'insert':
            damaged[at:at] = bytes([byte]) * length
        else:
            damaged[at:at] = damaged[at : at + length]

    try:
        card = shown(bytes(damaged))
    except CardRefused:
        return
    # What nobody signs may be changed: the unsigned head, a certificate nobody asks for.
    assert (card.name, card.id_tail) == ('林小滿', '6789')


@settings(max_examples=400, derandomize=True)
@given(message=st.binary(max_size=300), begun=st.integers(0, 400))
def test_what_only_begins_like_a_message_is_refused_in_words(message: bytes, begun: int) -> None:
    authority, whole = _fuzzed()
    authorities.use([authority.certificate])

    with pytest.raises(CardRefused):
        shown(whole[:begun] + message)


_kept: list[tuple[Authority, bytes]] = []


def _fuzzed() -> tuple[Authority, bytes]:
    """The same message in every example."""
    if not _kept:
        authority = Authority()
        _kept.append((authority, authority.card().sign(TEXT)))
    return _kept[0]


def certificate_of(card: Card) -> bytes:
    return bytes(card.certificate.public_bytes(serialization.Encoding.DER))


def test_an_authority_is_read_from_any_usual_file(authority: Authority, tmp_path: Path) -> None:
    other = Authority(101, issuer='內政部憑證管理中心 - G3')
    authority.keep(tmp_path)
    (tmp_path / 'g3.pem').write_bytes(other.certificate.public_bytes(serialization.Encoding.PEM))
    (tmp_path / 'README.txt').write_text('not read')

    assert authorities.load(tmp_path) == (authority.certificate, other.certificate)


def test_a_folder_without_authorities_starts_nothing(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(UnfitAuthority, match='has no certificate'):
        authorities.load(tmp_path)
    (tmp_path / 'card.cer').write_bytes(certificate_of(authority.card()))
    with pytest.raises(UnfitAuthority, match=r'card\.cer in CITIZEN_CA_DIR is no certificate of an authority'):
        authorities.load(tmp_path)
    (tmp_path / 'card.cer').write_text('-----BEGIN CERTIFICATE-----')
    with pytest.raises(UnfitAuthority, match='不是憑證管理中心的憑證'):
        authorities.load(tmp_path)
