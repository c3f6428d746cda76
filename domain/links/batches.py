"""批次維護作業: files that are imported, and trainings of several volunteers at once."""

from uuid import UUID

from .addresses import asking


def batch() -> str:
    """批次維護作業: what can be brought in, and the latest batches."""
    return '/batch'


def batch_trainings(draft_id: UUID | None = None, *, is_new: bool = False) -> str:
    """批次維護作業; with the form that was begun, or `is_new`, as above."""
    return asking('/batch/trainings', draft=draft_id, new=1 if is_new else None)


def imports(page: int | None = None, per: int | None = None) -> str:
    """匯入紀錄: the unit's batches, turned to a page."""
    return asking('/imports', page=page, per=per)


def new_import(kind: str, *, page: int | None = None, per: int | None = None) -> str:
    """Where a file of this kind (`ImportKind`) is chosen; below it the unit's batches, turned to a page."""
    return asking(f'/imports/new/{kind}', page=page, per=per)


def import_batch(batch_id: object, grade: str = '', *, page: int | None = None, per: int | None = None) -> str:
    """One batch: its preview, of a grade, turned to a page; later what became of it."""
    return asking(f'/imports/{batch_id}', grade=grade, page=page, per=per)


def marked_sheet(batch_id: object, form: str) -> str:
    """下載標色檔案: the file of a batch with its cells coloured, `form` ods or xlsx."""
    return f'/imports/{batch_id}/marked.{form}'


def on_record(kind: str, form: str, reason: str = '') -> str:
    """What the unit has on record of a kind, in the layout of its template; `reason` says what for."""
    return asking(f'/imports/on-record/{kind}.{form}', reason=reason)
