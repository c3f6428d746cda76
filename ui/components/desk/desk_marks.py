"""補件標記: the reviewer marks what must be corrected, and checks the unit's answers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import corrections, dates, half_written, links
from domain.corrections import Anchor, Marked
from domain.errors import DomainError
from domain.half_written import Sheet
from domain.model import Account, Application, Correction, CorrectionReason, Place

from ..correction_marks import earlier
from ..notices import refuse
from ..states import MARKS


class desk_marks(Element, component='desk_marks.js'):
    """The marks of a case; whatever the browser sends about them goes to the service, which checks it."""

    def __init__(
        self,
        application: Application,
        account: Account,
        renew: Callable[[], Awaitable[None]],
        sheet: Sheet,
        written: Mapping[str, Any],
    ) -> None:
        super().__init__()
        self.application, self.account, self.renew, self.sheet = application, account, renew, sheet
        self._props.update({'sheet': sheet.id, 'written': dict(written), 'kept': {}})
        self.on('typed', self._keep)
        self._props.update({'marks': [], 'markable': False, 'turn': 0, 'refused': False})
        self._props['reasons'] = {
            each.value: {'label': each.label, 'text': corrections.TEXTS[each]} for each in CorrectionReason
        }
        self._props['criteria'] = list(corrections.PHOTO_CRITERIA)
        for event, act in (
            ('marked', self._mark),
            ('withdrawn', self._withdraw),
            ('accepted', self._accept),
            ('reopened', self._reopen),
        ):
            self.on(event, lambda given, act=act: self._run(act, given))

    def show(self, marks: Sequence[Marked], *, is_markable: bool) -> None:
        """These marks; `is_markable`: the reviewer may mark, withdraw and confirm now."""
        self._props.update({'marks': [_as_props(each) for each in marks], 'markable': is_markable})
        self.update()

    async def _keep(self, event: GenericEventArguments) -> None:
        """`{key, words, turn}`: what stands in the form of a mark, None when it was sent or given up."""
        given = event.args if isinstance(event.args, dict) else {}
        key, turn = given.get('key'), given.get('turn')
        try:
            await half_written.keep(self.sheet, cast(str, key), given.get('words'))
        except DomainError as refusal:
            refuse(refusal)
            return
        if isinstance(turn, int):
            self._props['kept'] = self._props['kept'] | {key: turn}
            self.update()

    async def _run(self, act: Callable[[Any], Awaitable[object]], event: GenericEventArguments) -> None:
        is_refused = False
        try:
            await act(event.args)
        except DomainError as refusal:
            refuse(refusal)
            is_refused = True
        await self.renew()
        self._props.update({'turn': self._props['turn'] + 1, 'refused': is_refused})
        self.update()

    async def _mark(self, given: Any) -> None:
        given = given if isinstance(given, dict) else {}
        reason, text = given.get('reason'), given.get('text')
        anchor = _anchor(given)
        known = await self._found(given.get('id')) if given.get('id') else None
        if known is None:
            await corrections.mark(self.application, anchor, reason, text, by=self.account)
        elif anchor.spot_x is None or (anchor.spot_x, anchor.spot_y) == (known.spot_x, known.spot_y):
            await corrections.amend(known, reason, text, by=self.account, seen=_seen(given))
        else:  # A mark keeps its spot. Another spot is another mark.
            await corrections.mark(self.application, anchor, reason, text, by=self.account)
            await corrections.withdraw(known, by=self.account)
        # The browser says so, too, if it is not loaded again before it hears that this was done.
        await half_written.keep(self.sheet, anchor_key(anchor.place, anchor.field, anchor.training_id), None)

    async def _withdraw(self, given: Any) -> None:
        await corrections.withdraw(await self._found(given), by=self.account)

    async def _accept(self, given: Any) -> None:
        """`{id, digest}` of one mark, or of several `{seen: [[id, digest], …]}`: what the browser showed there."""
        given = given if isinstance(given, dict) else {}
        if given.get('id'):
            digest = str(given.get('digest'))
            await corrections.accept(await self._found(given['id']), by=self.account, digest=digest)
            return
        pairs = given.get('seen') if isinstance(given.get('seen'), list) else []
        seen = {
            one[0]: str(one[1]) for one in pairs or [] if isinstance(one, list) and len(one) == 2 and _is_id(one[0])
        }
        await corrections.accept_all(self.application, by=self.account, seen=seen)

    async def _reopen(self, given: Any) -> None:
        given = given if isinstance(given, dict) else {}
        known = await self._found(given.get('id'))
        await corrections.reopen(known, str(given.get('text', '')), by=self.account)
        await half_written.keep(self.sheet, f'again:{known.id}', None)

    async def _found(self, correction_id: Any) -> Correction:
        return await corrections.get(correction_id, by=self.account)


def anchor_key(place: Place, field: str, training_id: int | None = None) -> str:
    """The key of a place that may be marked; every part of the desk uses it."""
    return f'{place.value}:{training_id or ""}:{field}'


def flag(label: str, place: Place, field: str, training_id: int | None = None, **more: Any) -> dict[str, Any]:
    """A place with a flag: `{key, label, anchor, reasons}`, and what `more` says of it."""
    anchor = Anchor(place, field, training_id)
    return {
        'key': anchor_key(place, field, training_id),
        'label': label,
        'anchor': {'place': place.value, 'field': field, 'training_id': training_id},
        'reasons': [reason.value for reason in corrections.reasons_for(anchor)],
        **more,
    }


def _anchor(given: dict[str, Any]) -> Anchor:
    # the service checks the rest
    place = next((each for each in Place if each.value == given.get('place')), given.get('place'))
    rest = [given.get(name) for name in ('field', 'training_id', 'spot_x', 'spot_y')]
    return Anchor(cast(Place, place), *cast(Any, rest))


def _seen(given: dict[str, Any]) -> tuple[str, str] | None:
    """Reason and words of the mark when its form was opened, as the browser says."""
    seen = given.get('seen')
    return (str(seen.get('reason')), str(seen.get('text'))) if isinstance(seen, dict) else None


def _is_id(value: object) -> bool:
    return isinstance(value, int)


def _as_props(marked: Marked) -> dict[str, Any]:
    one = marked.correction
    tone, symbol = MARKS[one.status]
    who = f'{one.answered_by.name}　{dates.roc_instant(one.answered_at)}' if one.answered_by and one.answered_at else ''
    return {
        'id': one.id,
        'key': anchor_key(one.place, one.field, one.training_id),
        'label': one.label,
        'reason': one.reason.value,
        'reason_label': one.reason.label,
        'text': one.text,
        'earlier': earlier(marked),
        'status': one.status.value,
        'state': one.status.label,
        'tone': tone,
        'symbol': symbol,
        'live': one.status not in corrections.CLOSED or marked.waits,
        'waits': marked.waits,
        'digest': marked.digest,
        'answered': bool(one.answered_at),
        'answer': one.answer,
        'who': who,
        'spot': None if one.spot_x is None else {'x': one.spot_x, 'y': one.spot_y},
        'old': {'text': one.old_value, 'url': _file(one.old_file)},
        'now': {'text': marked.now_value, 'url': _file(marked.now_file)},
        'changed': marked.is_changed,
    }


def _file(file_id: UUID | None) -> str:
    return links.file(file_id) if file_id else ''
