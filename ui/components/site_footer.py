"""What stands below every page, and the posts `:::` that lead from block to block by Alt+U, C and B.

The posts are those of 網站無障礙規範. UPDATED_ON is renewed with each entry of CHANGELOG.md.
"""

from datetime import date

from nicegui import html, ui

from domain import dates, links, settings

UPDATED_ON = date(2026, 11, 30)
LINKS = (('網站導覽', links.site_map()), ('隱私權政策', links.privacy()), ('資訊安全政策', links.security()))


def site_footer() -> None:
    """網站導覽, 隱私權政策, 資訊安全政策, whom to call, 更新日期."""
    with html.footer().classes('lb-footer').props('id=foot tabindex=-1'):
        guide_post('B', '下方功能區塊', 'foot')
        for text, address in LINKS:
            ui.link(text, address)
        phone = settings.current().service_phone
        ui.link(f'客服諮詢專線 {phone}', f'tel:{phone}')
        html.span(f'更新日期：{dates.roc(UPDATED_ON)}')


def guide_post(key: str, block: str, at: str) -> None:
    """「:::」, which takes whoever presses Alt and `key` to the block with the id `at`."""
    post = html.a(':::').classes('lb-post')
    post.props.update({'href': links.at('', at), 'accesskey': key, 'title': block})
    post.props['aria-label'] = f'{block}（Alt+{key}）'
