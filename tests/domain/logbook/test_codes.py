"""Codes that are put together of what was learnt are those that segno makes."""

import pytest

from domain.logbook import codes

ADDRESSES = [
    'https://record-book.example.gov.tw/verify/K7F3-92MD-4QXT',
    'https://record-book.example.gov.tw/verify/K7F3-92MD-4QXU',
    'https://record-book.example.gov.tw/verify/2222-ZZZZ-AB9C',
    'https://office.example/verify/ABCDEFG',
    'http://10.0.0.1/verify/K7F3-92MD-4QXT',
    'HTTP://10.0.0.1/VERIFY/K7F3-92MD-4QXT',
    'https://文化.example/verify/K7F3-92MD-4QXT',
]


@pytest.mark.parametrize('address', [*ADDRESSES, *ADDRESSES[::-1]])
def test_a_code_is_the_one_that_is_made_for_its_address_alone(address: str) -> None:
    assert codes.modules(address) == [bytes(row) for row in codes._code(address).matrix]
