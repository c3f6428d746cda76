"""The second step: codes by RFC 6238, each once; recovery codes; who is asked; who takes it away."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from db.choices import LockReason, LogAct, Role, SignInWay
from db.models import (
    Account,
    AccountReview,
    AuthenticatorApp,
    FactorDemand,
    LogEntry,
    OfficeEntry,
    OutgoingMail,
    RecoveryCode,
)
from domain import accounts, dates
from domain.accounts import (
    authenticator_apps,
    factor_demands,
    login_lock,
    reviews,
    second_factors,
    sessions,
    step_up,
    terms,
)
from domain.accounts.second_factors import FactorLocked, HalfOver, WrongCode
from domain.accounts.step_up import StepUpNeeded
from domain.audit import origin
from domain.audit.origin import Origin
from domain.errors import Incomplete, NotFound, NotPermitted
from domain.reports import usage_log

from ...builders import an_account

SECONDS = timedelta(seconds=1)
NOON = datetime(2026, 12, 31, 15, 59, 45, tzinfo=UTC)  # a quarter of a minute before the year ends in Taipei
# RFC 6238, appendix B, of eight digits the last six; the secret is the ASCII text 12345678901234567890.
VECTORS = {59: '287082', 1111111109: '081804', 1111111111: '050471', 1234567890: '005924', 2000000000: '279037'}
RFC_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'


@pytest.fixture(autouse=True)
def at_noon(database: str) -> Iterator[None]:
    sessions.forget()
    with dates.frozen(NOON):
        yield


async def with_app(account: Account) -> tuple[str, list[str]]:
    """The secret of an app that was set up just now, by the code of the step before, and the recovery codes."""
    begun = authenticator_apps.begin(account)
    codes = await second_factors.add_app(begun.kept, code_of(begun.secret, -1), by=account)
    return begun.secret, codes


def code_of(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(dates.now(), counter_offset=steps)


async def mails() -> list[str]:
    return [mail.body.open() for mail in await OutgoingMail.filter(template='factor_changed').order_by('id')]


@pytest.mark.parametrize(('second', 'code'), VECTORS.items(), ids=[str(second) for second in VECTORS])
async def test_codes_are_those_of_the_rfc(second: int, code: str) -> None:
    with dates.frozen(datetime.fromtimestamp(second, UTC)):
        assert authenticator_apps.step_of(RFC_SECRET, code) == second // 30
        assert authenticator_apps.step_of(RFC_SECRET, code[:-1]) is None


async def test_a_code_counts_once_and_so_does_none_of_an_earlier_step() -> None:
    clerk = await an_account()
    secret, _ = await with_app(clerk)
    now, before = code_of(secret), code_of(secret, -1)

    assert await second_factors.check_code(clerk, f' {now[:3]} {now[3:]} ') == SignInWay.APP_CODE
    for code in (now, before):
        with pytest.raises(WrongCode):
            await second_factors.check_code(clerk, code)

    with dates.frozen(NOON + 30 * SECONDS):
        await second_factors.check_code(clerk, code_of(secret))
        with pytest.raises(WrongCode):
            await second_factors.check_code(clerk, code_of(secret, 2))


async def test_five_wrong_codes_lock_the_second_step_and_the_right_password_does_not_lift_it() -> None:
    clerk = await an_account()
    secret, _ = await with_app(clerk)
    for _ in range(login_lock.ATTEMPTS):
        with pytest.raises(WrongCode):
            await second_factors.check_code(clerk, '000000')
    await login_lock.lift(await login_lock.index_of_account(clerk))

    with pytest.raises(FactorLocked):
        await second_factors.check_code(clerk, code_of(secret))
    failed = LogEntry.filter(act=LogAct.FACTOR_FAILED)
    assert await failed.exclude(what__endswith='（暫停登入中）').count() == login_lock.ATTEMPTS
    assert await failed.count() == login_lock.ATTEMPTS + 1
    assert await LogEntry.filter(act=LogAct.LOCKED, by_id=clerk.id).count() == 1

    with dates.frozen(NOON + login_lock.LASTS + SECONDS):
        await second_factors.check_code(clerk, code_of(secret))


async def test_a_recovery_code_counts_once_is_told_and_goes_with_a_new_set() -> None:
    clerk = await an_account(email='clerk@example.tw')
    _, codes = await with_app(clerk)
    assert len(codes) == 10

    assert await second_factors.check_code(clerk, codes[0].lower()) == SignInWay.RECOVERY_CODE
    with pytest.raises(WrongCode):
        await second_factors.check_code(clerk, codes[0])
    assert '還剩 9 組' in (await mails())[-1]
    assert await LogEntry.filter(act=LogAct.RECOVERY_USED, by_id=clerk.id).count() == 1

    renewed = await second_factors.renew_codes(by=clerk)
    with pytest.raises(WrongCode):
        await second_factors.check_code(clerk, codes[1])
    assert await second_factors.check_code(clerk, renewed[1]) == SignInWay.RECOVERY_CODE


async def test_what_is_kept_tells_neither_secret_nor_codes() -> None:
    clerk = await an_account()
    secret, codes = await with_app(clerk)

    [kept] = await AuthenticatorApp.all().values()
    digests = [row.digest for row in await RecoveryCode.all()]
    assert secret.encode() not in bytes(kept['secret'])
    assert not [code for code in codes if code.replace('-', '') in ''.join(digests)]


async def test_another_account_cannot_finish_what_was_begun_and_nothing_is_finished_late() -> None:
    clerk, other = await an_account(), await an_account()
    begun = authenticator_apps.begin(clerk)

    with pytest.raises(authenticator_apps.SetUpOver):
        await second_factors.add_app(begun.kept, code_of(begun.secret), by=other)
    with dates.frozen(NOON + timedelta(minutes=30) + SECONDS), pytest.raises(authenticator_apps.SetUpOver):
        await second_factors.add_app(begun.kept, code_of(begun.secret), by=clerk)
    for forged in ('', 'AAAA', begun.kept[:-8], '志工'):
        with pytest.raises(authenticator_apps.SetUpOver):
            await second_factors.add_app(forged, code_of(begun.secret), by=clerk)


async def test_the_half_open_sign_in_is_passed_once_and_is_over_after_ten_minutes() -> None:
    clerk = await an_account()
    secret, codes = await with_app(clerk)
    token, late = await second_factors.begin(clerk), await second_factors.begin(clerk)
    assert await sessions.account_of(token) is None

    account, way = await second_factors.pass_by_code(token, code_of(secret))
    assert (account, way) == (clerk, SignInWay.APP_CODE)
    for spent in (token, 'made-up', ''):
        with pytest.raises(HalfOver):
            await second_factors.pass_by_code(spent, codes[0])
    with dates.frozen(NOON + second_factors.HALF_LASTS), pytest.raises(HalfOver):
        await second_factors.pass_by_code(late, codes[0])
    assert await second_factors.sweep() == 0
    with dates.frozen(NOON + second_factors.HALF_LASTS):
        assert await second_factors.sweep() == 1


async def test_a_role_is_reminded_until_the_grace_is_over_and_then_sets_it_up_in_the_second_step() -> None:
    reviewer = await an_account(Role.REVIEWER)
    administrator = await an_account(Role.ADMINISTRATOR)
    assert not await second_factors.is_asked_of(reviewer)
    await factor_demands.save([Role.REVIEWER], 7, by=administrator)

    assert await second_factors.reminder(reviewer) == dates.today() + timedelta(days=6)
    assert await second_factors.reminder(administrator) is None
    assert not await second_factors.is_asked_of(reviewer)
    with dates.frozen(NOON + timedelta(days=7)):
        assert await second_factors.is_asked_of(reviewer)
        token = await second_factors.begin(reviewer)
        begun = authenticator_apps.begin(reviewer)
        with pytest.raises(WrongCode):
            await second_factors.pass_by_set_up(token, begun.kept, '000000')
        account, codes = await second_factors.pass_by_set_up(token, begun.kept, code_of(begun.secret))
        assert (account, len(codes)) == (reviewer, 10)
        assert await second_factors.reminder(reviewer) is None
        with pytest.raises(NotPermitted):
            await second_factors.remove_app(by=reviewer)


async def test_somebody_who_has_an_app_cannot_put_another_in_its_place_in_the_second_step() -> None:
    clerk = await an_account()
    await with_app(clerk)
    token, begun = await second_factors.begin(clerk), authenticator_apps.begin(clerk)

    with pytest.raises(HalfOver):
        await second_factors.pass_by_set_up(token, begun.kept, code_of(begun.secret))


async def test_a_half_open_sign_in_knows_its_first_step_and_is_nobodys_with_another_one() -> None:
    clerk = await an_account()
    secret, _ = await with_app(clerk)
    token = await second_factors.begin(clerk, SignInWay.COUNTER_CODE)

    assert second_factors.first_step_of(token) == SignInWay.COUNTER_CODE
    assert second_factors.first_step_of(await second_factors.begin(clerk)) == SignInWay.PASSWORD
    assert second_factors.first_step_of('made before there were others') == SignInWay.PASSWORD
    with pytest.raises(HalfOver):
        await second_factors.pass_by_code(token.replace('counter', 'password'), code_of(secret))


async def test_only_the_administrator_says_of_whom_it_is_demanded() -> None:
    clerk, administrator = await an_account(), await an_account(Role.ADMINISTRATOR)
    with pytest.raises(NotPermitted):
        await factor_demands.save([], 0, by=clerk)
    with pytest.raises(Incomplete):
        await factor_demands.save([], 366, by=administrator)

    await factor_demands.fill()
    await factor_demands.save([Role.ADMINISTRATOR, Role.UNIT_STAFF], 0, by=administrator)

    assert {row.role: row.grace_days for row in await FactorDemand.all()} == {'administrator': 0, 'unit_staff': 0}
    assert await second_factors.is_asked_of(clerk)


async def test_another_administrator_takes_lost_factors_away_and_the_owner_is_told() -> None:
    reviewer, administrator = (
        await an_account(Role.REVIEWER, email='r@example.tw'),
        await an_account(Role.ADMINISTRATOR),
    )
    await with_app(reviewer)
    await sessions.open(reviewer)
    with pytest.raises(NotPermitted):
        await second_factors.reset(reviewer, by=await an_account())
    with pytest.raises(NotPermitted):
        await second_factors.reset(administrator, by=administrator)
    with pytest.raises(NotFound):
        await second_factors.reset(await an_account(Role.VOLUNTEER), by=administrator)

    await second_factors.reset(reviewer, by=administrator)

    assert not (await second_factors.of(reviewer)).is_any
    assert await sessions.of(reviewer) == []
    assert await OfficeEntry.filter(subject=reviewer.name, by_id=administrator.id, action='第二道驗證').count() == 1
    added, taken_away = await mails()
    assert '新增：驗證器 App' in added
    assert f'系統管理者{administrator.name}重設' in taken_away


async def test_a_session_is_believed_for_ten_minutes_and_then_asked_again() -> None:
    clerk, other = await an_account(), await an_account()
    token = await sessions.open(clerk)
    here = Origin(session=sessions.digest_of(token))
    await step_up.require(clerk)  # from nowhere: nothing is asked

    with origin.of(here):
        await step_up.require(clerk)
        with pytest.raises(StepUpNeeded):
            await step_up.require(other)
        with dates.frozen(NOON + timedelta(minutes=10)):
            with pytest.raises(StepUpNeeded):
                await second_factors.renew_codes(by=clerk)
            await step_up.believe(clerk, '密碼')
            await step_up.require(clerk)
        assert await LogEntry.filter(act=LogAct.STEPPED_UP, by_id=clerk.id).count() == 1
        with dates.frozen(NOON + timedelta(minutes=20)), pytest.raises(StepUpNeeded):
            await step_up.require(clerk)
        await sessions.close(token)
        with pytest.raises(StepUpNeeded):
            await step_up.require(clerk)


async def test_an_old_session_changes_no_rule_of_the_accounts_and_takes_no_log_away() -> None:
    admin = await an_account(Role.ADMINISTRATOR)
    here = Origin(session=sessions.digest_of(await sessions.open(admin)))

    with origin.of(here), dates.frozen(NOON + timedelta(minutes=10)):
        with pytest.raises(StepUpNeeded):
            await terms.save_rules(terms.Rules(idle_days=0), by=admin)
        with pytest.raises(StepUpNeeded):
            await usage_log.export(usage_log.LogQuery(reason='年度稽核'), by=admin)

    assert await terms.rules() == terms.Rules()


async def test_an_old_session_unlocks_nobody_sends_no_link_and_finishes_no_review() -> None:
    admin, colleague = await an_account(Role.ADMINISTRATOR), await an_account(Role.ADMINISTRATOR, email='c@example.com')
    locked = await an_account(is_active=False, locked_because=LockReason.IDLE)
    review = await AccountReview.create(begun_at=NOON + timedelta(days=36500), due_on=dates.day_of(NOON))
    here = Origin(session=sessions.digest_of(await sessions.open(admin)))

    with origin.of(here), dates.frozen(NOON + timedelta(minutes=10)):
        for attempt in (
            terms.unlock(locked, by=admin),
            accounts.send_link(colleague, by=admin),
            reviews.confirm(review, [colleague.id], by=admin),
            reviews.close(review, colleague, by=admin),
        ):
            with pytest.raises(StepUpNeeded):
                await attempt
        assert (await reviews.get(review.id, by=admin)).pending == 2
        assert not (await Account.get(id=locked.id)).is_active

        await step_up.believe(admin, '密碼')
        await terms.unlock(locked, by=admin)
        assert await reviews.confirm(review, [admin.id, colleague.id], by=admin) == 2
