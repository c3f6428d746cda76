"""The kinds of import there are; each is registered here."""

from db.choices import ImportKind

from ..kind import Kind
from .insurance import Insurance
from .opening_hours import OpeningHours
from .trainings import Trainings
from .volunteers import Volunteers

_EVERY: tuple[Kind, ...] = (Volunteers(), Trainings(), Insurance(), OpeningHours())
KINDS: dict[ImportKind, Kind] = {kind.key: kind for kind in _EVERY}
