"""告知事項 as people read it: the headings of the law and what they say, folded until somebody opens it."""

from nicegui import html

from domain import dates
from domain.consents import notices
from domain.model import PrivacyNotice

from .icon import icon


def notice_text(notice: PrivacyNotice, *, is_open: bool = False) -> None:
    """One version, with its number and day."""
    fold = html.details().classes('lb-fold lb-notice')
    if is_open:
        fold.props('open')
    with fold:
        with html.summary():
            html.b('個人資料告知事項')
            html.small(f'第 {notice.id} 版，民國 {dates.roc(dates.day_of(notice.published_at))}')
            icon('down', 20)
        with html.dl().classes('lb-notice-text'):
            for heading, text in notices.paragraphs(notice):
                html.dt(heading)
                html.dd(text)
