"""送審前體檢: the list of checks, with links to what is missing for the clerk, with boxes to tick for the reviewer."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain.readiness import Check

from .notices import showing_refusals


class check_list(Element, component='check_list.js'):
    """The checks as a card; `links` leads the clerk to each field that lacks something.

    With `tick` the checks by eye have boxes: `tick(rule_id, is_ticked, digest)` stores the tick of what was shown
    and calls `show` again, as components/desk/case_checks.py does.
    """

    def __init__(
        self,
        checks: Sequence[Check],
        title: str = '送審前體檢',
        *,
        links: bool = True,
        tick: Callable[[int, bool, str], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__()
        self.links = links
        self.tick = tick
        self._props.update({'title': title, 'verdict': links, 'boxes': tick is not None})
        self.show(checks)
        self.on('ticked', self._ticked)

    def show(self, checks: Sequence[Check]) -> None:
        """Shows these checks."""
        self._props['checks'] = [
            {
                'label': check.label,
                'note': check.note,
                'state': check.state,
                'href': check.address if self.links else '',
                'law': check.source,
                'rule': check.rule_id,
                'by': check.ticked_by,
                'digest': check.digest,
            }
            for check in checks
        ]
        self.update()

    async def _ticked(self, event: GenericEventArguments) -> None:
        given = event.args if isinstance(event.args, dict) else {}
        rule_id = given.get('rule')
        boxes = [check['rule'] for check in self._props['checks'] if check['rule']]
        if self.tick is None or not isinstance(rule_id, int) or rule_id not in boxes:
            return
        with showing_refusals():
            await self.tick(rule_id, given.get('on') is True, str(given.get('digest')))
