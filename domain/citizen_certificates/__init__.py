"""自然人憑證: signing in with the card that the Ministry of the Interior issues, and which card is whose.

The card's PIN stays between the browser and a component on the same computer; what comes here is a signature over a
text of ours. Whose card it is, the card alone does not say: it has a name and the last four digits of a number, which
two people may share. So a card is bound once, by somebody who knows the password of the account, and found by that.
"""

import asyncio
import base64
import binascii
import logging
from datetime import timedelta
from pathlib import Path

from tortoise.exceptions import IntegrityError

from db import sealing, transaction
from db.choices import CardAct, IdentityKind, SignInWay
from db.models import Account, CitizenCertificate, Volunteer

from .. import accounts, dates, identity_numbers, limits, names, settings, validation
from ..accounts import bound_cards, challenges, client_limits, login_lock, new_passwords, step_up
from ..accounts.attempts import Attempt, attempt
from ..accounts.bound_cards import CARD, as_read
from ..audit.history import Change
from ..audit.log import LogAct
from ..errors import DomainError, NotFound
from ..limits import Limit
from ..mail import notices
from . import authorities, revocation_lists, signatures
from .authorities import Card
from .refusals import (
    AccountClosed,
    CardRefused,
    CardTaken,
    ChallengeOver,
    NotBound,
    NotOffered,
    NotTheirCard,
    NotTheirs,
    TooManyCards,
    UnfitSignature,
)

__all__ = [
    'CardRefused',
    'NotBound',
    'NotOffered',
    'ask_proof',
    'bind',
    'card_of',
    'has_one',
    'is_offered',
    'of',
    'prove',
    'prove_by_card',
    'remove',
    'sign_in',
    'start',
    'take_those_of',
]

log = logging.getLogger(__name__)

MOST_CARDS = 5
CHALLENGE_LASTS = timedelta(minutes=3)
# A message of MOST_BYTES in base64, with line breaks.
LONGEST_SIGNATURE = signatures.MOST_BYTES * 3 // 2
_BINDING = '綁定自然人憑證'
_TAIL_KINDS = (IdentityKind.NATIONAL_ID, IdentityKind.ARC)


def is_offered() -> bool:
    """Whether this office takes cards: it has configured whose."""
    return bool(authorities.pinned())


def take_those_of(folder: Path | None) -> None:
    """Take the cards of the authorities whose certificates lie in `folder`; None: none. Raises NotStarted."""
    authorities.use(authorities.load(folder) if folder else ())


async def start(browser: str, *, client: str = '') -> str:
    """A text for the card in this `browser` to sign, in order to sign in. Raises NotOffered, limits.Exceeded."""
    async with attempt(SignInWay.CARD.label):
        _require_offered()
        if client:
            await limits.take(_challenges(), client)
    return await challenges.made(CardAct.SIGN_IN, browser, CHALLENGE_LASTS)


async def sign_in(challenge: str, signature: str, *, browser: str, number: str = '', client: str = '') -> Account:
    """The account that the card is bound to; unit, agency and volunteer fetched.

    `signature` is a CMS message in base64, `browser` what `start` was told. A volunteer may type the identity
    `number` at the first time, where the office allows that. Raises CardRefused, accounts.SignInLocked,
    accounts.UnitClosed, NotOffered, limits.Exceeded.
    """
    async with attempt(SignInWay.CARD.label, name=number[: accounts.LONGEST_NAME]) as tried:
        _require_offered()
        if client:
            await limits.take(client_limits.logins(), client)
        card = await _shown(challenge, signature, CardAct.SIGN_IN, browser)
        account = await _owner_of(card, number, tried)
    await CitizenCertificate.filter(card_index__in=_indexes(card)).update(
        card_index=_index(card), used_at=dates.now(), expires_at=card.expires_at, name=card.name
    )
    if client:
        await limits.give_back(client_limits.logins(), client)
    log.info('account %s signed in by the certificate %s', account.id, card.number)
    return account


async def prove(password: str, *, session: str, by: Account) -> str:
    """A text for a card to sign, in order to be bound; for somebody who knows the password of this very account.

    `session` is the digest of theirs. Raises accounts.WrongPassword, accounts.SignInLocked, NotOffered.
    """
    _require_offered()
    await accounts.require_password(by, password, _BINDING)
    return await challenges.made(CardAct.BIND, session, CHALLENGE_LASTS)


async def bind(challenge: str, signature: str, *, session: str, by: Account) -> CitizenCertificate:
    """From now on the card signs in to the account. Its owner is told by mail. Raises CardRefused, NotOffered."""
    _require_offered()
    async with attempt(_BINDING, act=LogAct.STEP_UP_FAILED, by=by):
        card = await _shown(challenge, signature, CardAct.BIND, session)
        if by.volunteer_id is not None:
            await _require_their_tail(card, by.volunteer_id)
    async with transaction():
        await Account.select_for_update(no_key=True).get(id=by.id)
        known = await CitizenCertificate.get_or_none(card_index__in=_indexes(card))
        if known is not None and known.account_id != by.id:
            raise CardTaken
        if known is not None:
            return known
        if await CitizenCertificate.filter(account_id=by.id).count() >= MOST_CARDS:
            raise TooManyCards(MOST_CARDS)
        return await _bound(card, by, '本人以密碼登入後綁定')


async def ask_proof(*, session: str, by: Account) -> str:
    """再次確認本人: a text for a card of this very account to sign, in the browser of `session`. Raises NotOffered."""
    _require_offered()
    return await challenges.made(CardAct.PROOF, session, CHALLENGE_LASTS)


async def prove_by_card(challenge: str, signature: str, *, session: str, by: Account) -> None:
    """The session is believed for a while (`accounts.step_up`). Raises CardRefused, NotOffered."""
    async with attempt(SignInWay.CARD.label, act=LogAct.STEP_UP_FAILED, by=by):
        _require_offered()
        card = await _shown(challenge, signature, CardAct.PROOF, session)
        own = CitizenCertificate.filter(card_index__in=_indexes(card), account_id=by.id)
        if not await own.update(used_at=dates.now()):
            raise NotTheirs
    await step_up.believe(by, SignInWay.CARD.label)


async def of(*, by: Account) -> list[CitizenCertificate]:
    """The cards of one's own account, the newest first."""
    return await CitizenCertificate.filter(account_id=by.id).order_by('-bound_at', '-id')


async def has_one(*, by: Account) -> bool:
    """Whether a card is bound to one's own account, and cards are taken here."""
    return is_offered() and await CitizenCertificate.exists(account_id=by.id)


async def remove(card_id: int, *, by: Account) -> None:
    """The card does not sign in any more; its owner is told by mail. Raises NotFound."""
    async with transaction():
        own = CitizenCertificate.filter(id=validation.record_id(card_id), account_id=by.id)
        found = await own.select_for_update().first()
        if found is None:
            raise NotFound('找不到這張自然人憑證，可能已經移除。請重新整理頁面查看。')
        await found.delete()
        await _told(by, f'移除自然人憑證（{found.name}）', Change(CARD, as_read(found), ''))


def card_of(challenge: str, signature: str) -> Card:
    """The card that has signed the challenge; whether it was revoked is not looked at. Raises CardRefused."""
    if len(signature) > LONGEST_SIGNATURE:
        raise UnfitSignature
    try:
        message = base64.b64decode(''.join(signature.split()), validate=True)
    except (binascii.Error, ValueError):
        raise UnfitSignature from None
    signed = signatures.read(message, challenge.encode())
    card = authorities.card(signed.certificate, dates.now())
    signed.verify()
    return card


async def _shown(challenge: str, signature: str, act: CardAct, browser: str) -> Card:
    """The card that has signed the challenge: good today, and in the hand of whoever sent it. Raises CardRefused."""
    if not await challenges.spend(challenge, act, browser):
        raise ChallengeOver
    try:
        card = await asyncio.to_thread(card_of, challenge, signature)
        await revocation_lists.require_good(card)
    except CardRefused as refusal:
        log.info('a card was refused: %s', type(refusal).__name__)
        raise
    return card


async def _owner_of(card: Card, number: str, tried: Attempt) -> Account:
    try:
        return await _account_of(card, number, tried)
    except DomainError as refusal:
        log.info('the certificate %s does not sign in: %s', card.number, type(refusal).__name__)
        raise


async def _account_of(card: Card, number: str, tried: Attempt) -> Account:
    bound = await CitizenCertificate.get_or_none(card_index__in=_indexes(card))
    account_id = bound.account_id if bound else await _first_use(card, number, tried)
    tried.account = account = await Account.get(id=account_id).select_related('host_unit', 'agency', 'volunteer')
    if account.locked_because is not None:
        raise accounts.AccountLocked(account.locked_because)
    if not account.is_active:
        raise AccountClosed
    if account.host_unit is not None and not account.host_unit.is_active:
        raise accounts.UnitClosed
    # The card cannot be guessed, but a locked account is locked, by whatever way somebody comes.
    if await login_lock.is_locked(await login_lock.index_of_account(account)):
        raise accounts.SignInLocked
    return account


async def _first_use(card: Card, number: str, tried: Attempt) -> int:
    """The account of the volunteer whose number was typed, where card and record say the same. Raises NotBound.

    Name and four digits may be those of two people. So the office has to allow it (CARD_OPENS_VOLUNTEERS), nobody with
    a card of their own is found in this way, and the number is counted like a password that is tried.
    """
    typed = identity_numbers.compact(number[: accounts.LONGEST_NAME])
    if not settings.current().card_opens_volunteers or not typed:
        raise NotBound(may_type=settings.current().card_opens_volunteers)
    index = login_lock.index_of(typed)
    await tried.count(index)
    volunteer = await Volunteer.get_or_none(identity_index=index)
    account = await Account.get_or_none(volunteer_id=volunteer.id, is_active=True) if volunteer else None
    if (
        volunteer is None
        or account is None
        or volunteer.identity_kind not in _TAIL_KINDS
        or typed[-4:] != card.id_tail
        or names.key(volunteer.name) != names.key(card.name)
    ):
        raise NotBound(may_type=True)
    async with transaction():
        await Account.select_for_update(no_key=True).get(id=account.id)  # of two cards at once one is first
        if await CitizenCertificate.filter(account_id=account.id).exists():
            raise NotBound(may_type=True)
        await tried.succeed()
        await _bound(card, account, '本人以自然人憑證與身分證字號第一次登入')
    return account.id


async def _require_their_tail(card: Card, volunteer_id: int) -> None:
    """The name is not asked for: cards have signs in place of rare characters, and the password was right."""
    volunteer = await Volunteer.get(id=volunteer_id)
    if volunteer.identity_kind in _TAIL_KINDS and volunteer.identity_number.open()[-4:] != card.id_tail:
        raise NotTheirCard


async def _bound(card: Card, account: Account, how: str) -> CitizenCertificate:
    """In the caller's transaction. Raises CardTaken."""
    try:
        async with transaction():
            bound = await CitizenCertificate.create(
                account_id=account.id,
                card_index=_index(card),
                name=card.name,
                expires_at=card.expires_at,
                bound_at=dates.now(),
            )
    except IntegrityError:
        raise CardTaken from None
    same = '' if names.key(card.name) == names.key(account.name) else '，與帳號姓名不同'
    await _told(account, f'綁定自然人憑證（{card.name}{same}），{how}', Change(CARD, '', as_read(bound)))
    return bound


async def _told(account: Account, what: str, change: Change) -> None:
    """Keep it in the history, and tell the owner of the account."""
    await bound_cards.note(account, change, by=account)
    if address := await new_passwords.address_of(account):
        await notices.card_changed(account, address, what)


def _index(card: Card) -> str:
    """Under what a card is found: the holder's number at the authority, of which nothing is kept in clear.

    A renewed card may have another number, and another authority; then it is bound anew.
    """
    return sealing.keyed('citizen certificate', _holder(card))


def _indexes(card: Card) -> tuple[str, str]:
    """And what cards were found under before each purpose had a key of its own; renewed when the card is used."""
    return _index(card), sealing.blind_index(f'citizen certificate|{_holder(card)}')


def _holder(card: Card) -> str:
    return f'{card.certificate.issuer.rfc4514_string()}|{card.subject_serial}'


def _require_offered() -> None:
    if not is_offered():
        raise NotOffered


def _challenges() -> Limit:
    """Twice as many as failed logins from one address: each press of the button makes one."""
    return Limit(
        'texts for cards to sign',
        2 * settings.current().login_failures,
        timedelta(minutes=15),
        '從您的網路開始憑證登入的次數太多，請 15 分鐘後再試，或改用帳號密碼登入。',
    )
