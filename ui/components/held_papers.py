"""What an application held, for reading: each form with its fields, pictures to open."""

from collections.abc import Callable
from uuid import UUID

from nicegui import html

from domain.model import Place
from domain.papers import Entry, Papers

from .card import card

PLACES = {Place.BASICS: '基本資料', Place.TRAINING: '教育訓練', Place.APPLICATION: '紀錄冊申請'}


def held_papers(held: Papers, address_of: Callable[[UUID], str]) -> None:
    """A card for each form; `address_of` says where a picture lies for whoever reads."""
    for title, entries in groups_of(held):
        with card(title), html.dl().classes('lb-held'):
            for one in entries:
                with html.div().classes('full' if one.file else ''):
                    html.dt(one.label)
                    with html.dd():
                        if one.file is None:
                            html.span(one.value)
                        else:
                            picture(address_of(one.file), one.label)


def groups_of(held: Papers) -> list[tuple[str, list[Entry]]]:
    """The fields that say something, by form and training."""
    groups: dict[str, list[Entry]] = {}
    for one in held.entries:
        if one.value or one.file is not None:
            title = f'{PLACES[one.place]}　{one.subject}' if one.subject else PLACES[one.place]
            groups.setdefault(title, []).append(one)
    return list(groups.items())


def picture(address: str, label: str) -> None:
    """A small one that opens in full."""
    with html.a() as link:
        link.props['href'], link.props['target'] = address, '_blank'
        image = html.img()
        image.props['src'], image.props['alt'], image.props['loading'] = address, label, 'lazy'
