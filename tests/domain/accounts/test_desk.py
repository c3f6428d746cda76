"""帳號申請 on the desk of the county: returned, granted, refused; and that no unit gets a twin."""

import re

import pytest

from db.choices import LogAct, RequestStatus, Role
from db.models import Account, AccountRequest, HostUnit, LogEntry, OutgoingMail
from domain import accounts, dates
from domain.accounts import AccountDetails, AccountRequestDetails, ConfirmationExpired, requests
from domain.directory import HostUnitDetails, admission, save_host_unit
from domain.errors import Incomplete, MovedOn, NotFound, NotPermitted

from ...builders import a_county, a_host_unit, an_account, an_agency

pytestmark = pytest.mark.usefixtures('database')

NUMBER, OTHER_NUMBER = '00501503', '04595257'


async def asked(username: str = 'lin.xm', **changes: object) -> AccountRequest:
    """A request that was confirmed by its mail."""
    await a_county()
    facts = {'organisation': '示例協會', 'name': '林小滿', 'username': username, 'email': f'{username}@example.com'}
    facts |= {'phone': '(04)0000-1234', 'unified_number': NUMBER, 'county_id': '66000', 'contact': '張主任'}
    await accounts.request_account(AccountRequestDetails(**facts | changes))
    await accounts.confirm_request(await token('account_confirm', 'confirm'))
    return await AccountRequest.get(username=username)


async def token(template: str, page: str) -> str:
    """Of the link in the latest mail of this kind."""
    mail = await OutgoingMail.filter(template=template).order_by('-id').first()
    assert mail is not None
    return re.findall(rf'/account/request/{page}\?token=([\w-]+)', str(mail.body.open()))[0]


async def mailed() -> list[str]:
    return [mail.template for mail in await OutgoingMail.all().order_by('id')]


async def test_a_request_comes_back_is_corrected_and_granted_and_the_applicant_is_told_each_time() -> None:
    county = await an_account(Role.COUNTY)
    request = await asked(unified_number=OTHER_NUMBER)
    await requests.return_for_correction(request, '統一編號不是貴單位的。\n請再確認。', by=county)
    link = await token('account_returned', 'correction')
    assert await accounts.open_requests(by=county) == []

    known = await requests.returned(link)
    assert known is not None
    assert known[1] == '統一編號不是貴單位的。\n請再確認。'
    details = AccountRequestDetails.from_record(known[0])
    details.unified_number, details.email = NUMBER, 'another@example.com'
    await requests.send_again(link, details)
    with pytest.raises(ConfirmationExpired):
        await requests.send_again(link, details)
    [request] = await accounts.open_requests(by=county)
    account = await admission.grant(request, AccountDetails.from_request(request), by=county)

    unit = await HostUnit.get(id=account.host_unit_id)
    assert (unit.name, unit.unified_number, unit.county_id) == ('示例協會', NUMBER, '66000')
    assert (account.email, account.is_unit_administrator) == ('lin.xm@example.com', True)
    assert await mailed() == [
        'account_confirm',
        'account_waits',
        'account_returned',
        'account_waits',
        'account_granted',
    ]
    steps = await requests.steps(request, by=county)
    assert [(step.status, step.by and step.by.id) for step in steps] == [
        (RequestStatus.OPEN, None),
        (RequestStatus.RETURNED, county.id),
        (RequestStatus.OPEN, None),
        (RequestStatus.GRANTED, county.id),
    ]
    assert await LogEntry.filter(act=LogAct.ACCOUNT_OPENED, by_id=county.id).count() == 1
    with pytest.raises(MovedOn):
        await requests.refuse(request, '太晚了', by=county)


async def test_what_is_not_corrected_in_time_ends_and_can_be_asked_anew() -> None:
    admin, request = await an_account(Role.ADMINISTRATOR), await asked()
    await requests.return_for_correction(request, '請補正。', by=admin)
    link = await token('account_returned', 'correction')

    with dates.frozen(dates.now() + requests.CORRECT_WITHIN):
        assert await requests.returned(link) is None
        assert await requests.sweep() == 1

    assert (await AccountRequest.get(id=request.id)).status == RequestStatus.REFUSED
    assert (await mailed())[-1] == 'account_refused'


async def test_the_county_decides_and_the_administrator_only_where_it_has_no_account() -> None:
    admin, request = await an_account(Role.ADMINISTRATOR), await asked()
    assert await requests.is_decider(request, by=admin)
    county = await an_account(Role.COUNTY)
    elsewhere = await an_account(
        Role.COUNTY, county=await a_county(code='63000', name='臺北市', letter='A', position=1)
    )
    details = AccountDetails.from_request(request)

    assert await accounts.open_requests(by=elsewhere) == []
    for act in (requests.refuse, requests.return_for_correction):
        with pytest.raises(NotPermitted, match='由臺中市志願服務主管機關決定'):
            await act(request, '不', by=admin)
        with pytest.raises(NotFound):
            await act(request, '不', by=elsewhere)
    with pytest.raises(NotPermitted):
        await admission.grant(request, details, by=admin)
    with pytest.raises(NotFound):
        await admission.grant(request, details, by=elsewhere)
    assert [one.id for one in await accounts.open_requests(by=county)] == [request.id]
    assert not await HostUnit.exists(name='示例協會')


async def test_a_unit_with_the_same_number_is_the_one_and_never_gets_a_twin() -> None:
    county = await an_account(Role.COUNTY)
    unit, other = await a_host_unit(unified_number=NUMBER), await a_host_unit()
    clerk = await an_account(host_unit=unit)
    request = await asked(organisation='示例協會（另一種寫法）')
    assert await requests.unit_of(request) == unit

    details = AccountDetails.from_request(request)
    details.host_unit_id = other.id
    with pytest.raises(Incomplete) as refusal:
        await admission.grant(request, details, by=county)
    assert '不要另外新增' in refusal.value.problems['host_unit_id']
    details.host_unit_id = None
    account = await admission.grant(request, details, by=county)

    assert (account.host_unit_id, account.is_unit_administrator) == (unit.id, False)
    assert await HostUnit.filter(unified_number=NUMBER).count() == 1
    with pytest.raises(Incomplete) as twin:
        await save_host_unit(
            HostUnitDetails('另一個名字', '66000', unified_number=NUMBER), by=await an_account(Role.ADMINISTRATOR)
        )
    assert list(twin.value.problems) == ['unified_number']
    assert clerk.host_unit_id == unit.id


async def test_an_old_unit_gets_its_number_and_one_with_another_number_is_refused() -> None:
    admin, unit = await an_account(Role.ADMINISTRATOR), await a_host_unit(name='示例協會')
    request = await asked()
    assert await requests.unit_of(request) == unit

    await admission.grant(request, AccountDetails.from_request(request), by=admin)
    second = await asked('second', unified_number=OTHER_NUMBER)
    details = AccountDetails.from_request(second)
    details.host_unit_id = unit.id
    with pytest.raises(Incomplete) as refusal:
        await admission.grant(second, details, by=admin)

    assert (await HostUnit.get(id=unit.id)).unified_number == NUMBER
    assert OTHER_NUMBER in refusal.value.problems['host_unit_id']


async def test_a_county_opens_no_account_of_another_county_or_role() -> None:
    county = await an_account(Role.COUNTY)
    north = await a_county(code='63000', name='臺北市', letter='A', position=1)
    far, agency = await a_host_unit(county=north), await an_agency(county=north)
    request = await asked()
    for changes, problem in (
        ({'host_unit_id': far.id}, 'host_unit_id'),
        ({'role': Role.REVIEWER, 'agency_id': agency.id}, 'agency_id'),
        ({'role': Role.ADMINISTRATOR}, 'role'),
        ({'role': Role.COUNTY, 'county_id': '66000'}, 'role'),
    ):
        details = AccountDetails.from_request(request)
        for key, value in changes.items():
            setattr(details, key, value)
        with pytest.raises(Incomplete) as refusal:
            await admission.grant(request, details, by=county)
        assert list(refusal.value.problems) == [problem]
    assert not await Account.exists(username='lin.xm')


async def test_another_request_for_the_same_unit_is_told_at_the_desk_and_the_same_one_by_mail() -> None:
    admin, first, second = await an_account(Role.ADMINISTRATOR), await asked('first'), await asked('second')

    assert [one.id for one in await requests.others_like(first, by=admin)] == [second.id]
    details = AccountRequestDetails.from_record(first)
    await accounts.request_account(details)

    told = await OutgoingMail.filter(template='account_waits', recipient='first@example.com').order_by('-id').first()
    assert told is not None
    assert '沒有重複建立' in told.body.open()
    assert await AccountRequest.all().count() == 2


@pytest.mark.parametrize(
    ('changes', 'problem'),
    [
        ({'unified_number': ''}, 'unified_number'),
        ({'unified_number': '00501504'}, 'unified_number'),
        ({'county_id': ''}, 'county_id'),
        ({'county_id': 'nowhere'}, 'county_id'),
        ({'county_id': '99999'}, 'county_id'),
        ({'agency_id': 99_999}, 'agency_id'),
        ({'role': Role.REVIEWER}, 'agency_id'),
        ({'contact': ''}, 'contact'),
    ],
)
async def test_a_request_says_which_unit_it_is_for(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(Incomplete) as refusal:
        await asked(**changes)

    assert list(refusal.value.problems) == [problem]
    assert not await OutgoingMail.exists()
