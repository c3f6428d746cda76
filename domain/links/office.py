"""系統管理, and the mails of an office that sends none."""

from .addresses import asking


def administration() -> str:
    """系統管理: begins with what waits."""
    return '/admin'


def admin(section: str, edit: object = '', q: str = '', *, page: int | None = None, per: int | None = None) -> str:
    """One section of 系統管理; with `edit` the form of the record of that key, or of a 'new' one.

    `q`: the key of what the list was searched for; it is turned to a page.
    """
    return asking(f'/admin/{section}', edit=edit, q=q, page=page, per=per)


def mails() -> str:
    """系統信件 of an office that sends none."""
    return '/mails'
