"""What a colleague or the office decides is decided on every page that has it open."""

from typing import Any

from db.choices import RightsKind, Role
from db.models import AccountRequest
from domain import accounts, dates, directory, rosters
from domain.accounts import sessions
from domain.directory import RequiredHoursDetails
from domain.model import Account
from domain.privacy import rights
from domain.privacy.rights import Asking

from ... import builders
from ..browser import Socket
from ..conftest import Browsers


async def opened(browsers: Browsers, account: Account, path: str) -> Socket:
    browser = await browsers()
    browser.token = await sessions.open(account)
    return await browser.connect(await browser.open(path))


async def test_an_answer_by_a_colleague_stands_on_the_open_page_whose_own_can_be_sent_no_more(
    browsers: Browsers,
) -> None:
    unit = await builders.a_host_unit()
    clerk, colleague = [await builders.an_account(host_unit=unit, name=name) for name in ('林小滿', '王同仁')]
    person = await builders.an_account(Role.VOLUNTEER, volunteer=await builders.a_volunteer(unit))
    asked = await rights.ask(Asking(RightsKind.VIEW, '想看我的訓練紀錄', host_unit_id=unit.id), by=person)
    socket = await opened(browsers, clerk, f'/rights/{asked.id}')

    await rights.extend(asked.id, '資料在檔案室', by=colleague)
    await socket.heard('資料在檔案室', '您在這裡寫的沒有送出')
    await rights.refuse(asked.id, '依法須保存', by=colleague)
    told = await socket.heard('依法須保存', '王同仁')

    assert told.count('您在這裡寫的沒有送出') == 2


async def test_an_account_request_leaves_the_list_of_its_county_and_its_open_page_is_loaded_anew(
    browsers: Browsers,
) -> None:
    county = await builders.a_county()
    clerk, colleague = [await builders.an_account(Role.COUNTY, county=county) for _ in range(2)]
    facts: dict[str, Any] = {
        'organisation': '示例協會',
        'name': '許只此',  # others of this office have left theirs in the list
        'username': 'hsu.seen',
        'email': 'seen@example.com',
        'phone': '1',
    }
    request = await AccountRequest.create(**facts, county=county, confirmed_at=dates.now())
    listed = await opened(browsers, clerk, '/county/accounts')
    case = await opened(browsers, clerk, f'/county/accounts?edit={request.id}')

    await accounts.refuse(request, '查無此單位。', by=colleague)

    assert '許只此' not in await listed.heard('update', '"rows"')
    await case.heard('run_javascript', 'location.reload()')


async def test_hours_that_the_office_changes_are_in_the_list_of_an_open_step_8_at_once(browsers: Browsers) -> None:
    unit = await builders.a_host_unit()
    clerk, admin = await builders.an_account(host_unit=unit), await builders.an_account(Role.ADMINISTRATOR)
    person = await builders.a_volunteer(unit)
    socket = await opened(browsers, clerk, f'/volunteers/{person.id}/record-book/application')

    new = RequiredHoursDetails(minutes=77 * 60, completed_from=dates.today())  # the latest of those that fit
    saved = await directory.save_required_hours(new, by=admin)
    try:
        await socket.heard('77 小時')
    finally:  # it would be of every volunteer of the office that later tests share
        await directory.remove_required_hours(saved, by=admin)


async def test_a_roster_that_a_colleague_renames_has_its_new_name_on_the_open_page(browsers: Browsers) -> None:
    unit, agency = await builders.a_host_unit(), await builders.an_agency()
    clerk, colleague = [await builders.an_account(host_unit=unit) for _ in range(2)]
    roster = await rosters.start('春季新進', agency.county_id, agency.id, by=clerk)
    socket = await opened(browsers, clerk, f'/rosters/{roster.id}')

    await rosters.rename(roster, '夏季新進', by=colleague)

    await socket.heard('page_head', '夏季新進')  # also where the page had read the old one, but did not listen yet
