"""The days of a book as people read them: 發冊日期, and the first day that 換發 and 補發 keep."""

from db.models import RecordBook

from .. import dates
from ..fields import Field
from ..volunteers import basics

WAIVED = basics.FIELDS['waives_issue_date'].label
FIRST = Field('first_issued_on', '首次發冊日')
UNKNOWN = '未填寫'


def issued(book: RecordBook) -> str:
    """發冊日期; of a paper book without one what the unit has ticked.

    >>> from datetime import date
    >>> issued(RecordBook(issued_on=date(2014, 5, 6))), issued(RecordBook(issued_on=None))
    ('103/05/06', '暫不填寫發冊日')
    """
    return dates.roc(book.issued_on) if book.issued_on else WAIVED


def first(book: RecordBook) -> str:
    """首次發冊日 of a book that was renewed; '' where the book is the first one.

    >>> from datetime import date
    >>> renewed = RecordBook(issued_on=date(2026, 3, 5), first_issued_on=date(2014, 5, 6))
    >>> first(renewed), first(RecordBook(issued_on=date(2026, 3, 5))), first(RecordBook(issued_on=None))
    ('首次發冊日 103/05/06', '首次發冊日 未填寫', '')
    """
    if book.first_issued_on == book.issued_on:
        return ''
    return f'{FIRST.label} {dates.roc(book.first_issued_on) if book.first_issued_on else UNKNOWN}'
