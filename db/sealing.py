"""Personal numbers at rest: columns sealed with AES-256-GCM, and the blind index by which they are found.

A sealed value is `key id (1 byte) | nonce (12 bytes) | ciphertext and tag`; the column's name is authenticated with it,
so a value copied into another column does not open. Keys come from the environment, never from the database.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from tortoise.fields.base import Field
from tortoise.models import Model


@dataclass(frozen=True)
class Keyring:
    """Sealing keys by id (1 to 255), newest last, and the key of the blind index; 32 bytes each."""

    keys: dict[int, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)


class Sealed:
    """A sealed personal value: `str()`, `repr()` and log lines do not contain it."""

    __slots__ = ('_column', '_kept')

    def __init__(self, kept: bytes, column: str) -> None:
        self._kept = kept
        self._column = column

    def open(self) -> str:
        """The value in clear. A caller that displays it writes the access log first."""
        return open_bytes(self._kept, self._column).decode()

    def __repr__(self) -> str:
        return '●●●●'

    def __bytes__(self) -> bytes:
        return self._kept


def sealed(text: str, column: str) -> Sealed:
    """`text` sealed for `column` ("table.column") with the newest key."""
    return Sealed(seal_bytes(text.encode(), column), column)


def seal_bytes(content: bytes, name: str, key_id: int | None = None) -> bytes:
    """`content` sealed with the newest key, or the one of that id; it opens only with the same `name`."""
    if key_id is None:
        key_id = list(_keyring().keys)[-1]
    key = _keyring().keys[key_id]
    nonce = secrets.token_bytes(12)
    return bytes([key_id]) + nonce + AESGCM(key).encrypt(nonce, content, name.encode())


def open_bytes(kept: bytes, name: str) -> bytes:
    """What was sealed with `name`. Raises LookupError when the key is missing, or bytes or name do not match."""
    key = _keyring().keys.get(kept[0]) if kept else None
    if key is None and kept and _renewed is not None:
        _renewed()  # another process may have begun with a new key a moment ago
        key = _keyring().keys.get(kept[0])
    if key is None:
        raise LookupError(f'the sealing key of {name} is not among the configured keys')
    try:
        return AESGCM(key).decrypt(kept[1:13], kept[13:], name.encode())
    except (InvalidTag, ValueError):
        raise LookupError(f'{name} does not open with its key') from None


def blind_index(text: str) -> str:
    """64 hex digits, the same for the same text, by which a sealed value is found. For anything else: `keyed`."""
    return hmac.new(_keyring().index_key, text.encode(), hashlib.sha256).hexdigest()


def keyed(purpose: str, text: str) -> str:
    """64 hex digits, the same for the same text, under a key that nothing but `purpose` uses.

    The key is derived from that of the blind index (HKDF-SHA256, RFC 5869): what is found by one purpose tells nothing
    of another, and nothing of identity numbers.
    """
    return hmac.new(_derived(_keyring().index_key, purpose), text.encode(), hashlib.sha256).hexdigest()


def handed_out(purpose: str, text: str) -> str:
    """`text` sealed for a browser to bring back, under a key of that purpose alone; letters of an address."""
    nonce = secrets.token_bytes(12)
    key = _box(_keyring().index_key, purpose)
    return base64.urlsafe_b64encode(nonce + key.encrypt(nonce, text.encode(), purpose.encode())).decode()


def handed_back(purpose: str, given: str) -> str:
    """What was handed out. Raises LookupError when it is none of ours."""
    try:
        kept = base64.urlsafe_b64decode(given)
        return _box(_keyring().index_key, purpose).decrypt(kept[:12], kept[12:], purpose.encode()).decode()
    except (InvalidTag, ValueError):
        raise LookupError(f'no {purpose} of ours') from None


@cache
def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=b'recordbook', info=purpose.encode()).derive(key)


@cache
def _box(key: bytes, purpose: str) -> AESGCM:
    return AESGCM(_derived(key, purpose))


class SealedTextField(Field[Any]):
    """A column whose Python value is `Sealed`; a plain string is sealed when it is written."""

    SQL_TYPE = 'BYTEA'
    field_type = bytes

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> bytes | None:
        if value is None:
            return None
        return bytes(value if isinstance(value, Sealed) else sealed(value, self._column(instance or self.model)))

    def to_python_value(self, value: Any) -> Any:
        if value is None or isinstance(value, Sealed | str):
            return value
        return Sealed(bytes(value), self._column(self.model))

    def _column(self, owner: type[Model] | Model) -> str:
        return f'{owner._meta.db_table}.{self.model_field_name}'


_current: Keyring | None = None


_renewed: Callable[[], None] | None = None


def use(keyring: Keyring, renewed: Callable[[], None] | None = None) -> None:
    """Use these keys from now on. `renewed` is asked to `use` them anew where something was sealed with another key."""
    global _current, _renewed
    _current, _renewed = keyring, renewed


def in_use() -> Keyring:
    """The keys in use now."""
    return _keyring()


def _keyring() -> Keyring:
    if _current is None:
        raise RuntimeError('no sealing keys: db.sealing.use() has not been called')
    return _current
