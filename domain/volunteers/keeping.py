"""How the basics of a volunteer are kept, and what of a change the history says."""

from typing import Any

from db import sealing
from db.choices import IdentityKind
from db.models import Volunteer

from .. import dates, files, identity_numbers, validation
from ..audit import history
from ..audit.history import Change
from . import spelling
from .basics import FIELDS, VolunteerDetails

# The columns that are not named as their field is.
FIELD_OF = {'identity_index': 'identity_number', 'photo_id': 'photo'}


def kept(volunteer: Volunteer) -> dict[str, Any]:
    """The record by column."""
    return VolunteerDetails.from_record(volunteer).columns() | {
        'identity_index': volunteer.identity_index,
        'identity_masked': volunteer.identity_masked,
    }


def following(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns whose values follow from those of `columns`."""
    found = spelling.keys(columns)
    if 'consents_to_data_use' in columns:
        found['consented_at'] = dates.now() if columns['consents_to_data_use'] else None
    return found


def number_of(details: VolunteerDetails) -> str:
    """The clean identity number. The details have no problems."""
    kind = validation.member(IdentityKind, details.identity_kind)
    assert kind is not None
    return identity_numbers.validate(kind, details.identity_number)


def number_columns(number: str) -> dict[str, Any]:
    """The number sealed, indexed, masked."""
    return {
        'identity_number': sealing.sealed(number, 'volunteer.identity_number'),
        'identity_index': sealing.blind_index(number),
        'identity_masked': identity_numbers.masked(number),
    }


async def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """For the history. Of a new person an unticked box is no news."""
    plain = {key: field for key, field in FIELDS.items() if key not in FIELD_OF.values()}
    found = [change for change in history.compared(plain, before, after) if change.old or change.new != '否']
    if before.get('identity_index') != after['identity_index']:
        old, new = before.get('identity_masked', ''), after['identity_masked']
        found.append(Change(FIELDS['identity_number'], old, new if old != new else f'{new}（中間的號碼不同）'))
    return found + await files.exchanged(FIELDS['photo'], before.get('photo_id'), after['photo_id'])
