"""What a card has signed: a CMS SignedData (RFC 5652, PKCS#7), read by asn1crypto, verified by cryptography.

cryptography reads no signed message, asn1crypto verifies none. Everything here was sent by a stranger. One form alone
is accepted: one signer named by issuer and serial number, whose certificate lies in the message; signed attributes;
SHA-2; RSA with PKCS#1 v1.5, or ECDSA. So nothing is left to choose for whoever forges.
"""

import hmac
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from ..errors import DomainError
from .refusals import UnfitSignature

log = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024
MOST_CERTIFICATES = 8
HASHES: dict[str, hashes.HashAlgorithm] = {
    'sha256': hashes.SHA256(),
    'sha384': hashes.SHA384(),
    'sha512': hashes.SHA512(),
}
LEAST_RSA_BITS, MOST_RSA_BITS = 2048, 8192
CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)


@dataclass(frozen=True)
class Signed:
    """A message that says the right text, and by which certificate it claims to be signed.

    `attributes` are the bytes that the signature may be over: as they were sent, and as DER writes them.
    """

    certificate: x509.Certificate
    attributes: Sequence[bytes]
    signature: bytes
    digest: str
    algorithm: str

    def verify(self) -> None:
        """Raises UnfitSignature unless the key of the certificate has signed.

        For a certificate of an authority that is trusted: a key that somebody made up could take any time to use.
        """
        for attributes in self.attributes:
            with suppress(InvalidSignature):
                self._verify(attributes)
                return
        raise UnfitSignature

    def _verify(self, attributes: bytes) -> None:
        try:
            key, algorithm = self.certificate.public_key(), HASHES[self.digest]
        except (ValueError, UnsupportedAlgorithm):
            raise UnfitSignature from None
        if isinstance(key, rsa.RSAPublicKey) and LEAST_RSA_BITS <= key.key_size <= MOST_RSA_BITS:
            _require(self.algorithm in ('rsassa_pkcs1v15', f'{self.digest}_rsa'))
            key.verify(self.signature, attributes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, CURVES):
            _require(self.algorithm == f'{self.digest}_ecdsa')
            key.verify(self.signature, attributes, ec.ECDSA(algorithm))
        else:
            raise UnfitSignature


def read(message: bytes, text: bytes) -> Signed:
    """The message, which says `text` and nothing else. Raises UnfitSignature; its signature is still to be verified."""
    if len(message) > MOST_BYTES:
        raise UnfitSignature
    try:
        return _read(message, text)
    except DomainError:
        raise
    except Exception as trouble:  # what a parser meets in a stranger's bytes has no end
        log.info('a signed message cannot be read: %s', type(trouble).__name__)
        raise UnfitSignature from None


def _read(message: bytes, text: bytes) -> Signed:
    outside = cms.ContentInfo.load(message, strict=True)
    _require(outside['content_type'].native == 'signed_data')
    inside = outside['content']
    _require(len(inside['signer_infos']) == 1 and 1 <= len(inside['certificates']) <= MOST_CERTIFICATES)
    signer = inside['signer_infos'][0]
    digest = signer['digest_algorithm']['algorithm'].native
    _require(digest in HASHES)
    _require_said(inside['encap_content_info'], text)
    attributes = signer['signed_attrs']
    # Without them, a signature over anything could be shown as one over attributes, and the other way round.
    _require(bool(attributes.native))
    _require(_only(attributes, 'content_type').native == 'data')
    summed = hashes.Hash(HASHES[digest])
    summed.update(text)
    _require(hmac.compare_digest(_only(attributes, 'message_digest').native, summed.finalize()))
    certificate = x509.load_der_x509_certificate(_certificate_of(signer, inside['certificates']))
    bare = attributes.untag()  # [0] IMPLICIT in the message, a SET OF under the signature (RFC 5652, 5.4)
    return Signed(
        certificate,
        (bare.dump(), bare.dump(force=True)),
        signer['signature'].native,
        digest,
        signer['signature_algorithm']['algorithm'].native,
    )


def _require_said(content: cms.EncapsulatedContentInfo, text: bytes) -> None:
    """The content is our text; left out of the message (detached), it is what the digest is compared with."""
    _require(content['content_type'].native == 'data')
    said = content['content'].native
    _require(said is None or (isinstance(said, bytes) and hmac.compare_digest(said, text)))


def _only(attributes: cms.CMSAttributes, name: str) -> cms.CMSAttribute:
    """The one value of the one attribute of that name."""
    found = [attribute['values'] for attribute in attributes if attribute['type'].native == name]
    _require(len(found) == 1 and len(found[0]) == 1)
    return found[0][0]


def _certificate_of(signer: cms.SignerInfo, certificates: cms.CertificateSet) -> bytes:
    """The certificate that the signer names; where it lies among others says nothing."""
    _require(signer['sid'].name == 'issuer_and_serial_number')
    named = signer['sid'].chosen
    found = [
        one.chosen
        for one in certificates
        if one.name == 'certificate'
        and one.chosen.serial_number == named['serial_number'].native
        and one.chosen.issuer == named['issuer']
    ]
    _require(len(found) == 1)
    der: bytes = found[0].dump()
    return der


def _require(holds: bool) -> None:
    if not holds:
        raise UnfitSignature
