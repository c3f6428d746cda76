"""The log: seldom, short, one line for each record, with its time and its request."""

import json
import logging
import re
import time
from contextvars import copy_context

import pytest

from ui import journal


def a_record(message: str, *values: object) -> logging.LogRecord:
    return logging.LogRecord('ui', logging.WARNING, __file__, 1, message, values, None)


def bare(line: str) -> str:
    """What stands after time, level and logger."""
    found = re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00 WARNING ui (.*)', line, re.DOTALL)
    assert found, line
    return found[1]


def test_the_same_words_are_written_so_often_a_minute_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, 'monotonic', lambda: now)
    seldom, line = journal.Seldom(), journal.OneLine()
    passed = [seldom.filter(a_record('a browser says: %r', n)) for n in range(1000)]
    assert passed.count(True) == journal.AT_MOST
    assert seldom.filter(a_record('something else'))

    now += journal.SECONDS
    record = a_record('a browser says: %r', 'again')
    assert seldom.filter(record)
    assert (
        bare(line.format(record))
        == f"a browser says: 'again' ({1000 - journal.AT_MOST} more of these were left out before)"
    )


def test_what_it_remembers_is_bounded() -> None:
    seldom = journal.Seldom()
    for number in range(5000):
        seldom.filter(a_record(f'no two are alike {number}'))

    assert len(vars(seldom)['_kinds']) <= 500


def test_a_record_is_one_line_that_no_sign_can_break_and_has_an_end() -> None:
    line = journal.OneLine()

    posing = line.format(a_record('%s said', 'x\n2026-01-01 ERROR: all is lost\r\x1b[2J\u2028\u202e'))
    assert bare(posing) == 'x\\x0a2026-01-01 ERROR: all is lost\\x0d\\x1b[2J\\u2028\\u202e said'
    assert len(bare(line.format(a_record('%s', 'x' * 1_000_000)))) <= journal.LONGEST + 1


def test_a_traceback_stays_and_has_an_end() -> None:
    record = a_record('it broke\n')
    try:
        raise ValueError('x' * 1_000_000)
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)
    told = bare(journal.OneLine().format(record))

    assert told.startswith('it broke\n')
    assert len(told) <= journal.LONGEST_TRACEBACK + 20


def test_a_line_has_the_number_of_its_request_and_whence_it_came() -> None:
    def told(client: str, number: str = '') -> str:
        journal.begin_request(client, number)
        return bare(journal.OneLine().format(a_record('it broke')))

    assert copy_context().run(told, '203.0.113.7', 'a-proxy-says-1') == '[a-proxy-says-1 203.0.113.7] it broke'
    assert re.fullmatch(r'\[[0-9a-f]{16} 203\.0\.113\.8\] it broke', copy_context().run(told, '203.0.113.8'))
    assert bare(journal.OneLine().format(a_record('it broke'))) == 'it broke'


def test_as_json_each_record_is_an_object_on_one_line_with_its_traceback() -> None:
    record = a_record('%s broke', 'it\nall')
    try:
        raise ValueError('x')
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)
    context = copy_context()
    context.run(journal.begin_request, '203.0.113.7', 'number-one')
    line = context.run(journal.AsJson().format, record)

    assert '\n' not in line
    told = json.loads(line)
    assert told.pop('time').endswith('+08:00')
    assert told.pop('traceback').endswith('ValueError: x')
    assert told == {
        'level': 'WARNING',
        'logger': 'ui',
        'message': 'it\\x0aall broke',
        'request': 'number-one',
        'client': '203.0.113.7',
    }


def test_what_was_typed_is_struck_out_of_errors_and_of_words() -> None:
    typed = 'no such person: 王小明 A123456789 0912-345-678 wang@example.com'
    try:
        raise ValueError(typed)
    except ValueError as error:
        record = logging.LogRecord(
            'ui', logging.ERROR, __file__, 1, 'of %s', ('a123456789',), (ValueError, error, error.__traceback__)
        )
    written = journal.OneLine().format(record) + journal.AsJson().format(record)

    assert written.count('no such person: … … … …') == 2
    assert written.count('of …') == 2
    assert not re.search('王小明|a123456789|0912|wang', written, re.IGNORECASE)
