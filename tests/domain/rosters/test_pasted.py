"""A roster built by pasting numbers or names."""

import pytest

from db.models import HostUnit
from domain import rosters
from domain.errors import Incomplete

from ...builders import a_volunteer, an_account, an_identity_number

pytestmark = pytest.mark.usefixtures('database')


async def test_numbers_and_names_become_people_of_the_unit() -> None:
    clerk = await an_account()
    unit = await HostUnit.get(id=clerk.host_unit_id)
    numbers = [an_identity_number() for _ in range(3)]
    first = await a_volunteer(unit, name='周小晴', identity_number=numbers[0])
    second = await a_volunteer(unit, name='谷辣斯．尤達卡', identity_number=numbers[1])
    twins = [await a_volunteer(unit, name='王小明') for _ in range(2)]
    stranger = await a_volunteer(name='林大成', identity_number=numbers[2])
    listed = f'姓名\t身分證字號\n1\t周小晴\t{numbers[0].lower()}\n谷辣斯 尤達卡、王小明\n'
    text = f'{listed}{numbers[2]}\n{stranger.name}\n周小晴'
    found = await rosters.pasted(text, by=clerk)
    assert [one.id for one in found.found] == [first.id, second.id]
    assert found.missing == [numbers[2], '林大成']
    assert [(name, [one.id for one in people]) for name, people in found.several] == [
        ('王小明', [one.id for one in twins])
    ]


async def test_lines_of_a_numbered_list_are_people() -> None:
    clerk = await an_account()
    unit = await HostUnit.get(id=clerk.host_unit_id)
    people = [await a_volunteer(unit, name=name) for name in ('許功蓋5', '周小晴', '林大成', '王小明')]
    found = await rosters.pasted('1. 許功蓋5\n（2）周小晴\n3)林大成\n 14 王小明', by=clerk)
    assert ([one.id for one in found.found], found.missing) == ([one.id for one in people], [])


async def test_a_number_with_another_name_is_nobody() -> None:
    clerk = await an_account()
    number = an_identity_number()
    await a_volunteer(await HostUnit.get(id=clerk.host_unit_id), name='周小晴', identity_number=number)
    found = await rosters.pasted(f'林大成\t{number}', by=clerk)
    assert (found.found, found.missing) == ([], [f'林大成 {number}'])


@pytest.mark.parametrize('text', ['', ' \n ', '王' * 20_001, '王小明\n' * 1001], ids=['empty', 'blank', 'long', 'many'])
async def test_nothing_and_too_much_are_refused(text: str) -> None:
    clerk = await an_account()
    with pytest.raises(Incomplete):
        await rosters.pasted(text, by=clerk)


@pytest.mark.parametrize(
    'text',
    [
        '周小晴 林大成',
        '周小晴　林大成',
        '周小晴/林大成',
        '(一)周小晴\n(二)林大成',
        '①周小晴\n② 林大成',
        '1周小晴\n2林大成',
        '姓名：周小晴\n姓名：林大成',
        '周小晴 Kolas Yotaka',
    ],
)
async def test_names_stand_beside_each_other_and_below_in_whatever_way(text: str) -> None:
    clerk = await an_account()
    unit = await HostUnit.get(id=clerk.host_unit_id)
    people = {name: await a_volunteer(unit, name=name) for name in ('周小晴', '林大成', 'Kolas Yotaka')}
    found = await rosters.pasted(text, by=clerk)
    if 'Kolas' in text:
        assert (found.found, found.missing) == ([], [text])  # Kolas alone is nobody: it is told, and nothing guessed
    else:
        assert [one.id for one in found.found] == [people['周小晴'].id, people['林大成'].id]
        assert found.missing == []


@pytest.mark.parametrize(
    ('line', 'name'),
    [
        ('{name} {number}', 'Kolas Yotaka'),
        ('1. {number} {name}', '谷辣斯 尤達卡'),
        ('{name}（{number}）', '周小晴'),
        ('{name}{number}', '周小晴'),
        ('{name}：{number}', '周小晴'),
    ],
)
async def test_a_number_stands_beside_a_name_in_whatever_way(line: str, name: str) -> None:
    clerk = await an_account()
    number = an_identity_number()
    person = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id), name=name, identity_number=number)
    found = await rosters.pasted(line.format(name=name, number=number.lower()), by=clerk)
    assert ([one.id for one in found.found], found.missing) == ([person.id], [])
