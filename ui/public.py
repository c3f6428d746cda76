"""The plain HTML pages that need no login: one shell, Jinja templates, no socket and no script but a small file."""

from functools import cache
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from domain import accounts, dates, files, limits, links, settings
from domain.accounts import passwords
from domain.errors import DomainError, NoAnswer
from domain.model import Account

from . import assets
from .components.site_footer import LINKS, UPDATED_ON

_TITLES = {401: '請重新登入', 403: '這個要求已拒絕', 404: '找不到這個頁面', 405: '這個網址只能開啟'}
_SENTENCES = {
    400: '送來的內容不完整或無法辨識，沒有收下。請回到上一頁再送出一次；已填的資料都還在。',
    404: '網址可能不完整，或資料已經移除。請回到首頁，再從選單進入。',
    405: '這個網址不接受這種要求。請回到首頁，再從選單進入。',
}

TEMPLATES = Path(__file__).parent / 'pages'


def page(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """The page of `template` with `values`; every value is escaped. Never kept in a cache: it may hold a typed name.

    `account`, where it is given: who reads it signed in, with the way out in the head, in the own text size.
    """
    account = values.get('account')
    text = (
        _templates()
        .get_template(template)
        .render(
            values
            | {'office': settings.current(), 'stylesheet': assets.STYLESHEET, 'stamp': assets.stamp()}
            | {'account': account, 'working_at': accounts.office_of(account) if isinstance(account, Account) else ''}
            | {'foot_links': LINKS}
            | {'updated': dates.roc(UPDATED_ON), 'first_fault': _first_of(values.get('problems'))}
        )
    )
    return HTMLResponse(text, status_code=status, headers={'Cache-Control': 'no-store'})


def refusal(scope: Scope, status: int, sentence: str, title: str = '') -> Response:
    """Why something is not answered: a page for whoever opens it in a browser, JSON `{sentence}` for a script."""
    is_opened = 'text/html' in Headers(scope=scope).get('accept', '') and not scope['path'].startswith(links.upload(''))
    if is_opened:
        return page('failed.html', status, title=title or _TITLES.get(status, '沒有完成'), sentence=sentence)
    return JSONResponse({'sentence': sentence}, status, headers={'Cache-Control': 'no-store'})


def refused_by_framework(scope: Scope, status: int) -> Response:
    """In our words, what a library below us refuses with words of its own."""
    return refusal(scope, status, _SENTENCES.get(status, '這個要求無法辨識，沒有完成。請回到首頁再試一次。'))


def status_of(refusal: DomainError, otherwise: int) -> int:
    """429 for whoever has asked too often, 503 where others are before them, or files or database are away."""
    if isinstance(refusal, limits.Exceeded):
        return 429
    return 503 if isinstance(refusal, passwords.Busy | files.FilesAway | NoAnswer) else otherwise


def _first_of(problems: object) -> str:
    """The field that gets the cursor: the first with a fault."""
    return str(next(iter(problems), '')) if isinstance(problems, dict) else ''


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
