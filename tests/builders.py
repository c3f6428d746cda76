"""Builders of records: each sets only what a record must have, and takes the rest as changes. Nothing else happens."""

import base64
from datetime import date
from itertools import count
from typing import Any
from uuid import uuid4

from db import blobs, sealing
from db.choices import FileKind, IdentityKind, Role, Sex, TrainingKind
from db.models import Account, Agency, County, Field, HostUnit, Membership, StoredFile, Team, Training, Volunteer
from domain import dates, identity_numbers
from domain.accounts import passwords
from domain.volunteers import spelling

PASSWORD = 'Sample-Passw0rd'
_numbers = count(1)
_password_hashes: list[str] = []

# A JPEG of 1 × 1 pixels, without the marker that begins it.
_PIXEL = base64.b64decode(
    '/9sAQwAbEhQXFBEbFxYXHhwbIChCKyglJShROj0wQmBVZWRfVV1baniZgWpxkHNbXYW1hpCeo6utq2eAvMm6pseZqKuk/8AACwgAAQABAQERAP/E'
    'ABQAAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/AFX/2Q=='
)


def an_identity_number(sex: Sex = Sex.FEMALE) -> str:
    """A national ID number with the right check digit, another one each time; arithmetic, nobody's in particular."""
    first = f'A{1 if sex == Sex.MALE else 2}{next(_numbers):07}'
    for digit in '0123456789':
        try:
            return identity_numbers.validate(IdentityKind.NATIONAL_ID, first + digit)
        except identity_numbers.BadIdentityNumber:
            continue
    raise AssertionError('one digit of ten fits')


def a_jpeg() -> bytes:
    """A whole picture, with another digest each time."""
    remark = f'{next(_numbers)}'.encode()
    return b'\xff\xd8\xff\xfe' + (len(remark) + 2).to_bytes(2, 'big') + remark + _PIXEL


async def a_password_hash() -> str:
    """Of PASSWORD; made once for all tests, since hashing is slow on purpose."""
    if not _password_hashes:
        _password_hashes.append(await passwords.hash_password(PASSWORD))
    return _password_hashes[0]


async def a_county(**changes: Any) -> County:
    """臺中市, unless said otherwise; the same one each time."""
    facts: dict[str, Any] = {'code': '66000', 'name': '臺中市', 'letter': 'B', 'position': 4} | changes
    return await County.get_or_none(code=facts['code']) or await County.create(**facts)


async def a_field(name: str = '文化') -> Field:
    """The same one each time for a name."""
    return await Field.get_or_none(name=name) or await Field.create(name=name, position=next(_numbers))


async def an_agency(**changes: Any) -> Agency:
    facts = {'name': f'臺中市政府第{next(_numbers)}局', 'document_word': f'中市{next(_numbers)}志'} | changes
    return await Agency.create(**await _with(facts, county=a_county, field=a_field))


async def a_host_unit(**changes: Any) -> HostUnit:
    return await HostUnit.create(**await _with({'name': f'示例文化中心{next(_numbers)}'} | changes, county=a_county))


async def a_team(unit: HostUnit, name: str = '藝文導覽志工隊') -> Team:
    return await Team.create(host_unit=unit, name=name)


async def an_account(role: Role = Role.UNIT_STAFF, **changes: Any) -> Account:
    """With a unit, an agency or a volunteer of its own, as the role asks; nobody can sign in with it."""
    places: dict[Role, dict[str, Any]] = {
        Role.UNIT_STAFF: {'host_unit': a_host_unit},
        Role.REVIEWER: {'agency': an_agency},
        Role.VOLUNTEER: {'volunteer': a_volunteer},
        Role.ADMINISTRATOR: {},
        Role.SUPERVISOR: {'host_unit': a_host_unit},
        Role.COUNTY: {'county': a_county},
        Role.MINISTRY: {},
        Role.INSPECTOR: {},
    }
    name = None if role == Role.VOLUNTEER else f'account{next(_numbers)}'
    facts = {'role': role, 'name': '林小滿', 'username': name} | changes
    return await Account.create(**await _with(facts, **places[role]))


async def a_volunteer(unit: HostUnit | None = None, **changes: Any) -> Volunteer:
    """On the roster of `unit`, or of a unit of its own. `identity_number` may be given in clear."""
    sex = changes.get('sex', Sex.FEMALE)
    facts: dict[str, Any] = {
        'identity_kind': IdentityKind.NATIONAL_ID,
        'name': '陳小華',
        'sex': sex,
        'born_on': date(1985, 5, 12),
    }
    facts |= changes
    number = facts.pop('identity_number', None) or an_identity_number(sex)
    volunteer = await Volunteer.create(
        identity_number=sealing.sealed(number, 'volunteer.identity_number'),
        identity_index=sealing.blind_index(number),
        identity_masked=identity_numbers.masked(number),
        **spelling.keys({'english_name': ''} | facts),
        **facts,
    )
    await a_membership(volunteer, unit or await a_host_unit())
    return volunteer


async def a_membership(volunteer: Volunteer, unit: HostUnit, **changes: Any) -> Membership:
    facts: dict[str, Any] = {'volunteer': volunteer, 'host_unit': unit, 'joined_on': dates.today()} | changes
    return await Membership.create(**facts)


async def a_file(kind: FileKind = FileKind.CERTIFICATE, *, by: Account, **changes: Any) -> StoredFile:
    """A small picture, uploaded by `by`, still without an owner unless `volunteer` is given."""
    content = a_jpeg()
    facts: dict[str, Any] = {
        'id': uuid4(),
        'digest': await blobs.keep(content),
        'kind': kind,
        'media_type': 'image/jpeg',
        'name': '結業證書-正面.jpg',
        'size': len(content),
        'width': 1,
        'height': 1,
        'host_unit_id': by.host_unit_id,
        'uploaded_by': by,
    }
    return await StoredFile.create(**facts | changes)


async def a_training(volunteer: Volunteer, *, by: Account, **changes: Any) -> Training:
    """基礎訓練 of six hours for the unit of `by`, without certificate."""
    facts: dict[str, Any] = {
        'volunteer': volunteer,
        'trained_for_id': by.host_unit_id,
        'title': '志工基礎訓練',
        'starts_on': date(2026, 3, 8),
        'ends_on': date(2026, 3, 8),
        'provider': '示例文化中心',
        'kind': TrainingKind.BASIC,
        'minutes': 360,
        'created_by': by,
        'updated_by': by,
    }
    return await Training.create(**await _with(facts | changes, field=a_field))


async def a_complete_volunteer(*, by: Account, **changes: Any) -> Volunteer:
    """Somebody of the unit of `by` who can apply: photo, consent, basic and special training with both sides."""
    unit = await HostUnit.get(id=by.host_unit_id)
    volunteer = await a_volunteer(unit, **changes)
    volunteer.photo = await a_file(FileKind.PHOTO, by=by, volunteer=volunteer, name='照片.jpg')
    volunteer.is_photo_confirmed = True
    volunteer.consents_to_data_use, volunteer.consented_at = True, dates.now()
    await volunteer.save()
    for kind, title in ((TrainingKind.BASIC, '志工基礎訓練'), (TrainingKind.SPECIAL, '文化志工特殊訓練')):
        sides = {
            'certificate_front': await a_file(by=by, volunteer=volunteer, name='正面.jpg'),
            'certificate_back': await a_file(by=by, volunteer=volunteer, name='反面.jpg'),
        }
        await a_training(volunteer, by=by, kind=kind, title=title, **sides)
    return volunteer


async def _with(facts: dict[str, Any], **builders: Any) -> dict[str, Any]:
    """`facts`, and a record by its builder for each relation that nobody gave, neither as record nor as id."""
    for name, build in builders.items():
        if name not in facts and f'{name}_id' not in facts:
            facts[name] = await build()
    return facts
