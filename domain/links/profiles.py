"""志工: the search, the form of a new one, the tabs of one."""

from uuid import UUID

from .addresses import asking


def volunteer_data() -> str:
    """志工資料管理."""
    return '/volunteer-data'


def volunteers(
    q: str = '',
    *,
    team: int | None = None,
    membership: str = '',
    state: str = '',
    sort: str = '',
    page: int | None = None,
    per: int | None = None,
) -> str:
    """志工基本資料維護 as it was filtered, sorted and turned; `q` is the key of what was searched for (`searches`)."""
    return asking('/volunteers', q=q, team=team, membership=membership, state=state, sort=sort, page=page, per=per)


def consolidated(*, join: bool = False, draft: UUID | None = None) -> str:
    """志工總歸戶; with `join` 收編, filled in with what the `draft` of a new volunteer holds."""
    return asking('/consolidated', join='1' if join else '', draft=draft)


def new_volunteer() -> str:
    """新增志工基本資料: opens a draft."""
    return '/volunteers/new'


def volunteer_draft(draft_id: UUID, *, is_new: bool = False) -> str:
    """The form of a new volunteer that was begun; `is_new`, one that is begun with the first change."""
    return asking(f'/volunteers/new/{draft_id}', new=1 if is_new else None)


def volunteer(volunteer_id: int) -> str:
    """One volunteer: leads to the first tab."""
    return f'/volunteers/{volunteer_id}'


def basics(volunteer_id: int) -> str:
    """基本資料 of a volunteer."""
    return f'/volunteers/{volunteer_id}/basics'


def trainings(volunteer_id: int) -> str:
    """教育訓練 of a volunteer."""
    return f'/volunteers/{volunteer_id}/trainings'


def new_training(volunteer_id: int, kind: str = '', *, batch: bool = False) -> str:
    """The form of a training that is not recorded yet; with `kind` its usual course is filled in.

    With `batch` it returns to 批次維護作業.
    """
    return asking(f'/volunteers/{volunteer_id}/trainings/new', kind=kind, batch=1 if batch else None)


def training(volunteer_id: int, training_id: int | str) -> str:
    """The form of one training; 'new' is that of `new_training`, 'new-2' another beside it, begun by a file."""
    return f'/volunteers/{volunteer_id}/trainings/{training_id}'


def history(volunteer_id: int) -> str:
    """異動紀錄 of a volunteer."""
    return f'/volunteers/{volunteer_id}/history'


def insurance(volunteer_id: int) -> str:
    """保險 of a volunteer."""
    return f'/volunteers/{volunteer_id}/insurance'


def record_books(volunteer_id: int) -> str:
    """紀錄冊 of a volunteer: the books and what became of the applications."""
    return f'/volunteers/{volunteer_id}/record-book'


def application(volunteer_id: int) -> str:
    """The form of the volunteer's application, open or not yet begun."""
    return f'/volunteers/{volunteer_id}/record-book/application'


def paper_book(volunteer_id: int) -> str:
    """The form by which a paper book of the volunteer is registered, or what is under way mended."""
    return f'/volunteers/{volunteer_id}/record-book/paper'


def new_rights_request(volunteer_id: int) -> str:
    """登記當事人請求: what a volunteer of the unit has handed in on paper, and the consent signed or withdrawn."""
    return f'/volunteers/{volunteer_id}/rights'
