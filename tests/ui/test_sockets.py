"""Which sockets are in which rooms is known as socketio knows it, without looking through all of them."""

import random
from typing import Any

from socketio.async_manager import AsyncManager  # type: ignore[import-untyped]

from ui.machinery.engine_io import Rooms


def test_rooms_are_those_of_socketio_whatever_comes_and_goes() -> None:
    ours, theirs = Rooms(), AsyncManager()
    managers: tuple[Any, Any] = (ours, theirs)
    chance, there = random.Random(7), set[str]()

    for step in range(600):
        socket = f'socket {chance.randrange(12)}'
        if socket not in there:
            for manager in managers:
                manager.basic_enter_room(socket, '/', None, eio_sid=f'line {step}')
                manager.basic_enter_room(socket, '/', socket)
            there.add(socket)
        elif chance.random() < 0.4:
            for manager in managers:
                manager.basic_disconnect(socket, '/')
            there.discard(socket)
        else:
            act = 'basic_enter_room' if chance.random() < 0.6 else 'basic_leave_room'
            room = f'page {chance.randrange(5)}'
            for manager in managers:
                getattr(manager, act)(socket, '/', room)

        assert ours.rooms == theirs.rooms
        for each in there:
            assert sorted(ours.get_rooms(each, '/')) == sorted(theirs.get_rooms(each, '/'))

    for socket in there:
        ours.basic_disconnect(socket, '/')
    assert (ours.rooms, ours._of) == ({}, {})
