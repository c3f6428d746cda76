"""How large a file may be that is imported: said on the page, cut off by the server."""

from db.choices import ImportKind

# A sheet of 100,000 rows is about 8 MB. A ZIP of the photos of 300 people, as cameras write them, needs more.
MOST_MEGABYTES = {kind: 100 if kind is ImportKind.PICTURES else 25 for kind in ImportKind}
