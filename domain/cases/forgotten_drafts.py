"""Drafts that stand in nobody's way any more, although a volunteer has one open application at most.

Nobody but their unit has ever seen them. They are forgotten when the unit has not touched them, form and record, for
`Settings.forgotten_after` days; when the person has left that unit; or when the unit is closed.
"""

from datetime import timedelta
from typing import Any

from tortoise.connection import get_connection

from db.models import Account, Application

from .. import dates, settings

# The drafts first, by themselves: otherwise all memberships of the nation are read beside them.
_FORGOTTEN = """
WITH drafts AS MATERIALIZED (SELECT * FROM application WHERE application.status = 'draft' AND {which})
SELECT drafts.id FROM drafts WHERE
    NOT EXISTS (
        SELECT 1 FROM membership JOIN host_unit ON host_unit.id = membership.host_unit_id
        WHERE membership.volunteer_id = drafts.volunteer_id AND host_unit.is_active
          AND membership.host_unit_id = drafts.host_unit_id AND membership.status <> 'left')
    OR ($2 > 0 AND drafts.updated_at < $3 AND NOT EXISTS (
        SELECT 1 FROM draft WHERE draft.kind = 'application' AND draft.saved_at >= $3
          AND draft.volunteer_id = drafts.volunteer_id AND draft.host_unit_id = drafts.host_unit_id))
"""
_ONE = 'application.id = $1'
_OF_PEOPLE = (
    'application.host_unit_id <> $1 AND application.volunteer_id IN'
    " (SELECT volunteer_id FROM membership ours WHERE ours.host_unit_id = $1 AND ours.status <> 'left')"
)


async def is_forgotten(draft: Application) -> bool:
    """Whether another unit may begin anew for the volunteer; False for all that is no draft."""
    return bool(await _ids(_ONE, draft.id))


async def of_our_people(*, by: Account) -> set[int]:
    """The forgotten drafts, by id, that other units have of people on the roster of `by`'s unit."""
    return await _ids(_OF_PEOPLE, by.host_unit_id)


async def _ids(which: str, key: Any) -> set[int]:
    after = settings.current().forgotten_after
    since = dates.now() - timedelta(days=after)
    sql = _FORGOTTEN.format(which=which)
    return {row['id'] for row in await get_connection('default').execute_query_dict(sql, [key, after, since])}
