"""What a host unit does for many of its people: cases, rosters, sign-offs, transfers, requests by law, accounts."""

from typing import Unpack

from .addresses import TrainingFilters, asking, at


def menu() -> str:
    """子系統入口."""
    return '/menu'


def applications(which: str = '', *, page: int | None = None, per: int | None = None) -> str:
    """送審進度; `which` of the unit's lists (`worklists.UnitList`), turned to a page."""
    return asking('/applications', which=which, page=page, per=per)


def rosters(q: str = '', turn: str = '', page: int | None = None) -> str:
    """名冊 of the unit: what was searched for under the key `q`, `turn` '1' whose turn it is."""
    return asking('/rosters', q=q, turn=turn, page=page)


def roster(roster_id: int) -> str:
    """One roster, as its unit fills it."""
    return f'/rosters/{roster_id}'


def roster_row(roster_id: int, application_id: int) -> str:
    """The row of an application in a roster of the unit."""
    return at(roster(roster_id), f'case-{application_id}')


def paper_books(which: str = '', *, page: int | None = None, per: int | None = None) -> str:
    """紙本紀錄冊登記 of the unit: `which` of its lists."""
    return asking('/paper-books', which=which, page=page, per=per)


def unit_trainings(*, page: int | None = None, per: int | None = None, **filters: Unpack[TrainingFilters]) -> str:
    """教育訓練查詢 over the unit, as it is filtered, sorted and turned."""
    return asking('/trainings', **filters, page=page, per=per)


def transfers(part: str = '', *, page: int | None = None, per: int | None = None) -> str:
    """志工移轉: between teams, with `part` 'give' or 'take' between units."""
    return asking('/transfers', part=part, page=page, per=per)


def sign_offs() -> str:
    """What waits for the 志工督導 of the unit."""
    return '/sign-offs'


def to_sign(sign_off_id: int) -> str:
    """One of them, with all that is to be sent."""
    return f'/sign-offs/{sign_off_id}'


def picture_to_sign(sign_off_id: int, file_id: object) -> str:
    """A picture of what is to be signed."""
    return f'/sign-offs/{sign_off_id}/pictures/{file_id}'


def rights(part: str = '') -> str:
    """個資事務 of the unit: what its volunteers ask, with `part` 'closed' what was answered."""
    return asking('/rights', part=part)


def rights_request(request_id: int) -> str:
    """One request, and its answer."""
    return f'/rights/{request_id}'


def former_volunteers() -> str:
    """離開的志工 of the unit."""
    return '/former-volunteers'


def former_volunteer(volunteer_id: int) -> str:
    """One of them: 封存, and what is sealed."""
    return f'/former-volunteers/{volunteer_id}'


def unit_accounts(edit: object = '', q: str = '', *, page: int | None = None, per: int | None = None) -> str:
    """帳號管理 of a 單位管理者; with `edit` the form of an account, or of a 'new' one. `q`: the key of the words."""
    return asking('/account/unit', edit=edit, q=q, page=page, per=per)
