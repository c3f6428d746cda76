"""How many hours of training an application needs: rows of data, of which the narrowest that fits counts.

Each row asks its minutes of the trainings that ended in its time: 12 hours of 基礎訓練 before 2018, 6 since
(law.md#required-hours). 0 minutes: there must be a training, its hours are the host unit's affair.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from db.choices import TrainingKind
from db.models import Agency, RequiredHours

from .on_record import Trained


@dataclass(frozen=True)
class Tally:
    """How far some trainings go: minutes `done` of those `needed` by the row that is nearest to being met."""

    done: int
    needed: int
    is_met: bool
    source: str


def tally(
    kind: TrainingKind, trainings: Sequence[Trained], agency: Agency, rows: Iterable[RequiredHours], today: date
) -> Tally:
    """How far `trainings`, all of `kind`, go for `agency`; without any, what a training that ends today would need."""
    rows = list(rows)
    groups: dict[int | None, list[Trained]] = defaultdict(list)
    by_id = {row.id: row for row in rows}
    for training in trainings:
        field_id = training.field_id if kind == TrainingKind.SPECIAL else agency.field_id
        row = narrowest(rows, kind, agency, field_id, training.ends_on)
        groups[row.id if row else None].append(training)
    if not groups:
        row = narrowest(rows, kind, agency, agency.field_id, today)
        return Tally(0, row.minutes if row else 0, is_met=False, source=row.source if row else '')
    tallies = []
    for row_id, group in groups.items():
        done = sum(training.minutes for training in group)
        needed, source = (by_id[row_id].minutes, by_id[row_id].source) if row_id is not None else (0, '')
        tallies.append(Tally(done, needed, is_met=done >= needed, source=source))
    return max(tallies, key=lambda one: (one.is_met, min(one.done - one.needed, 0), one.done))


def narrowest(
    rows: Iterable[RequiredHours], kind: TrainingKind, agency: Agency, field_id: int | None, day: date
) -> RequiredHours | None:
    """The row for a training of `kind` in the field that ended on `day`; agency before field before neither."""
    fitting = [
        row
        for row in rows
        if row.kind == kind
        and row.agency_id in (None, agency.id)
        and row.field_id in (None, field_id)
        and (row.completed_from or day) <= day <= (row.completed_to or day)
    ]
    return max(fitting, key=_narrowness, default=None)


def _narrowness(row: RequiredHours) -> tuple[bool, bool, date]:
    return row.agency_id is not None, row.field_id is not None, row.completed_from or date.min
