"""Counties, agencies and host units, and the rules and calendar that apply to them."""

from tortoise import fields
from tortoise.models import Model

from ..choices import Demand, IssueKind, Part, TrainingKind


class County(Model):
    """發冊縣市: one of the 22 counties and cities, in the order of the official statistics.

    Before them stands 中央, of the agencies of the nation: it is chosen like a county (law.md#central-agencies).
    """

    code = fields.CharField(max_length=5, primary_key=True)
    name = fields.CharField(max_length=10, unique=True)
    letter = fields.CharField(max_length=1)
    position = fields.SmallIntField()

    class Meta:
        table = 'county'
        ordering = ('position',)


class Field(Model):
    """課程領域: a field of volunteer service, such as 文化. Editable, since the official list is not published."""

    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=20, unique=True)
    position = fields.SmallIntField()
    is_active = fields.BooleanField(default=True)

    class Meta:
        table = 'field'
        ordering = ('position',)


class Agency(Model):
    """發冊機關: a regulating department that issues record books.

    `document_word` is its 機關代字; `number_pattern` takes {word}, {year} and {sequence}, for instance
    '{word}字第{year:03d}{sequence:06d}號'. The official pattern is not published, hence data; so is whether 換發
    and 補發 keep the number (law.md#record-book-numbers). `review_days` and `counts_working_days` are the review
    period (law.md#review-period); overdue cases are reported to the supervisor. A returned case is to be corrected
    within `correction_days`, counted likewise (law.md#correction-term); 0: there is no term. For `settling_days` after
    收編 a unit of the agency's county cannot set password or e-mail of the person.
    """

    id = fields.IntField(primary_key=True)
    county: fields.ForeignKeyRelation[County] = fields.ForeignKeyField(
        'models.County', on_delete=fields.RESTRICT, related_name='agencies'
    )
    county_id: str
    name = fields.CharField(max_length=60)
    document_word = fields.CharField(max_length=20)
    number_pattern = fields.CharField(max_length=80, default='{word}字第{year:03d}{sequence:06d}號')
    field: fields.ForeignKeyNullableRelation[Field] = fields.ForeignKeyField(
        'models.Field', on_delete=fields.RESTRICT, related_name='agencies', null=True
    )
    field_id: int | None
    phone = fields.CharField(max_length=30, default='')
    email = fields.CharField(max_length=254, default='')
    review_days = fields.SmallIntField(default=3)
    counts_working_days = fields.BooleanField(default=False)
    correction_days = fields.SmallIntField(default=30)
    supervisor_name = fields.CharField(max_length=60, default='')
    supervisor_email = fields.CharField(max_length=254, default='')
    renewal_keeps_number = fields.BooleanField(default=True)
    settling_days = fields.SmallIntField(default=14)
    position = fields.SmallIntField(default=0)
    valid_from = fields.DateField(null=True)
    valid_to = fields.DateField(null=True)

    class Meta:
        table = 'agency'
        ordering = ('position', 'id')
        unique_together = (('county', 'name'),)


class RequiredHours(Model):
    """How many minutes of a kind of training an application needs; the most specific row that fits applies.

    No agency: every agency; no field: every field. `completed_from`/`completed_to` bound the day the training ended:
    基礎訓練 took 12 hours before 2018 and takes 6 since (law.md#required-hours).
    """

    id = fields.IntField(primary_key=True)
    kind = fields.CharEnumField(TrainingKind, max_length=20)
    agency: fields.ForeignKeyNullableRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='required_hours', null=True
    )
    agency_id: int | None
    field: fields.ForeignKeyNullableRelation[Field] = fields.ForeignKeyField(
        'models.Field', on_delete=fields.RESTRICT, related_name='required_hours', null=True
    )
    field_id: int | None
    minutes = fields.IntField()
    completed_from = fields.DateField(null=True)
    completed_to = fields.DateField(null=True)
    source = fields.CharField(max_length=200, default='')

    class Meta:
        table = 'required_hours'


class Rule(Model):
    """送審前體檢: what is required of an application, since when, by which law; the most specific row of a key applies.

    No agency, field or kind: every one. `by_eye`: only a person can decide, so the reviewer ticks it. The checks of the
    other keys are in domain.readiness; rows decide whether they are made, with what weight, and by which law. `parts`:
    what of the papers a check by eye looks at, as values of Part with blanks between them; '' is everything.
    """

    id = fields.IntField(primary_key=True)
    key = fields.CharField(max_length=40)
    label = fields.CharField(max_length=60)
    agency: fields.ForeignKeyNullableRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='rules', null=True
    )
    agency_id: int | None
    field: fields.ForeignKeyNullableRelation[Field] = fields.ForeignKeyField(
        'models.Field', on_delete=fields.RESTRICT, related_name='rules', null=True
    )
    field_id: int | None
    kind = fields.CharEnumField(IssueKind, max_length=20, null=True)
    demand = fields.CharEnumField(Demand, max_length=10, default=Demand.REQUIRED)
    by_eye = fields.BooleanField(default=False)
    source = fields.CharField(max_length=200, default='')
    note = fields.CharField(max_length=200, default='')
    valid_from = fields.DateField(null=True)
    valid_to = fields.DateField(null=True)
    position = fields.SmallIntField(default=0)
    parts = fields.CharField(max_length=80, default='')

    @property
    def looks_at(self) -> list[Part]:
        """The parts that are looked at, in order; [] is everything."""
        return [part for part in Part if part.value in self.parts.split()]

    class Meta:
        table = 'rule'
        ordering = ('position', 'id')


class CalendarDay(Model):
    """辦公日曆: a day that is not what its weekday says, for the whole country or for one county (a typhoon, say).

    `is_off` False is a make-up working day. Rows filled from the `holidays` package are not `is_manual`; rows entered
    by a person are never overwritten.
    """

    id = fields.IntField(primary_key=True)
    day = fields.DateField(db_index=True)
    county: fields.ForeignKeyNullableRelation[County] = fields.ForeignKeyField(
        'models.County', on_delete=fields.RESTRICT, related_name='calendar_days', null=True
    )
    county_id: str | None
    is_off = fields.BooleanField(default=True)
    name = fields.CharField(max_length=60)
    is_manual = fields.BooleanField(default=False)

    class Meta:
        table = 'calendar_day'
        ordering = ('day', 'id')


class HostUnit(Model):
    """志願服務運用單位: a host unit, which volunteers serve.

    `unified_number` is its 統一編號, '' where nobody has entered it; no two units have the same (0027_account_terms).
    `demands_sign_off`: nothing is sent to an agency before the unit's 志工督導 has agreed.
    """

    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=80, unique=True)
    county: fields.ForeignKeyRelation[County] = fields.ForeignKeyField(
        'models.County', on_delete=fields.RESTRICT, related_name='host_units'
    )
    county_id: str
    phone = fields.CharField(max_length=30, default='')
    email = fields.CharField(max_length=254, default='')
    is_active = fields.BooleanField(default=True)
    unified_number = fields.CharField(max_length=8, default='', db_default='')
    demands_sign_off = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = 'host_unit'
        ordering = ('name',)


class Team(Model):
    """志工隊 of a host unit."""

    id = fields.IntField(primary_key=True)
    host_unit: fields.ForeignKeyRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='teams'
    )
    host_unit_id: int
    name = fields.CharField(max_length=80)

    class Meta:
        table = 'team'
        unique_together = (('host_unit', 'name'),)


class ServiceCode(Model):
    """服務項目 and 服務內容 codes (law.md#service-codes). `is_official` tells sourced codes from ours."""

    id = fields.IntField(primary_key=True)
    list = fields.CharField(max_length=10)
    code = fields.CharField(max_length=4)
    name = fields.CharField(max_length=40)
    is_official = fields.BooleanField(default=False)

    class Meta:
        table = 'service_code'
        unique_together = (('list', 'code'),)
        ordering = ('list', 'code')
