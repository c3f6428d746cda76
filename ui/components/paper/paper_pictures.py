"""Cover and last page of a paper book, large, beside what was typed."""

from nicegui.element import Element

from domain.model import PaperRegistration

from .paper_facts import groups_of, pictures_of


class paper_pictures(Element, component='paper_pictures.js'):
    """Both pictures at the left, the facts at the right; one opens over the whole screen."""

    def __init__(self, registration: PaperRegistration) -> None:
        super().__init__()
        self.show(registration)

    def show(self, registration: PaperRegistration) -> None:
        """Shows these pictures and facts; one that is as it was keeps its zoom."""
        shown = {'pictures': pictures_of(registration), 'groups': groups_of(registration)}
        if any(self._props.get(name) != value for name, value in shown.items()):
            self._props.update(shown)
            self.update()
