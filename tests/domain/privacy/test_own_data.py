"""本人資料的複製本: complete, for the person alone, and openable by other programs."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from tortoise import Tortoise
from tortoise.models import Model

from db.choices import LogAct, Role
from db.models import Account, LogEntry
from domain.errors import NotFound, NotPermitted
from domain.privacy import own_data
from domain.privacy.left_out import LEFT_OUT
from domain.privacy.parts import PARTS

from ...builders import a_complete_volunteer, a_volunteer, an_account, an_identity_number

pytestmark = pytest.mark.usefixtures('database')
# Hangs on what does not go along, and is said for whoever reads the list.
BELOW = {'DraftEntry'}


def of_a_person() -> dict[str, type[Model]]:
    """The models that hang on a volunteer, and those that hang on the volunteer's account."""
    models = {name: model for app in (Tortoise.apps or {}).values() for name, model in app.items()}
    found = {'Volunteer'} | {name for name, model in models.items() if _is_of_account(model)}
    while True:
        more = {
            name
            for name, model in models.items()
            for relation in model._meta.fk_fields | model._meta.o2o_fields
            if _target(model, relation) in found - LEFT_OUT.keys() - {'Account', 'StoredFile', 'OutgoingMail'}
        }
        if more <= found:
            return {name: models[name] for name in found}
        found |= more


def _is_of_account(model: type[Model]) -> bool:
    return 'account' in model._meta.fk_fields | model._meta.o2o_fields and _target(model, 'account') == 'Account'


def _target(model: type[Model], relation: str) -> str:
    related: Any = model._meta.fields_map[relation]
    return str(related.related_model.__name__)


def unsaid(name: str, model: type[Model]) -> Iterator[str]:
    said = {path for part in PARTS if part.model is model for path in part.columns}
    for column in model._meta.fields_db_projection:
        followed = any(path.startswith(f'{column.removesuffix("_id")}__') for path in said)
        left_out = {name, f'{name}.{column}', f'*.{column}'} & LEFT_OUT.keys()
        if column not in said and not (column.endswith('_id') and followed) and not left_out:
            yield f'{name}.{column}'


def test_every_column_of_a_person_goes_along_or_has_its_reason_why_not() -> None:
    lacking = [each for name, model in sorted(of_a_person().items()) for each in unsaid(name, model)]

    assert lacking == []


def test_every_reason_is_of_a_column_that_there_is() -> None:
    models = of_a_person()
    known = {f'{name}.{column}' for name, model in models.items() for column in model._meta.fields_db_projection}
    known |= set(models) | {f'*.{each.partition(".")[2]}' for each in known}

    assert LEFT_OUT.keys() - known - BELOW == set()


async def test_the_zip_has_all_forms_and_the_files_and_it_is_logged() -> None:
    clerk, number = await an_account(), an_identity_number()
    volunteer = await a_complete_volunteer(by=clerk, identity_number=number)
    person = await an_account(Role.VOLUNTEER, volunteer=volunteer)

    made = await own_data.copy('zip', by=person)

    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        names = archive.namelist()
        told = json.loads(archive.read('我的個人資料.json'))
        with zipfile.ZipFile(io.BytesIO(archive.read('我的個人資料.ods'))) as sheet:
            assert number in sheet.read('content.xml').decode()
        assert archive.read('我的個人資料.pdf').startswith(b'%PDF')
        pictures = [name for name in names if name.startswith('檔案/')]
        assert all(archive.read(name).startswith(b'\xff\xd8') for name in pictures)
    [basics] = told['資料']['基本資料']
    assert (basics['證件號碼'], basics['姓名']) == (number, volunteer.name)
    assert len(pictures) == len(told['資料']['檔案']) > 0
    assert [(one.act, one.about) for one in await LogEntry.filter(act=LogAct.EXPORTED)] == [
        (LogAct.EXPORTED, [volunteer.id])
    ]


async def test_nobody_else_gets_a_copy() -> None:
    volunteer = await a_volunteer()
    other: Account
    for other in (await an_account(), await an_account(Role.REVIEWER), await an_account(Role.ADMINISTRATOR)):
        with pytest.raises(NotPermitted):
            await own_data.copy('json', by=other)
    stranger = await an_account(Role.VOLUNTEER)
    with pytest.raises(NotFound):
        await own_data.gathered(volunteer, by=stranger)
    with pytest.raises(NotFound):
        await own_data.copy('exe', by=stranger)
