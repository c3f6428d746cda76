"""An authority that issues citizen certificates, and the cards it issues: of the tests' own, nobody's in particular.

What a certificate says follows law.md#citizen-certificates.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtensionOID, NameOID

from domain import dates
from domain.citizen_certificates.authorities import ID_TAIL, SUBJECT_TYPE

CITIZEN, COMPANY = '2.16.886.1.100.3.1.1', '2.16.886.1.100.3.2.11'
DAY = timedelta(days=1)
Key = rsa.RSAPrivateKey


class Attribute(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields: ClassVar = [('type', core.ObjectIdentifier), ('values', core.SetOf, {'spec': core.Any})]


class Attributes(core.SequenceOf):  # type: ignore[misc]
    _child_spec = Attribute


@cache
def a_key(number: int = 0) -> Key:
    """Made once a run for each number, since that takes a second."""
    return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Card:
    """A citizen's card: the certificate for signing, and its key."""

    certificate: x509.Certificate
    key: Key

    def sign(self, text: str, *options: pkcs7.PKCS7Options, digest: Any = None) -> bytes:
        """What the component makes of `text`: a CMS message, the text inside."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(text.encode())
        signed = builder.add_signer(self.certificate, self.key, digest or hashes.SHA256())
        return signed.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary, *options])

    def answer(self, text: str) -> str:
        """The same as it is sent to us."""
        return base64.b64encode(self.sign(text)).decode()

    def keep(self, folder: Path) -> tuple[Path, Path]:
        """Files of certificate and key, as openssl reads them."""
        certificate, key = folder / 'card.pem', folder / 'card-key.pem'
        certificate.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        key.write_bytes(
            self.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return certificate, key


class Authority:
    """內政部憑證管理中心 of a test; its key is the one of `number`."""

    def __init__(self, number: int = 100, *, issuer: str = '內政部憑證管理中心', days: int = 3650) -> None:
        self.key = a_key(number)
        country, organization = (NameOID.COUNTRY_NAME, 'TW'), (NameOID.ORGANIZATION_NAME, '行政院')
        parts = (country, organization, (NameOID.ORGANIZATIONAL_UNIT_NAME, issuer))
        self.name = x509.Name(x509.NameAttribute(*part) for part in parts)
        built = self._begun(self.name, self.key, dates.now() - DAY, dates.now() + days * DAY)
        built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.certificate = built.sign(self.key, hashes.SHA256())

    def card(
        self,
        name: str = '林小滿',
        tail: str = '6789',
        *,
        subject_serial: str = '0000000112345678',
        kind: str = CITIZEN,
        key: int = 0,
        serial: int | None = None,
        days: tuple[float, float] = (-1, 365),
        signs: bool = True,
        more: Iterable[tuple[x509.ExtensionType, bool]] = (),
    ) -> Card:
        """A card, valid between two days from now; `signs`: it is not the certificate for encryption."""
        subject = [(NameOID.COUNTRY_NAME, 'TW'), (NameOID.COMMON_NAME, name), (NameOID.SERIAL_NUMBER, subject_serial)]
        subject_name = x509.Name(x509.NameAttribute(*part) for part in subject if part[1])
        built = self._begun(subject_name, a_key(key), dates.now() + days[0] * DAY, dates.now() + days[1] * DAY, serial)
        usage = x509.KeyUsage(signs, False, not signs, False, False, False, False, False, False)
        built = built.add_extension(usage, critical=True)
        if kind:
            told = x509.UnrecognizedExtension(ExtensionOID.SUBJECT_DIRECTORY_ATTRIBUTES, _attributes(kind, tail))
            built = built.add_extension(told, critical=False)
        for extension, is_critical in more:
            built = built.add_extension(extension, is_critical)
        return Card(built.sign(self.key, hashes.SHA256()), a_key(key))

    def revocation_list(
        self,
        *revoked: Card,
        hours: tuple[float, float] = (-1, 24),
        more: Iterable[tuple[x509.ExtensionType, bool]] = (),
    ) -> bytes:
        """The CRL, from and until so many hours from now, as DER."""
        issued, following = (dates.now() + timedelta(hours=each) for each in hours)
        built = x509.CertificateRevocationListBuilder().issuer_name(self.name).last_update(issued)
        built = built.next_update(following)
        for card in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(card.certificate.serial_number)
            built = built.add_revoked_certificate(entry.revocation_date(issued).build())
        for extension, is_critical in more:
            built = built.add_extension(extension, is_critical)
        return built.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def keep(self, folder: Path) -> Path:
        """A folder as an office has it, with the certificate of this authority alone."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / 'authority.cer').write_bytes(self.certificate.public_bytes(serialization.Encoding.DER))
        return folder

    def _begun(
        self, subject: x509.Name, key: Key, since: datetime, until: datetime, serial: int | None = None
    ) -> x509.CertificateBuilder:
        built = x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
        built = built.serial_number(serial or x509.random_serial_number())
        return built.not_valid_before(since).not_valid_after(until)


def _attributes(kind: str, tail: str) -> bytes:
    said = [{'type': SUBJECT_TYPE, 'values': [core.ObjectIdentifier(kind)]}]
    if tail:
        said.append({'type': ID_TAIL, 'values': [core.PrintableString(tail)]})
    der: bytes = Attributes(said).dump()
    return der
