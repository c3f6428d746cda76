"""紀錄冊: the number series, the books and the entries of the number ledger."""

from tortoise import fields
from tortoise.models import Model

from ..choices import BookStatus, IssueKind, Tallied
from .applications import Application
from .people import Account, Volunteer
from .places import Agency, HostUnit


class NumberSeries(Model):
    """The last number an agency has given in a ROC year. Numbers are taken by one UPDATE … RETURNING: no gaps.

    `pattern` formats the numbers of this year; '' stands for the agency's own pattern.
    """

    id = fields.IntField(primary_key=True)
    agency: fields.ForeignKeyRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='number_series'
    )
    agency_id: int
    roc_year = fields.SmallIntField()
    last_sequence = fields.IntField(default=0)
    pattern = fields.CharField(max_length=80, default='')

    class Meta:
        table = 'number_series'
        unique_together = (('agency', 'roc_year'),)


class RecordBook(Model):
    """紀錄冊: a volunteer's record book, once issued. A volunteer has at most one in use (law.md#one-book).

    `earlier` is the book that this one replaces; `earlier_legacy` the 字第號 of one of the old system.
    """

    id = fields.IntField(primary_key=True)
    volunteer: fields.ForeignKeyRelation[Volunteer] = fields.ForeignKeyField(
        'models.Volunteer', on_delete=fields.RESTRICT, related_name='record_books'
    )
    volunteer_id: int
    application: fields.OneToOneRelation[Application] = fields.OneToOneField(
        'models.Application', on_delete=fields.RESTRICT, related_name='record_book'
    )
    application_id: int
    agency: fields.ForeignKeyRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='record_books'
    )
    agency_id: int
    number = fields.CharField(max_length=80, unique=True)
    roc_year = fields.SmallIntField()
    sequence = fields.IntField()
    kind = fields.CharEnumField(IssueKind, max_length=20)
    status = fields.CharEnumField(BookStatus, max_length=20, default=BookStatus.IN_USE)
    issued_on = fields.DateField()
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


class BookIssue(Model):
    """發冊紀錄: one entry of the number ledger: 初次, 換發, 補發 or 註銷 of a book, by whom, under which number.

    The database itself keeps the `agency` and the `roc_year` of the book, by which a ledger is read.
    """

    id = fields.IntField(primary_key=True)
    book: fields.ForeignKeyRelation[RecordBook] = fields.ForeignKeyField(
        'models.RecordBook', on_delete=fields.RESTRICT, related_name='issues'
    )
    book_id: int
    application: fields.OneToOneRelation[Application] = fields.OneToOneField(
        'models.Application', on_delete=fields.RESTRICT, related_name='book_issue'
    )
    application_id: int
    kind = fields.CharEnumField(IssueKind, max_length=20)
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
