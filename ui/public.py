"""The plain HTML pages that need no login: one shell, Jinja templates, no socket and no script but a small file."""

from functools import cache
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain import accounts, dates, limits, settings
from domain.accounts import passwords
from domain.errors import DomainError
from domain.model import Account

from . import assets
from .components.site_footer import LINKS, UPDATED_ON

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
            | {'office': settings.current(), 'stylesheet': assets.STYLESHEET, 'stamp': _stamp()}
            | {'account': account, 'working_at': accounts.office_of(account) if isinstance(account, Account) else ''}
            | {'foot_links': LINKS}
            | {'updated': dates.roc(UPDATED_ON), 'first_fault': _first_of(values.get('problems'))}
        )
    )
    return HTMLResponse(text, status_code=status, headers={'Cache-Control': 'no-store'})


def status_of(refusal: DomainError, otherwise: int) -> int:
    """429 for whoever has asked too often, 503 where others are before them."""
    if isinstance(refusal, limits.Exceeded):
        return 429
    return 503 if isinstance(refusal, passwords.Busy) else otherwise


def _first_of(problems: object) -> str:
    """The field that gets the cursor: the first with a fault."""
    return str(next(iter(problems), '')) if isinstance(problems, dict) else ''


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


@cache
def _stamp() -> str:
    return assets.stamp('public.js')
