"""帳號申請 at the desk of the demo's county: one that waits, one that was returned and corrected, one not yet."""

import re
from datetime import timedelta

from db.choices import Role
from db.models import Account, AccountRequest, Agency, OutgoingMail

from .. import dates
from ..accounts import requests
from ..accounts.forms import AccountRequestDetails

_TOKEN = re.compile(r'[?&]token=([\w-]+)')


async def make(county: Account, agency: Agency) -> None:
    """As applicants and the county's officer would do it: asked, confirmed from the mail, returned, corrected."""
    library = AccountRequestDetails(
        organisation='樣張社區發展協會',
        name='江小禾',
        username='chiang.ho',
        email='chiang@example.com',
        phone='(04)0000-3456 轉 12',
        unified_number='99000002',
        county_id=agency.county_id,
        agency_id=agency.id,
        contact='理事長 方小樹',
        reason='本協會辦理社區導覽志工，今年起要申請紀錄冊。',
    )
    window = AccountRequestDetails(
        organisation=agency.name,
        name='邱小帆',
        username='chiu.fan',
        email='chiu@example.com',
        phone='(04)0000-9012 轉 34',
        role=Role.REVIEWER,
        county_id=agency.county_id,
        agency_id=agency.id,
        contact='科長 宋小岳',
    )
    now = dates.now()
    with dates.frozen(now - timedelta(days=3)):
        await _asked(library)
    with dates.frozen(now - timedelta(days=2)):
        [request] = await requests.open_requests(by=county)
        await requests.return_for_correction(request, '請補上立案證書所載的單位全名。', by=county)
        library.organisation = '臺中市樣張社區發展協會'
        await requests.send_again(await _token(), library)
    with dates.frozen(now - timedelta(days=1)):
        await _asked(window)


async def _asked(details: AccountRequestDetails) -> None:
    await requests.request_account(details)
    # A record is always created now.
    await AccountRequest.filter(username=details.username).update(created_at=dates.now())
    await requests.confirm_request(await _token())


async def _token() -> str:
    """That of the link in the mail of a moment ago."""
    async for mail in OutgoingMail.all().order_by('-id'):
        if found := _TOKEN.search(mail.body.open()):
            return found[1]
    raise LookupError('no mail has a link')
