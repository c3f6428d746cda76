"""登入碼 of the counter: fifteen minutes, once, with number and birth date; it changes no password."""

from datetime import date, timedelta

import pytest

from db.choices import LogAct
from db.models import Account, HostUnit, LogEntry
from domain import dates
from domain.accounts import login_lock
from domain.volunteers import counter_codes, paper_codes
from domain.volunteers.printed_codes import WrongCode

from ...builders import a_volunteer, an_account

BORN = date(1958, 5, 12)


async def test_a_code_of_the_counter_signs_in_once_and_for_a_quarter_of_an_hour(database: str) -> None:
    clerk = await an_account()
    volunteer = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id), born_on=BORN)
    number = volunteer.identity_number.open()
    with dates.frozen(dates.now()):
        code = (await counter_codes.printed(volunteer, by=clerk)).code
        late = (await counter_codes.printed(volunteer, by=clerk)).code

        with pytest.raises(WrongCode, match='、登入碼不相符'):  # as the page calls it
            await counter_codes.sign_in(number, BORN + timedelta(days=1), code)
        with pytest.raises(WrongCode):
            await paper_codes.use(number, BORN, code, 'Another-Passw0rd-7', '')
        account = await counter_codes.sign_in(number, BORN, code.lower())
        assert account == await Account.get(volunteer_id=volunteer.id)
        assert account.password_hash == ''
        with pytest.raises(WrongCode):
            await counter_codes.sign_in(number, BORN, code)
        with dates.frozen(dates.now() + counter_codes.LASTS), pytest.raises(WrongCode):
            await counter_codes.sign_in(number, BORN, late)
        assert await LogEntry.filter(act=LogAct.SIGN_IN_FAILED, what='登入碼').count() == 3


async def test_five_wrong_codes_lock_the_number(database: str) -> None:
    clerk = await an_account()
    volunteer = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id), born_on=BORN)
    number, code = volunteer.identity_number.open(), (await counter_codes.printed(volunteer, by=clerk)).code
    for _ in range(login_lock.ATTEMPTS):
        with pytest.raises(WrongCode):
            await counter_codes.sign_in(number, BORN, 'AAAA-AAAA-AAAA')
    with pytest.raises(login_lock.SignInLocked):
        await counter_codes.sign_in(number, BORN, code)
