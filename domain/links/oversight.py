"""Inspectors, county authorities and the ministry: samples, figures, accounts, the log."""

from .addresses import asking


def inspections() -> str:
    """稽核抽查: the inspector's samples."""
    return '/inspections'


def inspection(inspection_id: int) -> str:
    """One of them, with its cases."""
    return f'/inspections/{inspection_id}'


def inspected_case(inspection_id: int, application_id: int) -> str:
    """A case of the sample."""
    return f'/inspections/{inspection_id}/{application_id}'


def inspected_picture(inspection_id: int, application_id: int, file_id: object) -> str:
    """A picture of it."""
    return f'/inspections/{inspection_id}/{application_id}/pictures/{file_id}'


def office_figures() -> str:
    """志願服務統計: figures without persons, of a county or of all."""
    return '/office-figures'


def county_offices() -> str:
    """運用單位與發冊機關 of the county."""
    return '/county'


def county_accounts(part: str = '', edit: object = '') -> str:
    """帳號管理 of a county authority: 帳號申請, 年度盤點 or 已鎖定 (`part`); with `edit` one of them."""
    return asking('/county/accounts', part=part, edit=edit)


def usage_log() -> str:
    """使用紀錄, for inspectors and administrators."""
    return '/log'
