"""The kinds of import there are; each is registered here."""

from db.choices import ImportKind

from ..kind import Kind
from .service_hours import ServiceHoursKind

_EVERY: tuple[Kind, ...] = (ServiceHoursKind(),)
KINDS: dict[ImportKind, Kind] = {kind.key: kind for kind in _EVERY}
