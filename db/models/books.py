"""紀錄冊: the number series, the books and the entries of the number ledger."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from ..choices import BookKind, BookStatus, RegistrationStatus, Tallied
from .applications import Application
from .people import Account, StoredFile, Volunteer
from .places import Agency, HostUnit


class NumberSeries(Model):
    """The last number an agency has given in a ROC year. Numbers are taken by one UPDATE … RETURNING: no gaps.

    `pattern` formats the numbers of this year; '' stands for the agency's own pattern. Numbers up to `outside` that no
    book here has were given outside the system.
    """

    id = fields.IntField(primary_key=True)
    agency: fields.ForeignKeyRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='number_series'
    )
    agency_id: int
    roc_year = fields.SmallIntField()
    last_sequence = fields.IntField(default=0)
    pattern = fields.CharField(max_length=80, default='')
    outside = fields.IntField(default=0, db_default=0)

    class Meta:
        table = 'number_series'
        unique_together = (('agency', 'roc_year'),)


class RecordBook(Model):
    """紀錄冊: a volunteer's record book, once issued. A volunteer has at most one in use (law.md#one-book).

    `earlier` is the book that this one replaces; `earlier_legacy` the 字第號 of one of the old system that is no book
    here. The database keeps `number_key`, by which two numbers are one (law.md#paper-book-numbers).

    A paper book of the old system has no application and no `sequence`, and `roc_year` 0; `issued_by` names whoever
    issued it, where that is none of the agencies. `issued_on` None: 暫不填寫發冊日. `first_issued_on` is the first day
    of the book through 換發 and 補發 (law.md#first-day-of-a-book); None: not known.
    """

    id = fields.IntField(primary_key=True)
    volunteer: fields.ForeignKeyRelation[Volunteer] = fields.ForeignKeyField(
        'models.Volunteer', on_delete=fields.RESTRICT, related_name='record_books'
    )
    volunteer_id: int
    application: fields.OneToOneNullableRelation[Application] = fields.OneToOneField(
        'models.Application', on_delete=fields.RESTRICT, related_name='record_book', null=True
    )
    application_id: int | None
    agency: fields.ForeignKeyRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='record_books'
    )
    agency_id: int
    issued_by = fields.CharField(max_length=100, default='', db_default='')
    number = fields.CharField(max_length=80, unique=True)
    number_key = fields.CharField(max_length=90, unique=True, null=True)
    roc_year = fields.SmallIntField()
    sequence = fields.IntField(null=True)
    kind = fields.CharEnumField(BookKind, max_length=20)
    status = fields.CharEnumField(BookStatus, max_length=20, default=BookStatus.IN_USE)
    issued_on = fields.DateField(null=True)
    first_issued_on = fields.DateField(null=True)
    earlier: fields.ForeignKeyNullableRelation['RecordBook'] = fields.ForeignKeyField(
        'models.RecordBook', on_delete=fields.RESTRICT, related_name='later', null=True
    )
    earlier_id: int | None
    earlier_legacy = fields.CharField(max_length=90, default='')
    entered_by_unit: fields.ForeignKeyRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='record_books'
    )
    entered_by_unit_id: int
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = 'record_book'
        unique_together = (('agency', 'roc_year', 'sequence'),)
        ordering = ('-issued_on', '-id')

    @property
    def is_paper(self) -> bool:
        """Whether it is a paper book of the old system."""
        return bool(self.roc_year == 0)


class PaperRegistration(Model):
    """紙本紀錄冊登記: a unit has a paper book of the old system registered; the agency confirms it, and it is a book.

    One at a time may be open for a volunteer. `issued_on` None: 暫不填寫發冊日; `issued_by` '': the agency itself
    issued it. `version` grows with each step, so that of two who decide the second is told.
    """

    id = fields.IntField(primary_key=True)
    volunteer: fields.ForeignKeyRelation[Volunteer] = fields.ForeignKeyField(
        'models.Volunteer', on_delete=fields.RESTRICT, related_name='paper_registrations'
    )
    volunteer_id: int
    host_unit: fields.ForeignKeyRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='paper_registrations'
    )
    host_unit_id: int
    agency: fields.ForeignKeyRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='paper_registrations'
    )
    agency_id: int
    issued_by = fields.CharField(max_length=100, default='')
    series = fields.CharField(max_length=40)
    serial = fields.CharField(max_length=40)
    number_key = fields.CharField(max_length=90, db_index=True)
    issued_on = fields.DateField(null=True)
    cover: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        'models.StoredFile', on_delete=fields.RESTRICT, related_name='cover_of', null=True
    )
    cover_id: Any
    last_page: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        'models.StoredFile', on_delete=fields.RESTRICT, related_name='last_page_of', null=True
    )
    last_page_id: Any
    status = fields.CharEnumField(RegistrationStatus, max_length=20, default=RegistrationStatus.WAITING)
    version = fields.IntField(default=1)
    sent_by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='paper_registrations'
    )
    sent_by_id: int
    sent_at = fields.DatetimeField()
    decided_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='decided_registrations', null=True
    )
    decided_by_id: int | None
    decided_at = fields.DatetimeField(null=True)
    reason = fields.TextField(default='')
    book: fields.OneToOneNullableRelation[RecordBook] = fields.OneToOneField(
        'models.RecordBook', on_delete=fields.RESTRICT, related_name='registration', null=True
    )
    book_id: int | None

    class Meta:
        table = 'paper_registration'
        ordering = ('-sent_at', '-id')


class BookIssue(Model):
    """發冊紀錄: one entry of the number ledger: 初次, 換發, 補發 or 註銷 of a book, by whom, under which number.

    That a paper book was registered is one too, without an application.

    The database itself keeps the `agency` and the `roc_year` of the book, by which a ledger is read.
    """

    id = fields.IntField(primary_key=True)
    book: fields.ForeignKeyRelation[RecordBook] = fields.ForeignKeyField(
        'models.RecordBook', on_delete=fields.RESTRICT, related_name='issues'
    )
    book_id: int
    application: fields.OneToOneNullableRelation[Application] = fields.OneToOneField(
        'models.Application', on_delete=fields.RESTRICT, related_name='book_issue', null=True
    )
    application_id: int | None
    kind = fields.CharEnumField(BookKind, max_length=20)
    number = fields.CharField(max_length=80)
    by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='book_issues', null=True
    )
    by_id: int | None
    at = fields.DatetimeField()
    agency: fields.ForeignKeyNullableRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='book_issues', null=True
    )
    agency_id: int | None
    roc_year = fields.SmallIntField(null=True)

    class Meta:
        table = 'book_issue'
        ordering = ('-at', '-id')


class Tally(Model):
    """How many there are of what an agency has done; the database counts with each row, so that no page has to.

    `what`: closed cases by status, books by year, issues by year and kind, as `part` says.
    """

    id = fields.IntField(primary_key=True)
    agency: fields.ForeignKeyRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='tallies'
    )
    agency_id: int
    what = fields.CharEnumField(Tallied, max_length=10)
    part = fields.CharField(max_length=30)
    number = fields.IntField()

    class Meta:
        table = 'tally'
        unique_together = (('agency', 'what', 'part'),)
