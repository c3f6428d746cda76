"""「接續上次的申請」: the form that the clerk left unfinished, with a link."""

from nicegui.element import Element


class resume_card(Element, component='resume_card.js'):
    """`step` is where it stopped, `note` why, `address` where to continue."""

    def __init__(self, who: str, step: int, note: str, address: str, photo: str = '') -> None:
        super().__init__()
        self._props.update({'who': who, 'step': step, 'note': note, 'address': address, 'photo': photo})
