"""The kinds of import there are; each is registered here."""

from db.choices import ImportKind

from ..kind import Kind
from .insurance import Insurance
from .opening_hours import OpeningHours
from .paper_books import PaperBooks
from .pictures import Pictures
from .service_hours import ServiceHoursKind
from .teams import Teams
from .trainings import Trainings
from .volunteers import Volunteers

_EVERY: tuple[Kind, ...] = (
    Volunteers(),
    Teams(),
    Trainings(),
    ServiceHoursKind(),
    OpeningHours(),
    Insurance(),
    PaperBooks(),
    Pictures(),
)
KINDS: dict[ImportKind, Kind] = {kind.key: kind for kind in _EVERY}
