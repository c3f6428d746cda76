"""The kinds of import there are; each is registered here."""

from db.choices import ImportKind

from ..kind import Kind

KINDS: dict[ImportKind, Kind] = {kind.key: kind for kind in ()}
