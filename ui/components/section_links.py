"""The sections of an office's pages in their groups."""

from collections.abc import Mapping, Sequence

from nicegui.element import Element

Groups = Sequence[tuple[str, Sequence[tuple[str, str, str]]]]


class section_links(Element, component='section_links.js'):
    """`groups` has the sections of each as (key, text, address); `here` is shown, `counts` stand behind the texts."""

    def __init__(self, label: str, groups: Groups, here: str, counts: Mapping[str, int]) -> None:
        super().__init__()
        self._props.update({'label': label, 'groups': groups, 'here': here, 'counts': counts})
