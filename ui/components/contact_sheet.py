"""影像一覽: the photo and the certificates of every row of a roster that waits, with a mark for what was opened."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import links
from domain.cases import case_numbers
from domain.model import Account, Training
from domain.reviews import openings
from domain.rosters import RosterRow

from .desk.desk_facts import beside, photo_of, training_of
from .notices import showing_refusals


class contact_sheet(Element, component='contact_sheet.js'):
    """A picture that is shown over the whole screen opens its case, which is written down; then `renew` is called."""

    def __init__(self, account: Account, renew: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self._props['rows'] = '[]'
        self.ids: frozenset[int] = frozenset()

        async def opened(event: GenericEventArguments) -> None:
            if not isinstance(event.args, int) or event.args not in self.ids:
                return
            with showing_refusals():
                await openings.opened(event.args, by=account)
                await renew()

        self.on('opened', opened)

    def show(self, rows: Sequence[RosterRow], trainings: Mapping[int, list[Training]], roster_id: int) -> None:
        """Shows the rows whose `trainings`, by volunteer, are known."""
        listed = [
            _row(number, row, trainings[row.volunteer.id], roster_id)
            for number, row in enumerate(rows, start=1)
            if row.volunteer.id in trainings
        ]
        self.ids = frozenset(row['id'] for row in listed)
        text = json.dumps(listed, ensure_ascii=False)
        if text != self._props['rows']:
            self._props['rows'] = text
            self.update()


def _row(number: int, row: RosterRow, trainings: list[Training], roster_id: int) -> dict[str, Any]:
    person = row.volunteer
    who = {'title': '登錄的資料', 'facts': beside(person)}
    items = [_item(person.name, photo_of(person), [who], person.id, tall=True)]
    for each in trainings:
        facts = training_of(each)
        groups = [who, {'title': facts['title'], 'facts': facts['facts']}]
        items += [_item(person.name, facts[side], groups, person.id) for side in ('front', 'back')]
    return {
        'id': row.application.id,
        'n': number,
        'name': person.name,
        'no': case_numbers.written(row.application.id),
        'href': links.case(row.application.id, roster_id),
        'seen': row.is_opened,
        'items': items,
    }


def _item(
    name: str, doc: dict[str, Any], groups: list[dict[str, Any]], person_id: int, *, tall: bool = False
) -> dict[str, Any]:
    doc = doc | {'key': f'{person_id} {doc["key"]}'}  # a photo has the same place on every desk
    return {'doc': doc, 'tall': tall, 'title': f'{name}　{doc["label"]}', 'groups': groups}
