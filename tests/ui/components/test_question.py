"""Whoever presses twice is asked once: a question that is open on the page does not open again above itself."""

import asyncio

import pytest
from nicegui import Client, ui
from nicegui.page import page

from ui.components.question import is_sure, question


@pytest.fixture
async def client() -> Client:
    return Client(page('/'))


def dialogs(client: Client) -> list[ui.dialog]:
    return [each for each in client.elements.values() if isinstance(each, ui.dialog)]


async def test_a_second_press_asks_nothing_while_the_question_is_open(client: Client) -> None:
    async def press(act: str) -> bool:
        with client.content:
            return await is_sure(act, '不能復原。')

    first, second, other = [asyncio.create_task(press(act)) for act in ('撤回申請', '撤回申請', '再次確認')]
    assert await second is False
    assert not first.done()
    withdrawing, another = dialogs(client)
    withdrawing.submit(True)
    another.close()
    assert (await first, await other) == (True, False)

    again = asyncio.create_task(press('撤回申請'))
    await asyncio.sleep(0)
    assert not again.done()
    dialogs(client)[-1].submit(True)
    assert await again is True


async def test_one_that_opens_by_itself_is_not_put_above_itself(client: Client) -> None:
    def press() -> None:
        with client.content, question('提出更正：姓名', is_open=True) as dialog:
            ui.label('正確的姓名')
        dialog.on('hide', dialog.delete)

    press()
    press()
    [dialog] = dialogs(client)
    assert dialog.value
    dialog.close()
    press()
    assert [each.value for each in dialogs(client)] == [False, True]


async def test_one_that_is_kept_is_opened_again(client: Client) -> None:
    with client.content, question('駁回：原因') as dialog:
        ui.label('原因')
    for _ in range(2):
        dialog.open()
        assert dialog.value
        dialog.close()
