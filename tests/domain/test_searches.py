"""An address of a list has a key in it, never the words that were searched for."""

import pytest

from db.models import KeptSearch
from domain import searches

from ..builders import an_account

pytestmark = pytest.mark.usefixtures('database')


async def test_the_words_are_found_by_whoever_searched_and_by_nobody_else() -> None:
    clerk, colleague = await an_account(), await an_account()

    key = await searches.keep(' 王小明 ', by=clerk)

    assert '王' not in key
    assert await searches.words(key, by=clerk) == '王小明'
    assert [await searches.words(each, by=colleague) for each in (key, '', None, 'x' * 99, '\0', '\ud800')] == [''] * 6
    assert '王小明'.encode() not in bytes((await KeptSearch.get(key=key)).words)


async def test_words_that_are_still_typed_stay_under_their_key() -> None:
    clerk, colleague = await an_account(), await an_account()
    key = await searches.keep('王', by=clerk)

    assert await searches.keep('王小', by=clerk, under=key) == key
    assert await searches.keep('陳', by=colleague, under=key) != key
    assert await searches.keep('陳', by=colleague, under='\0') not in (key, '\0')
    assert await searches.words(key, by=clerk) == '王小'
    assert await KeptSearch.all().count() == 3


async def test_no_words_need_no_key() -> None:
    assert await searches.keep('  ', by=await an_account()) == ''
    assert await KeptSearch.all().count() == 0
