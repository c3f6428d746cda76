"""What stands in a folded part of a page is made when somebody opens it for the first time."""

from collections.abc import Awaitable, Callable

from nicegui import html


def on_first_opening(folded: html.details, build: Callable[[], Awaitable[None]]) -> None:
    """`build` makes what stands in `folded` below its summary."""
    is_built = False

    async def opened() -> None:
        nonlocal is_built
        if not is_built:
            is_built = True
            with folded:
                await build()

    folded.on('toggle', opened, args=[])
