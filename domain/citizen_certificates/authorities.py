"""The authorities whose cards are taken, and what a card says of its holder.

Their certificates are pinned: the office puts them into a folder (CITIZEN_CA_DIR), and no other is ever trusted,
whatever a message brings along. Fields of the certificate: law.md#citizen-certificates.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from asn1crypto import core
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtensionOID, NameOID

from db.server_account import NotStarted

from .. import invisible
from ..errors import DomainError
from .refusals import CardExpired, NotACitizensCard
from .signatures import HASHES

log = logging.getLogger(__name__)

KINDS = frozenset(('*.cer', '*.crt', '*.pem', '*.der'))
_PEM = b'-----BEGIN'

SUBJECT_TYPE, ID_TAIL = '2.16.886.1.100.2.1', '2.16.886.1.100.2.51'
# 國民 and 外國人; companies, offices and organisations have cards of their own.
PERSONS = frozenset(('2.16.886.1.100.3.1.1', '2.16.886.1.100.3.1.9'))
# RFC 5280: a certificate with a critical extension that is not understood is not to be used.
_UNDERSTOOD = frozenset(
    (
        ExtensionOID.KEY_USAGE,
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.SUBJECT_DIRECTORY_ATTRIBUTES,
    )
)


class UnfitAuthority(NotStarted):
    """A file in the folder is no certificate of an authority; says which, in Chinese and in English."""

    def __init__(self, file: Path, chinese: str, english: str) -> None:
        super().__init__(
            f'CITIZEN_CA_DIR 裡的 {file} {chinese}，無法啟動。\n{file} in CITIZEN_CA_DIR {english}, nothing is started.'
        )


@dataclass(frozen=True)
class Card:
    """A citizen certificate that is valid, as far as it says itself; whether it was revoked is another question.

    `subject_serial` (16 digits, not the identity number) is the holder's at this authority; `authority` certified it.
    """

    certificate: x509.Certificate
    authority: x509.Certificate
    name: str
    id_tail: str
    subject_serial: str

    @property
    def expires_at(self) -> datetime:
        """The last instant at which it can be used."""
        return self.certificate.not_valid_after_utc

    @property
    def number(self) -> str:
        """The serial number of the certificate, as the log has it."""
        return f'{self.certificate.serial_number:X}'


def load(folder: Path) -> tuple[x509.Certificate, ...]:
    """The certificates of the authorities in `folder`, DER or PEM, in their order. Raises UnfitAuthority."""
    files = sorted({file for kind in KINDS for file in folder.glob(kind)})
    if not files:
        raise UnfitAuthority(folder, '沒有憑證檔（.cer、.crt、.pem、.der）', 'has no certificate in it')
    return tuple(_authority(file) for file in files)


def use(authorities: Iterable[x509.Certificate]) -> None:
    """Take these authorities for the life of the process."""
    global _pinned  # noqa: PLW0603 -- one set a process, read once when the office opens
    _pinned = tuple(authorities)


def pinned() -> tuple[x509.Certificate, ...]:
    """The authorities in force; none: cards are not taken."""
    return _pinned


_pinned: tuple[x509.Certificate, ...] = ()


def digest_of(authority: x509.Certificate) -> str:
    """How an authority is named in the database: SHA-256 of its certificate."""
    return authority.fingerprint(hashes.SHA256()).hex()


def card(certificate: x509.Certificate, at: datetime) -> Card:
    """What `certificate` says, valid `at` that instant. Raises NotACitizensCard, CardExpired."""
    try:
        authority = _issuer(certificate)
        _require_fit(certificate)
        told = _attributes(certificate)
        subject_serial, name = (_of_subject(certificate, oid) for oid in (NameOID.SERIAL_NUMBER, NameOID.COMMON_NAME))
    except DomainError:
        raise
    except Exception as trouble:  # extensions are read when they are asked for, and may be anything
        log.info('a certificate cannot be read: %s', type(trouble).__name__)
        raise NotACitizensCard from None
    tail = told.get(ID_TAIL, '')
    is_citizens = told.get(SUBJECT_TYPE) in PERSONS and len(tail) == 4 and tail.isascii() and tail.isdigit()
    if not is_citizens or not subject_serial:
        raise NotACitizensCard
    if not all(one.not_valid_before_utc <= at <= one.not_valid_after_utc for one in (certificate, authority)):
        raise CardExpired
    return Card(certificate, authority, name, tail, subject_serial)


def _issuer(certificate: x509.Certificate) -> x509.Certificate:
    for authority in _pinned:
        if authority.subject == certificate.issuer and _is_sound(certificate.signature_hash_algorithm):
            try:
                certificate.verify_directly_issued_by(authority)
            except (InvalidSignature, ValueError, TypeError):
                continue
            return authority
    raise NotACitizensCard


def _require_fit(certificate: x509.Certificate) -> None:
    """It is for signing, and is no authority itself. A card holds another certificate, which is for encryption."""
    extensions = certificate.extensions
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    is_authority = any(isinstance(one.value, x509.BasicConstraints) and one.value.ca for one in extensions)
    is_understood = all(one.oid in _UNDERSTOOD for one in extensions if one.critical)
    if not usage.digital_signature or is_authority or not is_understood:
        raise NotACitizensCard


class _Attribute(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields: ClassVar = [('type', core.ObjectIdentifier), ('values', core.SetOf, {'spec': core.Any})]


class _Attributes(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Attribute


def _attributes(certificate: x509.Certificate) -> dict[str, str]:
    """Subject Directory Attributes of one value each, by their OID."""
    kept = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_DIRECTORY_ATTRIBUTES).value
    assert isinstance(kept, x509.UnrecognizedExtension)
    found = {}
    for attribute in _Attributes.load(kept.value, strict=True):
        if len(attribute['values']) == 1:
            value: Any = attribute['values'][0].parse()
            is_oid = isinstance(value, core.ObjectIdentifier)
            found[str(attribute['type'].dotted)] = str(value.dotted if is_oid else value.native)
    return found


def _of_subject(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    found = [str(one.value) for one in certificate.subject.get_attributes_for_oid(oid)]
    return invisible.removed(found[0]).strip()[:100] if len(found) == 1 else ''


def _authority(file: Path) -> x509.Certificate:
    try:
        content = file.read_bytes()
        read = x509.load_pem_x509_certificate if content.startswith(_PEM) else x509.load_der_x509_certificate
        certificate = read(content)
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (OSError, ValueError, x509.ExtensionNotFound) as trouble:
        raise UnfitAuthority(
            file, f'不是憑證管理中心的憑證（{trouble}）', f'is no certificate of an authority ({trouble})'
        ) from None
    if not constraints.ca:
        raise UnfitAuthority(file, '不是憑證管理中心的憑證', 'is no certificate of an authority')
    return certificate


def _is_sound(algorithm: hashes.HashAlgorithm | None) -> bool:
    return algorithm is not None and algorithm.name in HASHES
