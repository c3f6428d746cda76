"""A volunteer's own record book and data."""


def my_record_book() -> str:
    """我的紀錄冊."""
    return '/my'


def my_pages() -> str:
    """線上閱讀: the pages of one's own record book."""
    return '/my/book'


def my_data() -> str:
    """我的資料: one's own data, consent, rights, and a copy of everything."""
    return '/my/data'


def own_data(form: str) -> str:
    """A copy of everything on record of oneself: json, ods, pdf, or all in a zip."""
    return f'/my/data/copy.{form}'


def privacy_notice() -> str:
    """個人資料告知事項, with all its versions."""
    return '/privacy/notice'
