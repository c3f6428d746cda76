"""通行金鑰 (WebAuthn): a key that stays in the owner's telephone, computer or security key, which asks for its user.

Since it asks for a PIN or a finger (user verification), a passkey alone is two factors. What a device signs is a text
of ours, for one act in one browser, once, for a few minutes (`SignatureChallenge`); where it signs, the browser says,
and only our own address counts. A counter that goes back means a copied key, which is refused.
"""

import json
import logging
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from tortoise.exceptions import IntegrityError
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from db import sealing
from db.choices import CardAct
from db.models import Account, Passkey

from .. import dates, settings, validation
from ..errors import DomainError, Incomplete, NotFound
from . import challenges

log = logging.getLogger(__name__)

MOST = 10
LONGEST_NAME = 40
LASTS = timedelta(minutes=5)
_LONGEST_ANSWER = 20_000
_VERIFIED = UserVerificationRequirement.REQUIRED


class PasskeyRefused(DomainError):
    """The passkey is none of ours, or what it signed is not what was asked; which of them is not said."""

    def __init__(self, sentence: str = '') -> None:
        super().__init__(
            sentence or '這把通行金鑰沒有通過，可能已經移除，或等待太久。請再試一次，或改用密碼登入；資料沒有變動。'
        )


class NotOffered(DomainError):
    """This office's address can have no passkeys."""

    def __init__(self) -> None:
        super().__init__('這個網址不能使用通行金鑰（須以 https 的網域名稱開啟）。請改用密碼或驗證器 App。')


@dataclass(frozen=True)
class Shown:
    """A passkey that has signed what was asked, and whose it is."""

    key: Passkey
    account_id: int


def are_offered() -> bool:
    """Whether browsers allow them at our public address: a name, over https; or localhost."""
    address = urlsplit(settings.current().public_url)
    host = address.hostname or ''
    try:
        ip_address(host)
    except ValueError:
        return address.scheme == 'https' or host == 'localhost' or host.endswith('.localhost')
    return False


async def to_add(account: Account, *, browser: str) -> str:
    """JSON for `navigator.credentials.create` in `browser` (the digest of its session). Raises NotOffered."""
    known = await Passkey.filter(account_id=account.id).values_list('credential', flat=True)
    if len(known) >= MOST:
        raise PasskeyRefused(f'最多可以有 {MOST} 把通行金鑰。請先移除不用的，再新增。')
    options = webauthn.generate_registration_options(
        rp_id=_party(),
        rp_name='志願服務紀錄冊',
        user_id=_handle(account.id),
        user_name=account.username or account.name,
        user_display_name=account.name,
        challenge=(await challenges.made(CardAct.PASSKEY_ADDED, browser, LASTS)).encode(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
        exclude_credentials=[_described(str(one)) for one in known],
    )
    return webauthn.options_to_json(options)


async def add(account: Account, answer: str, name: str, *, browser: str) -> Passkey:
    """Keep the key that the browser has made; in the caller's transaction. Raises PasskeyRefused, Incomplete."""
    name = validation.tidy(name)
    if problem := validation.text('名稱', name, most=LONGEST_NAME, needed=True):
        raise Incomplete({'name': problem})
    said, challenge = _read(answer)
    await _spend(challenge, CardAct.PASSKEY_ADDED, browser)
    try:
        made = webauthn.verify_registration_response(
            credential=said,
            expected_challenge=challenge.encode(),
            expected_rp_id=_party(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
        return await Passkey.create(
            account_id=account.id,
            credential=bytes_to_base64url(made.credential_id),
            public_key=made.credential_public_key,
            uses=made.sign_count,
            name=name,
            added_at=dates.now(),
        )
    except (WebAuthnException, IntegrityError, ValueError, KeyError, TypeError) as trouble:
        log.info('a new passkey was refused: %s', type(trouble).__name__)
        raise PasskeyRefused from None


async def to_show(act: CardAct, *, browser: str, account: Account | None = None) -> str:
    """JSON for `navigator.credentials.get`: of the `account`'s keys, or of whatever the device has for us.

    Raises NotOffered.
    """
    own = await Passkey.filter(account_id=account.id).values_list('credential', flat=True) if account else []
    options = webauthn.generate_authentication_options(
        rp_id=_party(),
        challenge=(await challenges.made(act, browser, LASTS)).encode(),
        allow_credentials=[_described(str(one)) for one in own],
        user_verification=_VERIFIED,
    )
    return webauthn.options_to_json(options)


async def shown(answer: str, act: CardAct, *, browser: str, account: Account | None = None) -> Shown:
    """The key that has signed what this `browser` was given for this `act`; of `account`, where it is known.

    Raises PasskeyRefused, NotOffered.
    """
    said, challenge = _read(answer)
    await _spend(challenge, act, browser)
    key = await Passkey.get_or_none(credential=str(said.get('id'))[:1400])
    if key is None or (account is not None and key.account_id != account.id):
        raise PasskeyRefused
    # Whose key it is, the device says as well; where no account is known before, it has to.
    handle = said.get('response', {}).get('userHandle')
    if (handle or account is None) and handle != bytes_to_base64url(_handle(key.account_id)):
        raise PasskeyRefused
    try:
        signed = webauthn.verify_authentication_response(
            credential=said,
            expected_challenge=challenge.encode(),
            expected_rp_id=_party(),
            expected_origin=_origin(),
            credential_public_key=key.public_key,
            credential_current_sign_count=key.uses,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as trouble:
        log.info('the passkey %s was refused: %s', key.id, type(trouble).__name__)
        raise PasskeyRefused from None
    # Of two at once one is first; counters of devices that have none stay 0.
    as_read = Passkey.filter(id=key.id, uses=key.uses)
    if not await as_read.update(uses=signed.new_sign_count, used_at=dates.now()):
        raise PasskeyRefused
    return Shown(key, key.account_id)


async def of(account: Account) -> list[Passkey]:
    """The account's, the oldest first."""
    return await Passkey.filter(account_id=account.id).order_by('id')


async def own(account: Account, key_id: int) -> Passkey:
    """One of the account's. Raises NotFound."""
    found = await Passkey.get_or_none(id=validation.record_id(key_id), account_id=account.id)
    if found is None:
        raise NotFound('找不到這把通行金鑰，可能已經移除。請重新整理頁面查看。')
    return found


def _read(answer: str) -> tuple[dict[str, Any], str]:
    """What the browser says, and the text that was signed. Raises PasskeyRefused."""
    if len(answer) > _LONGEST_ANSWER:
        raise PasskeyRefused
    try:
        said = json.loads(answer)
        client = json.loads(base64url_to_bytes(said['response']['clientDataJSON']))
        challenge = base64url_to_bytes(client['challenge']).decode('ascii')
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise PasskeyRefused from None
    return said, challenge


async def _spend(text: str, act: CardAct, browser: str) -> None:
    if not await challenges.spend(text, act, browser):
        raise PasskeyRefused


def _party() -> str:
    """The relying party's id: the host of our public address. Raises NotOffered."""
    if not are_offered():
        raise NotOffered
    return urlsplit(settings.current().public_url).hostname or ''


def _origin() -> str:
    address = urlsplit(settings.current().public_url)
    return f'{address.scheme}://{address.netloc}'


def _handle(account_id: int) -> bytes:
    """What a device keeps to say whose key it is; nothing about the person can be read from it."""
    return bytes.fromhex(sealing.keyed('passkey', str(account_id)))


def _described(credential: str) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(credential))
