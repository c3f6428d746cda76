"""A demo office to try the system with: two host units, two reviewers, volunteers at every stage of the way.

It is made by the services themselves, on first start when asked for and only in an empty office. The people are made
up; their numbers are passport numbers that begin with DEMO, because any valid national number may be somebody's. The
passwords are drawn at random for this office and kept in its private data folder.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from tortoise.connection import get_connection

from db import locks, transaction, unhurried
from db.choices import Role
from db.locks import Lock
from db.models import Account, Agency, County, HostUnit, PrivacyNotice, Team

from .. import directory, private_files, settings
from ..accounts import passwords
from ..calendar import office_calendar
from . import account_requests, people, second_unit
from .cast import ACCOUNTS, PEOPLE, UNITS
from .days import days_ago

__all__ = ['PEOPLE']

NOTICE_DAYS = 365


async def offer() -> list[str]:
    """Make the demo office if the office is empty; the lines that tell its addresses and accounts, if it is a demo."""
    kept = settings.current().data_dir / 'demo-accounts.json'
    if not await Account.exists():
        with unhurried():
            async with transaction():
                await _alone()
                if not await Account.exists():
                    await _make(kept)
    return _told(kept)


async def _alone() -> None:
    """Two first starts make one demo: the second waits here as long as it takes."""
    await get_connection('default').execute_query('SELECT set_config($1, $2, true)', ['lock_timeout', '0'])
    await locks.alone(Lock.DEMO)


def _told(kept: Path) -> list[str]:
    if not kept.exists():
        return []
    lines = [f'{who["role"]}：帳號 {who["username"]}　密碼 {who["password"]}' for who in json.loads(kept.read_text())]
    return ['示範帳號（只供試用，每次安裝都不同）：', *(f'  {line}' for line in lines)]


async def _make(kept: Path) -> None:
    county, preset = await directory.defaults()
    agency = await directory.agency(preset.id)
    agency.email, agency.phone = 'culture@example.gov.tw', '(04)0000-9012'
    await agency.save()
    await office_calendar.fill_ahead()
    # Nobody consents to a notice that is not there yet.
    await PrivacyNotice.all().update(published_at=days_ago(NOTICE_DAYS))
    units = [await _unit(name, phone, team, county) for name, phone, team in UNITS]
    staff, told = await _staff(units, agency, county)
    for number, person in enumerate(PEOPLE, 1):
        password = passwords.generated()
        await people.make(person, number, password, staff)
        if number == 1:
            await Account.filter(role=Role.VOLUNTEER).update(must_change_password=False)
            told.append({'role': '志工', 'username': people.passport(number), 'password': password})
    await second_unit.make(staff['clerk2'], staff['reviewer2'])
    await account_requests.make(staff['county'], agency)
    private_files.write(kept, json.dumps(told, ensure_ascii=False))


async def _staff(
    units: Sequence[HostUnit], agency: Agency, county: County
) -> tuple[dict[str, Account], list[dict[str, str]]]:
    """The accounts by user name, and what is told of them: role, user name, password."""
    told, staff = [], {}
    for n, (username, name, role, label) in enumerate(ACCOUNTS):
        password = passwords.generated()
        staff[username] = await Account.create(
            username=username,
            name=name,
            role=role,
            password_hash=await passwords.hash_password(password),
            email=f'{username}@example.com',
            phone='(04)0000-1234',
            host_unit=units[n] if role is Role.UNIT_STAFF else units[1] if role is Role.SUPERVISOR else None,
            agency=agency if role is Role.REVIEWER else None,
            county=county if role is Role.COUNTY else None,
            is_agency_supervisor=username == 'reviewer2',
            is_unit_administrator=username == 'clerk',
        )
        told.append({'role': label, 'username': username, 'password': password})
    return staff, told


async def _unit(name: str, phone: str, team: str, county: County) -> HostUnit:
    unit = await HostUnit.create(name=name, county=county, phone=phone, email='unit@example.com')
    await Team.create(host_unit=unit, name=team)
    return unit
