"""Accounts: signing in without a hint, locks, passwords, links, requests, and the administrator's part."""

import asyncio
import time
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from db.choices import MailPreference, MembershipStatus, RequestStatus, Role
from db.models import Account, AccountRequest, HostUnit, LoginFailure, Membership, OutgoingMail, PasswordReset, Session
from domain import accounts, dates, directory, settings
from domain.accounts import (
    AccountDetails,
    AccountRequestDetails,
    LinkExpired,
    SignInLocked,
    SignInRefused,
    UnfitPassword,
    UnitClosed,
    WrongPassword,
    new_passwords,
    passwords,
    sessions,
)
from domain.directory import HostUnitDetails
from domain.errors import Incomplete, MovedOn, NotFound, NotPermitted
from domain.mail import catalogue
from domain.settings import Settings

from ...builders import (
    PASSWORD,
    a_host_unit,
    a_membership,
    a_password_hash,
    a_volunteer,
    an_account,
    an_agency,
    an_identity_number,
)

pytestmark = pytest.mark.usefixtures('database')

RIGHT, WRONG, NEW = PASSWORD, 'Wrong-Passw0rd', 'Another-Passw0rd'


@pytest.fixture(autouse=True)
def office() -> Settings:
    """What links begin with."""
    chosen = Settings(public_url='https://book.example.tw')
    settings.use(chosen)
    return chosen


async def somebody(role: Role = Role.UNIT_STAFF, **changes: Any) -> Account:
    return await an_account(role, password_hash=await a_password_hash(), **changes)


async def tried(username: str, password: str = WRONG) -> type[Exception] | None:
    """What an attempt to sign in raises."""
    try:
        await accounts.sign_in(username, password)
    except Exception as refusal:
        return type(refusal)
    return None


async def link_in_the_mail() -> str:
    """The token of the link mailed last."""
    mail = await OutgoingMail.all().order_by('-id').first()
    assert mail is not None
    body = str(mail.body.open())
    return body.partition('https://book.example.tw/account/reset?token=')[2].split()[0]


class TestSigningIn:
    async def test_staff_sign_in_by_name_however_it_is_cased_and_spaced(self) -> None:
        clerk = await somebody(username='lin.xiaoman')

        account = await accounts.sign_in(' Ｌin.Xiaoman ', RIGHT)

        assert account == clerk
        assert accounts.office_of(account).startswith('示例文化中心')

    @pytest.mark.parametrize(('before', 'behind'), [('\u200b', ' '), ('\ufeff', '\r\n'), (' ', '\u200e')])
    async def test_what_is_pasted_with_the_name_and_the_password_is_no_failure(self, before: str, behind: str) -> None:
        clerk = await somebody(username='lin.xiaoman')

        for _ in range(6):
            assert await accounts.sign_in(f'{before}lin.xiaoman{behind}', f'{before}{RIGHT}{behind}') == clerk
        assert await tried('lin.xiaoman', f'{RIGHT}x') is SignInRefused

    async def test_a_password_with_blanks_around_it_is_one_of_its_own(self) -> None:
        clerk = await an_account(password_hash=await passwords.hash_password(f' {RIGHT} '))

        assert await accounts.sign_in(clerk.username or '', f' {RIGHT} ') == clerk
        assert await tried(clerk.username or '', RIGHT) is SignInRefused

    async def test_volunteers_sign_in_by_their_number(self) -> None:
        number = an_identity_number()
        account = await somebody(Role.VOLUNTEER, volunteer=await a_volunteer(identity_number=number))

        assert await accounts.sign_in(f'{number[:3].lower()} {number[3:]}', RIGHT) == account
        assert accounts.office_of(account) == '志工'

    @pytest.mark.parametrize('username', ['', '\0', ' ', 'nobody', "' OR 1=1 --", '𠮷' * 5000])
    async def test_nobody_signs_in_with_such_names(self, username: str) -> None:
        await somebody(Role.VOLUNTEER)

        assert await tried(username, RIGHT) is SignInRefused

    async def test_closed_accounts_and_those_without_a_password_are_refused_alike(self) -> None:
        closed, fresh = await somebody(is_active=False), await an_account()

        assert [await tried(each.username or '', RIGHT) for each in (closed, fresh)] == [SignInRefused] * 2
        assert await tried(fresh.username or '', '') is SignInRefused

    async def test_an_unknown_name_takes_as_much_work_as_a_known_one(self) -> None:
        known = (await somebody()).username or ''
        took: dict[str, list[float]] = {known: [], 'nobody': []}
        await passwords.verify(WRONG, None)

        for _ in range(4):
            for name, times in took.items():
                begun = time.process_time()  # of the processor: others do not count
                await tried(name)
                times.append(time.process_time() - begun)

        assert 0.5 < min(took[known]) / min(took['nobody']) < 2


class TestTheLock:
    async def test_the_fifth_failure_locks_known_and_unknown_names_alike(self) -> None:
        for name in ((await somebody()).username or '', 'nobody'):
            answers = [await tried(name) for _ in range(7)]

            assert answers == [SignInRefused] * 4 + [SignInLocked] * 3
            assert await tried(name, RIGHT) is SignInLocked

    async def test_other_spellings_of_the_name_are_the_same_name(self) -> None:
        for name in ('Nobody', 'nobody', ' NOBODY', 'ｎｏｂｏｄｙ', 'nobody '):
            await tried(name)

        assert await tried('nobody') is SignInLocked

    async def test_it_opens_after_fifteen_minutes_and_counts_anew(self) -> None:
        name, now = (await somebody()).username or '', dates.now()
        for _ in range(6):
            await tried(name)

        with dates.frozen(now + timedelta(minutes=14)):
            assert await tried(name, RIGHT) is SignInLocked
        with dates.frozen(now + timedelta(minutes=16)):
            assert [await tried(name) for _ in range(5)] == [SignInRefused] * 4 + [SignInLocked]

    async def test_the_right_password_forgets_the_failures(self) -> None:
        name = (await somebody()).username or ''

        answers = [await tried(name, each) for each in [WRONG] * 4 + [RIGHT] + [WRONG] * 4 + [RIGHT]]

        assert answers == [SignInRefused] * 4 + [None] + [SignInRefused] * 4 + [None]
        assert not await LoginFailure.exists()

    async def test_many_tries_at_once_are_no_way_around(self) -> None:
        name = (await somebody()).username or ''

        answers = await asyncio.gather(*(tried(name) for _ in range(30)))

        assert (answers.count(SignInRefused), answers.count(SignInLocked)) == (4, 26)

    async def test_an_old_failure_is_forgiven(self) -> None:
        name, now = 'nobody', dates.now()
        for _ in range(4):
            await tried(name)

        with dates.frozen(now + timedelta(minutes=20)):
            assert [await tried(name) for _ in range(4)] == [SignInRefused] * 4

    async def test_the_administrator_lifts_it(self) -> None:
        clerk, admin = await somebody(), await an_account(Role.ADMINISTRATOR)
        for _ in range(5):
            await tried(clerk.username or '')

        with pytest.raises(NotPermitted):
            await accounts.unlock(clerk, by=clerk)
        await accounts.unlock(clerk, by=admin)

        assert await tried(clerk.username or '', RIGHT) is None


class TestChangingThePassword:
    async def test_the_new_one_counts_and_other_browsers_are_signed_out(self) -> None:
        clerk = await somebody(must_change_password=True)
        here, elsewhere = [await sessions.open(clerk) for _ in range(2)]

        await accounts.change_password(clerk, RIGHT, NEW, by=clerk, keeping=sessions.digest_of(here))

        assert await tried(clerk.username or '', RIGHT) is SignInRefused
        assert await tried(clerk.username or '', NEW) is None
        assert await sessions.account_of(elsewhere) is None
        account = await sessions.account_of(here)
        assert account is not None
        assert not account.must_change_password

    async def test_the_last_three_do_not_come_again(self) -> None:
        clerk = await somebody()
        used = [RIGHT, *(f'Sample-Passw0rd-{n}' for n in (1, 2, 3))]
        for old, new in pairwise(used):
            await accounts.change_password(clerk, old, new, by=clerk)

        for recent in used[1:]:
            with pytest.raises(UnfitPassword, match='最近三次'):
                await accounts.change_password(clerk, used[-1], recent, by=clerk)
        await accounts.change_password(clerk, used[-1], used[0], by=clerk)

    async def test_the_rules_are_named(self) -> None:
        clerk = await somebody()

        with pytest.raises(UnfitPassword) as refusal:
            await accounts.change_password(clerk, RIGHT, 'short', by=clerk)

        assert str(refusal.value) == '密碼還不符合規則：密碼最短長度：12、包含數字、包含大寫字母。'

    async def test_the_old_one_is_asked_for_and_cannot_be_guessed(self) -> None:
        clerk = await somebody()
        for _ in range(5):
            with pytest.raises(WrongPassword):
                await accounts.change_password(clerk, WRONG, NEW, by=clerk)

        with pytest.raises(SignInLocked):
            await accounts.change_password(clerk, RIGHT, NEW, by=clerk)

    async def test_it_is_ones_own_affair(self) -> None:
        clerk = await somebody()

        with pytest.raises(NotPermitted):
            await accounts.change_password(clerk, RIGHT, NEW, by=await an_account(Role.ADMINISTRATOR))


class TestAForgottenPassword:
    async def test_the_mailed_link_sets_a_new_one_once(self) -> None:
        clerk = await somebody(email='Clerk@example.com')
        token = await sessions.open(clerk)
        for _ in range(5):
            await tried(clerk.username or '')

        await accounts.request_reset(clerk.username or '', 'clerk@EXAMPLE.com ')
        link = await link_in_the_mail()
        is_open = await accounts.is_reset_open(link)
        await accounts.reset_password(link, NEW)

        assert is_open
        assert await tried(clerk.username or '', NEW) is None
        assert await sessions.account_of(token) is None
        assert not await accounts.is_reset_open(link)
        with pytest.raises(LinkExpired):
            await accounts.reset_password(link, 'Third-Passw0rd-3')

    async def test_used_twice_at_once_it_works_once(self) -> None:
        clerk = await somebody(email='clerk@example.com')
        await accounts.request_reset(clerk.username or '', 'clerk@example.com')
        link = await link_in_the_mail()

        results = await asyncio.gather(
            *(accounts.reset_password(link, f'Another-Passw0rd-{n}') for n in range(4)), return_exceptions=True
        )

        assert sorted(type(result).__name__ for result in results) == ['LinkExpired'] * 3 + ['NoneType']

    async def test_a_password_against_the_rules_leaves_the_link_usable(self) -> None:
        clerk = await somebody(email='clerk@example.com')
        await accounts.request_reset(clerk.username or '', 'clerk@example.com')
        link = await link_in_the_mail()

        for unfit in ('short', RIGHT):
            with pytest.raises(UnfitPassword):
                await accounts.reset_password(link, unfit)
        await accounts.reset_password(link, NEW)

        assert await tried(clerk.username or '', NEW) is None

    async def test_it_lasts_half_an_hour(self) -> None:
        clerk, now = await somebody(email='clerk@example.com'), dates.now()
        await accounts.request_reset(clerk.username or '', 'clerk@example.com')
        link = await link_in_the_mail()

        with dates.frozen(now + timedelta(minutes=29)):
            assert await accounts.is_reset_open(link)
        with dates.frozen(now + timedelta(minutes=31)):
            assert not await accounts.is_reset_open(link)
            with pytest.raises(LinkExpired):
                await accounts.reset_password(link, NEW)

    async def test_who_does_not_fit_gets_no_mail_and_the_answer_takes_as_long(self) -> None:
        clerk = await somebody(email='clerk@example.com')
        await somebody(username='closed', email='closed@example.com', is_active=False)
        await somebody(username='without', email='')
        took = []

        for name, email in (
            (clerk.username or '', 'other@example.com'),
            ('nobody', 'clerk@example.com'),
            ('closed', 'closed@example.com'),
            ('without', ''),
        ):
            begun = time.perf_counter()
            await accounts.request_reset(name, email)
            took.append(time.perf_counter() - begun)

        assert not await OutgoingMail.exists()
        assert not await PasswordReset.exists()
        assert min(took) >= 0.3

    @pytest.mark.parametrize(
        ('known', 'typed'),
        [
            ('clerk@example.com', ' clerk＠example。com　'),
            ('a-very-long-name-of-a-clerk-in-an-office@culture.taichung.example.gov.tw', ''),
        ],
    )
    async def test_the_address_may_be_pasted_as_in_any_form_and_be_long(self, known: str, typed: str) -> None:
        clerk = await somebody(email=known)

        await accounts.request_reset(clerk.username or '', typed or known)

        assert [mail.recipient for mail in await OutgoingMail.all()] == [known]

    async def test_asked_for_again_and_again_it_is_mailed_every_five_minutes(self) -> None:
        clerk, now = await somebody(email='clerk@example.com'), dates.now()

        for minutes in (0, 1, 4, 6):
            with dates.frozen(now + timedelta(minutes=minutes)):
                await accounts.request_reset(clerk.username or '', 'clerk@example.com')

        assert await OutgoingMail.all().count() == 2

    async def test_a_volunteer_is_written_to_at_the_address_of_today(self) -> None:
        number = an_identity_number()
        volunteer = await a_volunteer(identity_number=number, email='new@example.com')
        await somebody(Role.VOLUNTEER, volunteer=volunteer, email='old@example.com')

        await accounts.request_reset(number, 'new@example.com')

        assert (await OutgoingMail.get()).recipient == 'new@example.com'


class TestTheVolunteersPassword:
    async def test_typed_by_the_clerk_it_is_changed_at_the_first_login(self) -> None:
        clerk, number = await somebody(), an_identity_number()
        volunteer = await a_volunteer(clerk.host_unit, identity_number=number)

        await accounts.give_volunteer_password(volunteer, RIGHT, by=clerk)

        account = await accounts.sign_in(number, RIGHT)
        assert (account.role, account.name, account.must_change_password) == (Role.VOLUNTEER, '陳小華', True)
        assert not await OutgoingMail.exists()

    async def test_by_the_system_the_owner_gets_a_link_and_no_password_is_mailed(self) -> None:
        clerk, number = await somebody(), an_identity_number()
        volunteer = await a_volunteer(clerk.host_unit, identity_number=number, email='v@example.com')

        await accounts.give_volunteer_password(volunteer, None, by=clerk)

        mail = await OutgoingMail.get()
        assert (mail.recipient, mail.template, mail.holds_secret) == ('v@example.com', 'first_password', True)
        assert await tried(number, '') is SignInRefused
        with dates.frozen(dates.now() + timedelta(hours=23)):
            await accounts.reset_password(await link_in_the_mail(), NEW)
            account = await accounts.sign_in(number, NEW)
        assert (account.volunteer_id, account.must_change_password) == (volunteer.id, False)

    async def test_an_old_link_does_not_keep_another_from_being_asked_for(self) -> None:
        clerk, number = await somebody(), an_identity_number()
        volunteer = await a_volunteer(clerk.host_unit, identity_number=number, email='v@example.com')
        await accounts.give_volunteer_password(volunteer, None, by=clerk)

        await accounts.request_reset(number, 'v@example.com')

        assert [mail.template for mail in await OutgoingMail.all().order_by('id')] == ['first_password', 'reset']

    async def test_a_second_one_replaces_the_first_and_ends_the_sessions(self) -> None:
        clerk, number = await somebody(), an_identity_number()
        volunteer = await a_volunteer(clerk.host_unit, identity_number=number)
        await accounts.give_volunteer_password(volunteer, RIGHT, by=clerk)
        token = await sessions.open(await accounts.sign_in(number, RIGHT))

        await accounts.give_volunteer_password(volunteer, NEW, by=clerk)

        assert await sessions.account_of(token) is None
        assert (await tried(number, RIGHT), await tried(number, NEW)) == (SignInRefused, None)

    async def test_a_unit_that_has_just_come_sets_none_until_the_agencys_days_are_over(self) -> None:
        clerk = await somebody()
        volunteer = await a_volunteer(clerk.host_unit, email='v@example.com')
        await Membership.filter(volunteer=volunteer).update(enrolled_at=dates.now())
        await an_agency(settling_days=20)
        await an_agency(settling_days=90, valid_to=dates.today() - timedelta(days=1))

        for days in (0, 19):
            with dates.frozen(dates.now() + timedelta(days=days)), pytest.raises(Incomplete) as refusal:
                await accounts.give_volunteer_password(volunteer, RIGHT, by=clerk)
            assert '剛收編這位志工' in refusal.value.problems['password']
        with dates.frozen(dates.now() + timedelta(days=21)):
            assert await accounts.hold(volunteer, by=clerk) is None
            await accounts.give_volunteer_password(volunteer, RIGHT, by=clerk)

    async def test_a_unit_that_is_not_the_only_one_sets_none(self) -> None:
        clerk, other = await somebody(), await a_host_unit(name='範例圖書館')
        volunteer = await a_volunteer(clerk.host_unit, email='v@example.com')
        await a_membership(volunteer, other)

        with pytest.raises(Incomplete) as refusal:
            await accounts.give_volunteer_password(volunteer, RIGHT, by=clerk)
        await accounts.give_volunteer_password(volunteer, None, by=clerk)

        assert '（範例圖書館）' in refusal.value.problems['password']
        assert [mail.template for mail in await OutgoingMail.all()] == ['first_password']
        other.is_active = False
        await other.save()
        assert await accounts.hold(volunteer, by=clerk) is None  # a closed unit does nothing any more

    async def test_without_an_address_nothing_can_be_mailed(self) -> None:
        clerk = await somebody()
        volunteer = await a_volunteer(clerk.host_unit)

        with pytest.raises(Incomplete) as refusal:
            await accounts.give_volunteer_password(volunteer, None, by=clerk)

        assert list(refusal.value.problems) == ['email']
        assert not await Account.filter(volunteer_id=volunteer.id).exists()

    async def test_other_units_former_units_and_other_roles_give_none(self) -> None:
        volunteer, former = await a_volunteer(), await a_host_unit()
        await a_membership(volunteer, former, status=MembershipStatus.LEFT)
        assert await Membership.filter(volunteer=volunteer).count() == 2

        for clerk in (await somebody(), await somebody(host_unit=former)):
            with pytest.raises(NotFound):
                await accounts.give_volunteer_password(volunteer, RIGHT, by=clerk)
        for role in (Role.ADMINISTRATOR, Role.REVIEWER):
            with pytest.raises(NotPermitted):
                await accounts.give_volunteer_password(volunteer, RIGHT, by=await an_account(role))


class TestTheNotice:
    """Whoever's password changes is told at the address on record."""

    async def told(self) -> list[tuple[str, str]]:
        """To whom, and how the password was set."""
        mails = await OutgoingMail.filter(template='password_changed').order_by('id')
        return [(mail.recipient, str(mail.body.open()).partition('方　式：')[2].split('\n')[0]) for mail in mails]

    async def test_follows_a_change_a_reset_and_a_password_of_the_unit(self) -> None:
        clerk = await somebody(email='clerk@example.com', mail_preference=MailPreference.NONE)
        volunteer = await a_volunteer(clerk.host_unit, email='v@example.com')
        await accounts.give_volunteer_password(volunteer, RIGHT, by=clerk)
        assert await self.told() == []  # a first password changes none

        await accounts.change_password(clerk, RIGHT, NEW, by=clerk)
        await accounts.request_reset(clerk.username or '', 'clerk@example.com')
        await accounts.reset_password(await link_in_the_mail(), 'Third-Passw0rd')
        await accounts.give_volunteer_password(volunteer, NEW, by=clerk)

        unit = (await HostUnit.get(id=clerk.host_unit_id)).name
        assert await self.told() == [
            ('clerk@example.com', '本人變更'),
            ('clerk@example.com', '用寄到信箱的連結設定'),
            ('v@example.com', f'運用單位「{unit}」設定了只能用一次的密碼'),
        ]

    async def test_of_another_address_goes_to_the_old_one_and_its_links_end(self) -> None:
        admin, clerk = await an_account(Role.ADMINISTRATOR), await somebody(email='old@example.com')
        await accounts.request_reset(clerk.username or '', 'old@example.com')
        link = await link_in_the_mail()

        details = AccountDetails.from_record(clerk)
        details.email = 'new@example.com'
        await accounts.amend(clerk, details, by=admin)

        mail = await OutgoingMail.get(template='email_changed')
        assert (mail.recipient, mail.account_id) == ('old@example.com', None)
        assert '新的信箱：n*****@example.com' in str(mail.body.open())
        assert not await accounts.is_reset_open(link)


class TestAccountsOfStaff:
    async def test_a_request_becomes_an_account_whose_owner_sets_the_password(self) -> None:
        admin, unit = await an_account(Role.ADMINISTRATOR), await a_host_unit()
        asked = AccountRequestDetails(
            organisation='示例文化中心',
            name='林小滿',
            username='Lin.XM',
            email='lin@example.com',
            phone='(04)0000-1234',
            unified_number='00501503',
            county_id=unit.county_id,
            contact='張主任',
        )
        await accounts.request_account(asked)
        await AccountRequest.all().update(confirmed_at=dates.now())
        await accounts.request_account(asked)
        [request] = await accounts.open_requests(by=admin)

        details = AccountDetails.from_request(request)
        details.host_unit_id = unit.id
        account = await accounts.grant(request, details, by=admin)
        link = await link_in_the_mail()
        with dates.frozen(dates.now() + timedelta(hours=23)):
            await accounts.reset_password(link, RIGHT)

        assert (account.username, account.role, account.host_unit_id) == ('lin.xm', Role.UNIT_STAFF, unit.id)
        assert await tried('lin.xm', RIGHT) is None
        assert await accounts.open_requests(by=admin) == []
        with pytest.raises(MovedOn):
            await accounts.refuse(request, '太晚了', by=admin)

    async def test_a_request_is_refused_with_a_reason_by_mail(self) -> None:
        admin = await an_account(Role.ADMINISTRATOR)
        request = await AccountRequest.create(
            organisation='不明單位',
            name='某人',
            username='someone',
            email='someone@example.com',
            phone='1',
            confirmed_at=dates.now(),
        )

        with pytest.raises(Incomplete):
            await accounts.refuse(request, ' ', by=admin)
        await accounts.refuse(request, '查無此單位。', by=admin)

        mail = await OutgoingMail.get()
        decided = await AccountRequest.get(id=request.id)
        assert (mail.recipient, '查無此單位。' in mail.body.open()) == ('someone@example.com', True)
        assert (decided.status, decided.decided_by_id) == (RequestStatus.REFUSED, admin.id)

    async def test_a_request_with_problems_is_not_kept(self) -> None:
        with pytest.raises(Incomplete) as refusal:
            await accounts.request_account(
                AccountRequestDetails(username='A123456789', email='x', name='\0', role=Role.ADMINISTRATOR)
            )

        assert list(refusal.value.problems) == [
            'organisation',
            'name',
            'username',
            'email',
            'phone',
            'role',
            'county_id',
            'contact',
        ]
        assert not await AccountRequest.exists()

    @pytest.mark.parametrize('county', ['http://www.google.example', '\0', 'xx'])
    async def test_a_county_that_is_none_is_refused_before_anybody_looks_for_its_agencies(self, county: str) -> None:
        with pytest.raises(Incomplete) as refusal:
            await accounts.request_account(AccountRequestDetails(county_id=county, agency_id=1))

        assert 'county_id' in refusal.value.problems

    async def test_a_name_already_taken_is_refused_and_nothing_is_mailed(self) -> None:
        admin, unit = await an_account(Role.ADMINISTRATOR), await a_host_unit()
        await an_account(username='taken')

        with pytest.raises(Incomplete) as refusal:
            await accounts.create(
                AccountDetails(username='Taken', name='甲', email='a@example.com', host_unit_id=unit.id), by=admin
            )

        assert list(refusal.value.problems) == ['username']
        assert not await OutgoingMail.exists()

    async def test_only_who_has_asked_for_an_account_is_told_so(self) -> None:
        admin, unit = await an_account(Role.ADMINISTRATOR), await a_host_unit()
        for was_asked_for in (False, True):
            details = AccountDetails(f'new{was_asked_for}', '甲', 'a@example.com', host_unit_id=unit.id)
            await accounts.create(details, was_asked_for=was_asked_for, by=admin)

        mails = await OutgoingMail.all().order_by('id')
        assert [mail.subject for mail in mails] == [
            '【志願服務紀錄冊】您的帳號已開通',
            '【志願服務紀錄冊】您申請的帳號已開通',
        ]
        assert ['您申請的' in mail.body.open() for mail in mails] == [False, True]

    async def test_an_account_has_the_one_office_of_its_role(self) -> None:
        admin, agency, unit = await an_account(Role.ADMINISTRATOR), await an_agency(), await a_host_unit()
        details = AccountDetails('wang', '王專員', 'w@example.com', '', Role.REVIEWER, unit.id, agency.id)

        account = await accounts.create(details, by=admin)

        assert (account.host_unit_id, account.agency_id) == (None, agency.id)
        assert accounts.office_of(await accounts.get(account.id, by=admin)) == agency.name
        details.agency_id = None
        assert list(details.problems()) == ['agency_id']

    async def test_amended_rights_sign_the_account_out(self) -> None:
        admin, clerk = await an_account(Role.ADMINISTRATOR), await somebody(email='c@example.com')
        token = await sessions.open(clerk)
        details = AccountDetails.from_record(clerk)
        details.host_unit_id = (await a_host_unit()).id

        await accounts.amend(clerk, details, knowingly=True, by=admin)

        assert await sessions.account_of(token) is None
        assert (await Account.get(id=clerk.id)).host_unit_id == details.host_unit_id

    async def test_an_administrator_cannot_lock_themselves_out(self) -> None:
        admin = await an_account(Role.ADMINISTRATOR, email='a@example.com')
        closed, demoted = AccountDetails.from_record(admin), AccountDetails.from_record(admin)
        closed.is_active, demoted.role = False, Role.UNIT_STAFF

        for details in (closed, demoted):
            with pytest.raises(NotPermitted):
                await accounts.amend(admin, details, by=admin)

    async def test_the_last_clerk_of_a_unit_goes_only_knowingly(self) -> None:
        administrator, last = await an_account(Role.ADMINISTRATOR), await an_account(email='c@example.com')
        closed = replace(AccountDetails.from_record(last), is_active=False)

        with pytest.raises(NotPermitted, match='最後一位承辦人'):
            await accounts.amend(last, closed, by=administrator)
        await accounts.amend(last, closed, knowingly=True, by=administrator)

        assert not (await Account.get(id=last.id)).is_active

    async def test_who_leaves_a_colleague_behind_goes_at_once(self) -> None:
        administrator, one = await an_account(Role.ADMINISTRATOR), await an_account(email='c@example.com')
        await an_account(host_unit_id=one.host_unit_id)

        assert await accounts.left_alone(one, AccountDetails.from_record(one), by=administrator) == ''
        await accounts.amend(one, replace(AccountDetails.from_record(one), is_active=False), by=administrator)

    async def test_volunteers_are_not_on_the_administrators_list(self) -> None:
        admin, volunteer = await an_account(Role.ADMINISTRATOR), await an_account(Role.VOLUNTEER)
        clerk = await an_account(name='乙')

        found = await accounts.find(by=admin)
        assert list(found.rows) == sorted([admin, clerk], key=lambda each: each.name)
        assert [one.name for one in (await accounts.find(by=admin, words='乙')).rows] == ['乙']
        assert (await accounts.find(by=admin, words='承辦人')).rows == [clerk]
        assert (await accounts.find(by=admin, page=2, per_page=1)).rows == list(found.rows)[1:]
        with pytest.raises(NotFound):
            await accounts.get(volunteer.id, by=admin)
        with pytest.raises(NotFound):
            await accounts.amend(volunteer, AccountDetails(), by=admin)

    @pytest.mark.parametrize('role', [Role.UNIT_STAFF, Role.REVIEWER, Role.VOLUNTEER])
    async def test_nobody_else_manages_accounts(self, role: Role) -> None:
        account, other = await an_account(role), await an_account()
        request = AccountRequest(id=1)

        for act in (
            accounts.find(by=account),
            accounts.open_requests(by=account),
            accounts.get(other.id, by=account),
            accounts.create(AccountDetails(), by=account),
            accounts.amend(other, AccountDetails(), by=account),
            accounts.grant(request, AccountDetails(), by=account),
            accounts.refuse(request, '不', by=account),
        ):
            with pytest.raises(NotPermitted):
                await act


async def test_letters_and_guide_are_remembered() -> None:
    clerk = await an_account()
    token = await sessions.open(clerk)
    seen = await sessions.account_of(token)
    assert seen is not None

    await accounts.set_text_size('larger', by=seen)
    await accounts.show_guide(False, by=seen)
    again = await sessions.account_of(token)
    await accounts.set_text_size('"><script>', by=seen)

    assert again is not None
    assert (again.text_size, again.hides_guide) == ('larger', True)
    assert (await Account.get(id=clerk.id)).text_size == ''
    assert await Session.all().count() == 1


async def test_a_closed_unit_is_signed_out_and_told_so_only_with_the_right_password() -> None:
    unit, admin = await a_host_unit(), await an_account(Role.ADMINISTRATOR)
    clerk = await somebody(username='closing', host_unit=unit)
    elsewhere = await somebody(username='staying')
    reviewer = await somebody(Role.REVIEWER, username='reviewing', agency=await an_agency())
    tokens = [await sessions.open(each) for each in (clerk, elsewhere, reviewer)]
    details = HostUnitDetails.from_record(unit)
    details.is_active = False

    await directory.save_host_unit(details, by=admin, of=unit)

    signed_in = [await sessions.account_of(token) for token in tokens]
    assert [each and each.username for each in signed_in] == [None, 'staying', 'reviewing']
    assert await tried('closing', RIGHT) is UnitClosed
    assert await tried('closing') is SignInRefused
    # A session that slipped in beside the closing is none either.
    assert await sessions.account_of(await sessions.open(clerk)) is None


async def test_a_closed_unit_gets_no_link_for_a_password() -> None:
    unit = await a_host_unit(is_active=False)
    await somebody(username='closing', host_unit=unit, email='closing@example.com')
    await accounts.request_reset('closing', 'closing@example.com')
    assert await OutgoingMail.all().count() == 0


@pytest.mark.parametrize(('username', 'password'), [('a' * 255_000, RIGHT), ('clerk', 'A1' + 'a' * 255_000)])
async def test_a_name_or_password_of_any_length_is_refused_without_work(username: str, password: str) -> None:
    await somebody(username='clerk')
    assert await tried(username, password) is SignInRefused
    assert await LoginFailure.all().count() == 0


async def test_every_spelling_that_finds_an_account_is_counted_as_one_name() -> None:
    await somebody(username='bossfest')
    for spelling in ('bossfest', 'BOSSFEST', 'boßfest', 'BOẞFEST', 'ｂossfest'):
        await tried(spelling)
    assert await tried('bossfest', RIGHT) is SignInLocked
    assert await LoginFailure.all().count() == 1


@pytest.mark.parametrize(
    'new', ['Password2026!', 'Passw0rd-1234', 'Ab1234567890', 'Aa1111111111', 'Lin-Hsiao-Man99', 'hsiaoman.LIN2026']
)
async def test_a_password_that_is_common_or_made_of_ones_own_words_is_refused(new: str) -> None:
    clerk = await somebody(username='hsiaoman.lin', name='LIN HSIAO MAN')
    with pytest.raises(UnfitPassword, match='太容易猜到'):
        await accounts.change_password(clerk, RIGHT, new, by=clerk)
    assert await tried('hsiaoman.lin', RIGHT) is None


async def test_a_password_longer_than_anybodys_is_not_kept() -> None:
    clerk = await somebody(username='clerk')
    with pytest.raises(UnfitPassword, match='最多 200 個字'):
        await accounts.change_password(clerk, RIGHT, f'{NEW}{"x" * 200}', by=clerk)


@pytest.mark.parametrize(
    'new',
    [
        'Volunteer2026x',
        'Sunshine12345A',
        'Qazwsxedc123!',
        'My-Garden-0912345678',
        'Green.hsiaoman.Door7',
        'Tea-示例館-2026Ab',
    ],
)
async def test_no_word_of_ones_own_stands_in_a_password_and_none_of_leaked_ones(new: str) -> None:
    unit = await a_host_unit(name='示例館')
    clerk = await somebody(username='hsiaoman', phone='0912-345-678', host_unit=unit)
    with pytest.raises(UnfitPassword, match='太容易猜到'):
        await accounts.change_password(clerk, RIGHT, new, by=clerk)


@pytest.mark.parametrize('of', ['number', 'tail', 'western', 'roc'])
async def test_a_volunteers_password_has_neither_number_nor_birthday(of: str) -> None:
    number = an_identity_number()
    volunteer = await a_volunteer(identity_number=number, born_on=date(1985, 5, 12))
    own = {'number': number, 'tail': number[-6:], 'western': '1985/05/12', 'roc': '0740512'}[of]
    account = await an_account(Role.VOLUNTEER, volunteer=volunteer)
    with pytest.raises(UnfitPassword, match='證號'):
        await new_passwords.keep(account, f'Walnut-Bicycle{own}', '')
    assert passwords.is_made_of('Walnut-Bicycle-84', await new_passwords.own_words(account)) is False


async def test_no_password_is_ever_in_a_mail() -> None:
    clerk, number = await somebody(email='c@example.com'), an_identity_number()
    volunteer = await a_volunteer(clerk.host_unit, identity_number=number, email='v@example.com')
    given = 'Walnut-Bicycle-84'
    await accounts.give_volunteer_password(volunteer, given, by=clerk)
    await accounts.give_volunteer_password(volunteer, f'{given}9', by=clerk)
    await accounts.change_password(clerk, RIGHT, f'{given}7', by=clerk)

    mails = [f'{mail.subject}{mail.body.open()}' for mail in await OutgoingMail.all()]
    assert len(mails) == 2
    assert [mail for mail in mails if given in mail] == []
    assert '密碼' not in ''.join(catalogue.FACTS)
