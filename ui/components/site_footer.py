"""What stands below every page, and the posts `:::` that lead from block to block by Alt+U, C and B.

The posts are those of 網站無障礙規範. UPDATED_ON is renewed with each entry of CHANGELOG.md.
"""

from datetime import date

from nicegui import html
from nicegui.element import Element

from domain import dates, links, settings

UPDATED_ON = date(2026, 11, 30)
LINKS = (('網站導覽', links.site_map()), ('隱私權政策', links.privacy()), ('資訊安全政策', links.security()))


class site_footer(Element, component='site_footer.js'):
    """網站導覽, 隱私權政策, 資訊安全政策, whom to call, 更新日期."""

    def __init__(self) -> None:
        super().__init__()
        self._props.update({'id': 'foot', 'tabindex': '-1', 'links': LINKS, 'updated': dates.roc(UPDATED_ON)})
        self._props['phone'] = settings.current().service_phone


def guide_post(key: str, block: str, at: str) -> None:
    """「:::」, which takes whoever presses Alt and `key` to the block with the id `at`."""
    post = html.a(':::').classes('lb-post')
    post.props.update({'href': links.at('', at), 'accesskey': key, 'title': block})
    post.props['aria-label'] = f'{block}（Alt+{key}）'
