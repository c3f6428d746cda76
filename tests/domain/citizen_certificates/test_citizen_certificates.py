"""Signing in with a card, and which card is whose."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any

import pytest

from db.choices import CardAct, HistoryAction, IdentityKind, Role, Section
from db.models import Account, CitizenCertificate, HistoryEntry, OfficeEntry, OutgoingMail, SignatureChallenge
from domain import accounts, citizen_certificates, dates, limits, settings
from domain.accounts import (
    AccountDetails,
    SignInLocked,
    SignInRefused,
    UnitClosed,
    WrongPassword,
    challenges,
    login_lock,
)
from domain.citizen_certificates import CardRefused, NotBound, NotOffered, authorities, revocation_lists
from domain.citizen_certificates.refusals import (
    AccountClosed,
    CardRevoked,
    CardTaken,
    ChallengeOver,
    NotTheirCard,
    RevocationUnknown,
    TooManyCards,
    UnfitSignature,
)
from domain.errors import NotFound
from domain.settings import Settings
from domain.volunteers import paper_codes

from ...builders import PASSWORD, a_password_hash, a_volunteer, an_account
from ...citizen_ca import Authority, Card

pytestmark = pytest.mark.usefixtures('database')

BROWSER, SESSION = 'a secret of the browser', 'a' * 64
NUMBER = 'A123456789'


@pytest.fixture(autouse=True)
async def its_list(database: str, authority: Authority) -> None:
    """Nobody's card was lost."""
    settings.use(Settings(public_url='https://book.example.tw'))
    await revocation_lists.keep(authority.revocation_list())


async def somebody(role: Role = Role.UNIT_STAFF, **changes: Any) -> Account:
    return await an_account(role, **{'password_hash': await a_password_hash(), 'email': 'own@example.com'} | changes)


async def bound(card: Card, account: Account, session: str = SESSION) -> CitizenCertificate:
    text = await citizen_certificates.prove(PASSWORD, session=session, by=account)
    return await citizen_certificates.bind(text, card.answer(text), session=session, by=account)


async def signed_in(card: Card, **how: Any) -> Account:
    text = await citizen_certificates.start(BROWSER)
    return await citizen_certificates.sign_in(text, card.answer(text), **{'browser': BROWSER} | how)


async def mails() -> list[tuple[str, str]]:
    """To whom, and what has changed."""
    sent = await OutgoingMail.filter(template='card_changed').order_by('id')
    return [(mail.recipient, str(mail.body.open()).partition('內　容：')[2].split('\n')[0]) for mail in sent]


async def test_a_card_signs_in_to_the_account_that_it_was_bound_to(authority: Authority) -> None:
    clerk, card = await somebody(), authority.card()
    with pytest.raises(NotBound):
        await signed_in(card)

    kept = await bound(card, clerk)
    found = await signed_in(card)

    assert (found.id, found.host_unit.name if found.host_unit else '') == (clerk.id, clerk.host_unit.name)  # type: ignore[union-attr]
    [own] = await citizen_certificates.of(by=clerk)
    assert (own.id, own.name, own.used_at is not None) == (kept.id, '林小滿', True)
    assert own.expires_at == card.certificate.not_valid_after_utc


async def test_a_renewed_card_with_the_same_number_goes_on_and_one_with_another_is_bound_anew(
    authority: Authority,
) -> None:
    clerk = await somebody()
    await bound(authority.card(), clerk)

    renewed = authority.card(key=1, days=(-1, 900))
    assert (await signed_in(renewed)).id == clerk.id
    assert (await citizen_certificates.of(by=clerk))[0].expires_at == renewed.certificate.not_valid_after_utc
    with pytest.raises(NotBound):
        await signed_in(authority.card(subject_serial='0000000187654321'))


async def test_binding_needs_the_password_and_wrong_ones_lock(authority: Authority) -> None:
    clerk = await somebody()

    for _ in range(4):
        with pytest.raises(WrongPassword):
            await citizen_certificates.prove('Wrong-Passw0rd', session=SESSION, by=clerk)
    with pytest.raises(SignInLocked):  # the fifth is told that it was one too many
        await citizen_certificates.prove('Wrong-Passw0rd', session=SESSION, by=clerk)
    with pytest.raises(SignInLocked):
        await citizen_certificates.prove(PASSWORD, session=SESSION, by=clerk)
    assert await SignatureChallenge.all() == []


async def test_binding_and_removing_stand_in_the_history_and_are_told_to_the_owner(authority: Authority) -> None:
    clerk = await somebody(name='林大滿')
    card = await bound(authority.card(), clerk)
    await citizen_certificates.remove(card.id, by=clerk)

    until = dates.roc(dates.day_of(card.expires_at))
    assert [
        (one.section, one.subject, one.action, one.old, one.new) for one in await OfficeEntry.all().order_by('id')
    ] == [
        ('帳號', '林大滿', '綁定自然人憑證', '', f'林小滿，有效至 {until}'),
        ('帳號', '林大滿', '移除自然人憑證', f'林小滿，有效至 {until}', ''),
    ]
    assert await mails() == [
        ('own@example.com', '綁定自然人憑證（林小滿，與帳號姓名不同），本人以密碼登入後綁定'),
        ('own@example.com', '移除自然人憑證（林小滿）'),
    ]


async def test_the_mail_says_what_has_changed_and_what_to_do(authority: Authority) -> None:
    with dates.frozen(datetime(2026, 3, 5, 14, 58, tzinfo=dates.TAIPEI)):
        made = Authority()
        authorities.use([made.certificate])
        await revocation_lists.keep(made.revocation_list())
        await bound(made.card(), await somebody())

    mail = await OutgoingMail.get(template='card_changed')
    assert mail.subject == '【志願服務紀錄冊】您帳號綁定的自然人憑證已變更'
    assert str(mail.body.open()).partition('\n\n─')[0].strip().split('\n\n')[:4] == [
        '林小滿 您好：',
        '可以登入您帳號的自然人憑證有變更。',
        '　時　間：民國 115/03/05 14:58\n　內　容：綁定自然人憑證（林小滿），本人以密碼登入後綁定',
        '是您本人變更的話，不需要做任何事。\n'
        '不是您本人變更的話，請立刻點選「忘記密碼?」換成新的密碼（原來綁定的憑證會一併移除），並洽下方的客服諮詢專線：\n'
        '　https://book.example.tw/account/forgotten',
    ]


async def test_two_cards_that_come_for_the_first_time_at_once_are_not_both_bound(authority: Authority) -> None:
    """Of one name and the same four digits, to one number."""
    settings.use(Settings(card_opens_volunteers=True))
    volunteer = await a_volunteer(identity_number=NUMBER, name='林小滿')
    await an_account(Role.VOLUNTEER, volunteer=volunteer, name='林小滿')
    cards = [authority.card(), authority.card(subject_serial='0000000187654321')]

    outcomes = await asyncio.gather(*(signed_in(card, number=NUMBER) for card in cards), return_exceptions=True)

    assert sorted(type(one).__name__ for one in outcomes) == ['Account', 'NotBound']


async def test_a_volunteers_card_says_the_last_four_digits_and_stands_in_the_volunteers_history(
    authority: Authority,
) -> None:
    volunteer = await a_volunteer(identity_number=NUMBER, email='v@example.com', name='■小滿')
    own = await somebody(Role.VOLUNTEER, volunteer=volunteer, name='■小滿')

    with pytest.raises(NotTheirCard):
        await bound(authority.card(tail='6780'), own)
    card = authority.card()  # its name is written in another way: the password was right
    await bound(card, own)

    assert (await signed_in(card)).volunteer_id == volunteer.id
    [entry] = await HistoryEntry.filter(volunteer_id=volunteer.id)
    assert (entry.section, entry.action, entry.label, entry.by_id) == (
        Section.BASICS,
        HistoryAction.ADDED,
        '自然人憑證',
        own.id,
    )
    assert await mails() == [('v@example.com', '綁定自然人憑證（林小滿，與帳號姓名不同），本人以密碼登入後綁定')]
    assert await OfficeEntry.all() == []


async def test_a_passport_has_other_digits_than_the_card(authority: Authority) -> None:
    volunteer = await a_volunteer(identity_number='350123456', identity_kind=IdentityKind.PASSPORT)

    await bound(authority.card(), await somebody(Role.VOLUNTEER, volunteer=volunteer))


async def test_a_card_is_bound_to_one_account(authority: Authority) -> None:
    first, second, card = await somebody(), await somebody(), authority.card()
    kept = await bound(card, first)

    with pytest.raises(CardTaken):
        await bound(card, second)
    assert (await bound(card, first)).id == kept.id
    assert len(await mails()) == 1
    with pytest.raises(NotFound):
        await citizen_certificates.remove(kept.id, by=second)
    assert (await signed_in(card)).id == first.id


async def test_of_two_accounts_that_bind_a_card_at_once_one_has_it(authority: Authority) -> None:
    clerks, card = [await somebody(), await somebody()], authority.card()

    outcomes = await asyncio.gather(*(bound(card, clerk) for clerk in clerks), return_exceptions=True)

    assert sorted(type(one).__name__ for one in outcomes) == ['CardTaken', 'CitizenCertificate']
    assert len(await mails()) == 1


async def test_an_account_has_five_cards_at_most(authority: Authority) -> None:
    clerk = await somebody()
    for number in range(citizen_certificates.MOST_CARDS):
        await bound(authority.card(subject_serial=f'{number:016}'), clerk)

    with pytest.raises(TooManyCards, match='最多綁定 5 張'):
        await bound(authority.card(), clerk)


class TestAChallenge:
    async def test_is_used_once_whatever_comes_of_it(self, authority: Authority) -> None:
        clerk, card = await somebody(), authority.card()
        await bound(card, clerk)
        good, bad = [await citizen_certificates.start(BROWSER) for _ in range(2)]

        await citizen_certificates.sign_in(good, card.answer(good), browser=BROWSER)
        with pytest.raises(ChallengeOver):
            await citizen_certificates.sign_in(good, card.answer(good), browser=BROWSER)
        with pytest.raises(UnfitSignature):
            await citizen_certificates.sign_in(bad, 'AAAA', browser=BROWSER)
        with pytest.raises(ChallengeOver):
            await citizen_certificates.sign_in(bad, card.answer(bad), browser=BROWSER)

    async def test_is_used_once_by_many_at_once(self, authority: Authority) -> None:
        clerk, card = await somebody(), authority.card()
        await bound(card, clerk)
        text = await citizen_certificates.start(BROWSER)

        tries = (citizen_certificates.sign_in(text, card.answer(text), browser=BROWSER) for _ in range(8))
        outcomes = await asyncio.gather(*tries, return_exceptions=True)

        assert sorted(type(one).__name__ for one in outcomes) == ['Account', *['ChallengeOver'] * 7]

    @pytest.mark.parametrize('browser', ['another browser', ''])
    async def test_of_another_browser_is_of_no_use_and_is_not_used_up(self, authority: Authority, browser: str) -> None:
        clerk, card = await somebody(), authority.card()
        await bound(card, clerk)
        text = await citizen_certificates.start(BROWSER)

        with pytest.raises(ChallengeOver):
            await citizen_certificates.sign_in(text, card.answer(text), browser=browser)
        assert (await citizen_certificates.sign_in(text, card.answer(text), browser=BROWSER)).id == clerk.id

    async def test_for_one_act_is_none_for_the_other(self, authority: Authority) -> None:
        """Somebody lured into signing in must not have bound the card, and nobody binds without the password."""
        clerk, card = await somebody(), authority.card()
        await bound(card, clerk)
        to_sign_in = await citizen_certificates.start(SESSION)
        to_bind = await citizen_certificates.prove(PASSWORD, session=SESSION, by=clerk)

        with pytest.raises(ChallengeOver):
            await citizen_certificates.bind(to_sign_in, card.answer(to_sign_in), session=SESSION, by=clerk)
        with pytest.raises(ChallengeOver):
            await citizen_certificates.sign_in(to_bind, card.answer(to_bind), browser=SESSION)

    async def test_is_over_after_three_minutes_and_is_swept(self, authority: Authority) -> None:
        card = authority.card()
        with dates.frozen(dates.now()):
            text = await citizen_certificates.start(BROWSER)
        with dates.frozen(dates.now() + citizen_certificates.CHALLENGE_LASTS):
            with pytest.raises(ChallengeOver):
                await citizen_certificates.sign_in(text, card.answer(text), browser=BROWSER)
            assert await challenges.sweep() == 1

    @pytest.mark.parametrize('text', ['', 'made up', 'x' * 10_000, '\ud800', '\0'])
    async def test_that_never_was_one_opens_nothing(self, authority: Authority, text: str) -> None:
        with pytest.raises(ChallengeOver):
            await citizen_certificates.sign_in(text, authority.card().answer('made up'), browser=BROWSER)

    async def test_is_kept_as_a_digest(self, authority: Authority) -> None:
        text = await citizen_certificates.start(BROWSER)

        [kept] = await SignatureChallenge.all()
        told = f'{kept.digest} {kept.browser}'
        assert (kept.act, len(kept.digest), text in told, BROWSER in told) == (
            CardAct.SIGN_IN,
            64,
            False,
            False,
        )


class TestAVolunteerWhoComesForTheFirstTime:
    """Without a password, where the office allows it: the number is typed, name and digits are on the card."""

    @pytest.fixture(autouse=True)
    def allowed(self, its_list: None) -> None:
        settings.use(Settings(card_opens_volunteers=True))

    async def the_volunteer(self, **changes: Any) -> Account:
        facts = {'identity_number': NUMBER, 'name': '林小滿', 'email': 'v@example.com'} | changes
        volunteer = await a_volunteer(**facts)
        return await an_account(Role.VOLUNTEER, volunteer=volunteer, name=volunteer.name)

    async def test_is_found_by_the_number_and_then_by_the_card(self, authority: Authority) -> None:
        own, card = await self.the_volunteer(), authority.card(name='林　小滿')

        assert (await signed_in(card, number=' a1234-56789 ')).id == own.id
        assert (await signed_in(card)).id == own.id
        assert await mails() == [
            ('v@example.com', '綁定自然人憑證（林　小滿），本人以自然人憑證與身分證字號第一次登入')
        ]

    @pytest.mark.parametrize(
        'card',
        [{'tail': '6780'}, {'name': '林大滿'}, {'name': ''}],
        ids=['other digits', 'another name', 'no name'],
    )
    async def test_is_not_found_by_a_card_that_says_something_else(
        self, authority: Authority, card: dict[str, str]
    ) -> None:
        await self.the_volunteer()

        with pytest.raises(NotBound):
            await signed_in(authority.card(**card), number=NUMBER)  # type: ignore[arg-type]

    async def test_is_not_found_by_another_card_once_there_is_one(self, authority: Authority) -> None:
        """Two people may have one name and the same four digits."""
        await self.the_volunteer()
        await signed_in(authority.card(), number=NUMBER)

        with pytest.raises(NotBound):
            await signed_in(authority.card(subject_serial='0000000187654321', key=1), number=NUMBER)

    async def test_is_not_found_where_the_office_does_not_allow_it_or_nothing_is_typed(
        self, authority: Authority
    ) -> None:
        await self.the_volunteer()
        with pytest.raises(NotBound):
            await signed_in(authority.card())
        settings.use(Settings())

        with pytest.raises(NotBound):
            await signed_in(authority.card(), number=NUMBER)

    async def test_numbers_are_not_tried_one_after_the_other(self, authority: Authority) -> None:
        await self.the_volunteer()
        for _ in range(login_lock.ATTEMPTS):
            with pytest.raises(NotBound):
                await signed_in(authority.card(tail='6780'), number=NUMBER)

        with pytest.raises(SignInLocked):
            await signed_in(authority.card(), number=NUMBER)

    async def test_staff_are_not_found_by_their_names(self, authority: Authority) -> None:
        await somebody(username='a123456789', name='林小滿')

        with pytest.raises(NotBound):
            await signed_in(authority.card(), number=NUMBER)


class TestAnAccount:
    async def test_that_is_closed_or_locked_or_whose_unit_is_closed_is_not_entered_by_a_card_either(
        self, authority: Authority
    ) -> None:
        clerk, card = await somebody(), authority.card()
        await bound(card, clerk)
        for _ in range(login_lock.ATTEMPTS):
            with pytest.raises((SignInRefused, SignInLocked)):
                await accounts.sign_in(clerk.username or '', 'Wrong-Passw0rd')

        with pytest.raises(SignInLocked):
            await signed_in(card)
        await login_lock.lift(await login_lock.index_of_account(clerk))
        await Account.filter(id=clerk.id).update(is_active=False)
        with pytest.raises(AccountClosed):
            await signed_in(card)
        await Account.filter(id=clerk.id).update(is_active=True)
        assert clerk.host_unit is not None
        clerk.host_unit.is_active = False
        await clerk.host_unit.save()
        with pytest.raises(UnitClosed):
            await signed_in(card)

    async def test_that_is_fetched_back_by_mail_has_no_cards_any_more(self, authority: Authority) -> None:
        """They may be somebody's who knew the password."""
        clerk, card = await somebody(), authority.card()
        await bound(card, clerk)
        await accounts.request_reset(clerk.username or '', 'own@example.com')
        reset = await OutgoingMail.get(template='reset')
        token = str(reset.body.open()).partition('token=')[2].split()[0]

        await accounts.reset_password(token, 'Another-Passw0rd')

        with pytest.raises(NotBound):
            await signed_in(card)
        notice = await OutgoingMail.get(template='password_changed')
        assert '用寄到信箱的連結設定；原來綁定的自然人憑證已移除，請登入後重新綁定' in str(notice.body.open())

    async def test_that_is_closed_loses_its_cards(self, authority: Authority) -> None:
        clerk, card = await somebody(), authority.card()
        await bound(card, clerk)
        details = AccountDetails.from_record(clerk)
        details.is_active = False

        await accounts.amend(clerk, details, knowingly=True, by=await an_account(Role.ADMINISTRATOR, name='系統管理者'))

        assert await CitizenCertificate.all() == []
        removed = await OfficeEntry.get(action='移除自然人憑證')
        assert (removed.by_name, removed.subject) == ('系統管理者', '林小滿')

    async def test_that_is_fetched_back_by_a_code_on_paper_has_none_either(self, authority: Authority) -> None:
        unit_clerk = await somebody()
        volunteer = await a_volunteer(unit_clerk.host_unit, identity_number=NUMBER, name='林小滿')
        own = await somebody(Role.VOLUNTEER, volunteer=volunteer)
        await bound(authority.card(), own)
        sheet = await paper_codes.printed(volunteer, by=unit_clerk)

        await paper_codes.use(NUMBER, volunteer.born_on, sheet.code, 'Another-Passw0rd', '')

        assert await CitizenCertificate.all() == []


async def test_a_revoked_card_neither_signs_in_nor_is_bound(authority: Authority) -> None:
    clerk, lost, other = await somebody(), authority.card(), authority.card(subject_serial='0000000187654321')
    await bound(lost, clerk)
    await bound(other, clerk)

    await revocation_lists.keep(authority.revocation_list(lost, hours=(-0.5, 24)))

    for act in (signed_in(lost), bound(lost, clerk)):
        with pytest.raises(CardRevoked):
            await act
    assert (await signed_in(other)).id == clerk.id


async def test_without_a_list_that_holds_today_no_card_is_taken(authority: Authority) -> None:
    clerk, card = await somebody(), authority.card()
    await bound(card, clerk)

    with dates.frozen(dates.now() + timedelta(hours=25)), pytest.raises(RevocationUnknown):
        await signed_in(card)


async def test_an_office_without_authorities_takes_no_cards(authority: Authority) -> None:
    authorities.use([])

    assert not citizen_certificates.is_offered()
    for act in (
        citizen_certificates.start(BROWSER),
        citizen_certificates.sign_in('', '', browser=BROWSER),
        citizen_certificates.prove(PASSWORD, session=SESSION, by=await somebody()),
        citizen_certificates.bind('', '', session=SESSION, by=await somebody()),
    ):
        with pytest.raises(NotOffered):
            await act


async def test_what_fails_is_counted_for_the_address_and_what_succeeds_is_not(authority: Authority) -> None:
    settings.use(Settings(login_failures=5))
    clerk, card = await somebody(), authority.card()
    await bound(card, clerk)
    for _ in range(6):
        await signed_in(card, client='192.0.2.7')
    for _ in range(5):
        with pytest.raises(CardRefused):
            await citizen_certificates.sign_in('', '', browser=BROWSER, client='192.0.2.7')

    with pytest.raises(limits.Exceeded):
        await signed_in(card, client='192.0.2.7')
    for _ in range(10):
        await citizen_certificates.start(BROWSER, client='192.0.2.8')
    with pytest.raises(limits.Exceeded, match='開始憑證登入的次數太多'):
        await citizen_certificates.start(BROWSER, client='192.0.2.8')


async def test_the_log_has_account_certificate_and_reason_and_nobody_s_name(
    authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, 'domain.citizen_certificates')
    clerk, card, other = await somebody(), authority.card(), authority.card(subject_serial='0000000187654321')
    await bound(card, clerk)
    await signed_in(card)
    with pytest.raises(NotBound):
        await signed_in(other)
    with pytest.raises(UnfitSignature):
        await citizen_certificates.sign_in(await citizen_certificates.start(BROWSER), 'AAAA', browser=BROWSER)

    assert [line for line in caplog.messages if 'cannot be read' not in line] == [
        f'account {clerk.id} signed in by the certificate {card.certificate.serial_number:X}',
        f'the certificate {other.certificate.serial_number:X} does not sign in: NotBound',
        'a card was refused: UnfitSignature',
    ]
