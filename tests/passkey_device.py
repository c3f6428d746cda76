"""A device that keeps passkeys, in software: it makes ES256 keys and signs what a site asks for, honestly or not."""

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


@dataclass
class PasskeyDevice:
    """`origin` is where its browser says it is; `counter` goes up with each use."""

    origin: str = 'https://book.example.tw'
    party: str = 'book.example.tw'
    counter: int = 0
    flags: int = PRESENT | VERIFIED
    handle: str = ''
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def made(self, options: str) -> str:
        """The answer to `navigator.credentials.create`."""
        asked = json.loads(options)
        self.handle = asked['user']['id']
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, 'big'), -3: numbers.y.to_bytes(32, 'big')}
        attested = bytes(16) + struct.pack('>H', len(self.id)) + self.id + cbor2.dumps(cose)
        data = self._data(self.flags | WITH_KEY) + attested
        attestation = cbor2.dumps({'fmt': 'none', 'attStmt': {}, 'authData': data})
        client = self._client('webauthn.create', asked['challenge'])
        return self._answer({'clientDataJSON': _text(client), 'attestationObject': _text(attestation)})

    def signed(self, options: str) -> str:
        """The answer to `navigator.credentials.get`."""
        self.counter += 1
        client = self._client('webauthn.get', json.loads(options)['challenge'])
        data = self._data(self.flags)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        said = {'clientDataJSON': client, 'authenticatorData': data, 'signature': signature}
        return self._answer({name: _text(value) for name, value in said.items()} | {'userHandle': self.handle})

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.party.encode()).digest() + bytes([flags]) + struct.pack('>I', self.counter)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({'type': kind, 'challenge': challenge, 'origin': self.origin, 'crossOrigin': False}).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        return json.dumps({'id': _text(self.id), 'rawId': _text(self.id), 'type': 'public-key', 'response': response})


def challenge_of(options: str) -> str:
    """The text that is to be signed."""
    text: str = json.loads(options)['challenge']
    return urlsafe_b64decode(text + '=' * (-len(text) % 4)).decode()


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip('=')
