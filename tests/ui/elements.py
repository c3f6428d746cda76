"""Elements of many shapes, and what is done to them, as JSON: `python -m tests.ui.elements [ours]`.

By NiceGUI alone, or by `ui.machinery.lighter`. Numbers of listeners are those in which they came.
"""

import asyncio
import json
import sys
from typing import Any

from nicegui import Client, html, ui
from nicegui.element import Element
from nicegui.page import page

from ui.machinery import lighter


class marked(Element, default_classes='a b', default_props='tone=ok', default_style='color: red'):
    """With something of everything from the beginning."""


async def shapes() -> list[dict[str, Any]]:
    """What is sent of each element, before and after it was changed, and what the elements answered."""
    client = Client(page('/'))
    client.layout._event_listeners.clear()  # of sub pages, which we have not
    heard: list[Any] = []
    with client:
        html.p('words').classes('x y').classes('y z')
        html.div().classes('x y').classes(remove='x').classes(toggle='y q').classes(replace='last')
        html.input_().props('type=text required').props(remove='required').style('color: red; top: 1px').style(
            'top: 2px'
        )
        plain = html.span()
        box = marked().classes('c').style(remove='color: red').props('size=2')
        with box:
            ui.label('inside').set_visibility(False)
            ui.label('gone').set_visibility(False)
            shown = ui.label('shown')
            shown.set_visibility(False)
            shown.set_visibility(True)
        named = Element('q-item')
        with named.add_slot('header', '<b>{{ name }}</b>'):
            html.i('in the slot')
        with named.add_slot('body'):
            ui.label('below')
        button = ui.button('press', on_click=lambda: heard.append('pressed'), color=None).props('flat no-caps')
        button.on('focus', lambda event: heard.append(event.args), ['key', 'code'], throttle=0.5, leading_events=False)
        button.on('keydown.enter.stop', js_handler='() => emit(1)').on('mouse-over', lambda: None, [['a'], None])
        button.set_enabled(False)
        ui.button('red', color='red')
        ui.link('there', '/there')
        select = ui.select({1: 'one', 2: 'two'}, value=1)
        select.value = 2
        with ui.dialog() as dialog, ui.row():
            ui.label('asked')
        dialog.open()
        ui.table(rows=[{'id': 1}], columns=[{'name': 'id', 'label': 'Id', 'field': 'id'}])
        moved = html.li('moved')
        moved.move(box, 0)
        html.del_('deleted').delete()
        with html.ul() as emptied:
            html.li('one')
            html.li('two')
        emptied.clear()
    sent = [dict(each._to_dict()) for each in client.elements.values()]
    listeners = {name: str(number) for number, name in enumerate(_listeners(client))}
    for each in list(button._event_listeners):
        button._handle_event({'listener_id': each, 'args': ['given']})
    client.outbox.updates.clear()
    client._response_built = True
    plain.props['data-late'] = 1
    plain.classes('late').style('color: blue')
    plain.classes.append('later')
    box.props.update({'tone': 'bad'})
    sent += [dict(each._to_dict()) for each in (plain, box)]
    tree = [[str(each), each.visible, each.is_deleted, [one.id for one in each.descendants()]] for each in (box, named)]
    states: list[dict[str, Any]] = [{'heard': heard, 'tree': tree, 'changed': list(client.outbox.updates)}]
    text = json.dumps(sent + states, ensure_ascii=False)
    for name, number in listeners.items():
        text = text.replace(f'"listener_id": "{name}"', f'"listener_id": "{number}"')
    found: list[dict[str, Any]] = json.loads(text)
    return found


def _listeners(client: Client) -> list[str]:
    return [name for each in client.elements.values() for name in each._event_listeners]


if __name__ == '__main__':
    if 'ours' in sys.argv:
        lighter.install()
    print(json.dumps(asyncio.run(shapes()), ensure_ascii=False, indent=1, sort_keys=True))
