"""「接續上次的申請」: where the clerk left off, and the way back."""

from nicegui.element import Element


class resume_card(Element, component='resume_card.js'):
    """Whose case it is, where it stopped and why, and the address to go on at."""

    def __init__(self, who: str, step: int, note: str, address: str, photo: str = '') -> None:
        super().__init__()
        self._props.update({'who': who, 'step': step, 'note': note, 'address': address, 'photo': photo})
