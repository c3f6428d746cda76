"""What stands on the screen while the scripts load: the bar, the place and the title, drawn from plain HTML.

NiceGUI draws nothing before Vue, Quasar and every component of the page have arrived and run. `ui/static/site.js` takes
this away in the moment in which the page itself appears, at the same places.
"""

from collections.abc import Sequence

from markupsafe import Markup
from nicegui import ui

_PAGE = Markup("""<div id="loading-shell" class="app" aria-hidden="true">
<header class="lb-bar"><span class="lb-brand"><span class="lb-mark">志</span><span><small>衛生福利部</small>\
<b>志願服務資訊整合系統</b></span></span></header>{rail}
<main><div class="lb-page">{crumbs}{heading}<p class="lb-opening">正在開啟…</p></div></main></div>""")
_RAIL = Markup('<aside class="lb-rail"></aside>')
_CRUMBS = Markup('<nav class="lb-crumbs">{}</nav>')
_HEADING = Markup('<div class="lb-head"><h1>{}</h1></div>')


def loading_shell(title: str, places: Sequence[str], *, has_rail: bool, has_heading: bool) -> None:
    """Put it on this page. `places` lead to the page, as the breadcrumb says."""
    if ui.context.client.storage.get('is_slow'):
        return
    html = _PAGE.format(
        rail=_RAIL if has_rail else '',
        crumbs=_CRUMBS.format(' › '.join([*places, title])) if places else '',
        heading=_HEADING.format(title) if has_heading else '',
    )
    ui.add_body_html(str(html))


def only_sight(title: str) -> None:
    """Put it on a page that is sent before it is built, in the place of what the builder has put there so far."""
    client = ui.context.client
    client._body_html = ''
    loading_shell(title, (), has_rail=False, has_heading=bool(title))
    client.storage['is_slow'] = True
