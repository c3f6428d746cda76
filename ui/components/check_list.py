"""送審前體檢: the one list of checks, for the clerk with links to what lacks, for the reviewer as it stands."""

from collections.abc import Sequence

from nicegui.element import Element

from domain.readiness import Check


class check_list(Element, component='check_list.js'):
    """The checks as a card; `links` leads the clerk to each field that lacks something."""

    def __init__(self, checks: Sequence[Check], title: str = '送審前體檢', *, links: bool = True) -> None:
        super().__init__()
        self.links = links
        self._props['title'] = title
        self._props['verdict'] = links
        self.show(checks)

    def show(self, checks: Sequence[Check]) -> None:
        """Renew the list."""
        self._props['checks'] = [
            {
                'label': check.label,
                'note': check.note,
                'state': check.state,
                'href': check.address if self.links else '',
            }
            for check in checks
        ]
        self.update()
