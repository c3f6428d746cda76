"""核可 of several names what the reviewer has begun to mark on them, as 核可 of one case does."""

import asyncio
from collections.abc import Collection

import pytest
from nicegui import Client, html, ui
from nicegui.page import page

from db.choices import Role
from domain import half_written
from domain.half_written import Sheet
from domain.model import Account
from ui.components.bulk_approval import agreed

from ...builders import an_account
from ...patience import until

pytestmark = pytest.mark.usefixtures('database')
CHOSEN, ROUNDS = {3: '王小明', 4: '李大華', 5: ''}, {3: 1, 4: 2, 5: 1}


async def asked(account: Account, answer: str) -> tuple[str, Collection[int]]:
    """What the question says, and which cases are approved after the button `answer`."""
    client = Client(page('/'))

    async def press() -> Collection[int]:
        with client.content:
            return await agreed(CHOSEN, ROUNDS, '每一件都會再檢查一次。', account)

    def buttons() -> list[ui.button]:
        return [each for each in client.elements.values() if isinstance(each, ui.button)]

    pressing = asyncio.create_task(press())
    await until(lambda: len(buttons()) > 1)
    said = ''.join(each._text or '' for each in client.elements.values() if isinstance(each, html.p))
    [dialog] = [each for each in client.elements.values() if isinstance(each, ui.dialog)]
    await until(lambda: dialog.value)
    [button] = [each for each in buttons() if each.text == answer]
    for listener in button._event_listeners:
        button._handle_event({'listener_id': listener, 'args': []})
    return said, await pressing


async def test_a_mark_that_was_begun_and_not_added_is_named_and_its_case_may_be_left_out() -> None:
    account = await an_account(Role.REVIEWER)
    await half_written.keep(Sheet.of_case(3, 1, account), 'basics::photo', {'label': '照片', 'text': '請重拍'})
    await half_written.keep(Sheet.of_case(4, 1, account), 'basics::photo', {'label': '照片', 'text': '前一次的'})
    await half_written.keep(Sheet.of_case(5, 1, account), 'rejected', '一個原因，不是標記')

    said, approved = await asked(account, '核可其他 2 件')

    assert '其中 1 件您的補件標記寫到一半，還沒有加入：王小明（照片）。核可後，單位不會收到。' in said
    assert approved == [4, 5]
    assert (await asked(account, '核可這 3 件'))[1] == [3, 4, 5]


async def test_where_nothing_was_begun_nothing_is_said_of_it() -> None:
    account = await an_account(Role.REVIEWER)
    await half_written.keep(
        Sheet.of_case(3, 1, await an_account(Role.REVIEWER)), 'basics::photo', {'label': '照片', 'text': '同事的'}
    )

    said, approved = await asked(account, '核可這 3 件')

    assert '寫到一半' not in said
    assert approved == [3, 4, 5]
