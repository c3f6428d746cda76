"""Every address of the site and its page, in one table."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from nicegui import ui

from domain.model import Role

from . import citizen_certificates, documents
from .pages import (
    about,
    account,
    account_help,
    admin,
    applications,
    batch,
    downloads,
    login,
    mails,
    menus,
    my_pages,
    my_record_book,
    rosters,
    statistics,
    teaching,
)
from .pages.review import case, number_ledger, overdue, queue
from .pages.review import rosters as review_rosters
from .pages.volunteer import application_form, consolidated, form, profile, search, training_form
from .session import only_for
from .slow_pages import NEVER

Builder = Callable[..., Awaitable[Any]]
# Plain HTML and documents: each module puts its own under their addresses.
PLAIN = (login, account_help, downloads, teaching, about, menus, citizen_certificates, documents)
STAFF, REVIEWER, VOLUNTEER, ADMINISTRATOR = Role.UNIT_STAFF, Role.REVIEWER, Role.VOLUNTEER, Role.ADMINISTRATOR

PAGES: list[tuple[str, Builder, tuple[Role, ...]]] = [
    ('/menu', menus.menu_page, (STAFF, REVIEWER, ADMINISTRATOR)),
    ('/volunteer-data', menus.volunteer_data_page, (STAFF, REVIEWER)),
    ('/volunteers', search.volunteer_search_page, (STAFF,)),
    ('/consolidated', consolidated.consolidated_page, (STAFF, REVIEWER)),
    ('/volunteers/new', form.new_volunteer_page, (STAFF,)),
    ('/volunteers/new/{draft_id}', form.volunteer_draft_page, (STAFF,)),
    ('/volunteers/{volunteer_id}', profile.profile_page, (STAFF,)),
    ('/volunteers/{volunteer_id}/{tab}', profile.tab_page, (STAFF,)),
    ('/volunteers/{volunteer_id}/trainings/new', training_form.new_training_page, (STAFF,)),
    ('/volunteers/{volunteer_id}/trainings/{training_id}', training_form.training_page, (STAFF,)),
    ('/volunteers/{volunteer_id}/record-book/application', application_form.application_page, (STAFF,)),
    ('/applications', applications.applications_page, (STAFF,)),
    ('/rosters', rosters.rosters_page, (STAFF,)),
    ('/rosters/{roster_id}', rosters.roster_page, (STAFF,)),
    ('/batch/trainings', batch.batch_trainings_page, (STAFF,)),
    ('/reviews', queue.review_queue_page, (REVIEWER,)),
    ('/reviews/rosters', review_rosters.review_rosters_page, (REVIEWER,)),
    ('/reviews/rosters/{roster_id}', review_rosters.review_roster_page, (REVIEWER,)),
    ('/reviews/overdue', overdue.overdue_page, (REVIEWER,)),
    ('/reviews/{application_id}', case.review_case_page, (REVIEWER,)),
    ('/numbers', number_ledger.numbers_page, (REVIEWER,)),
    ('/figures', statistics.figures_page, (STAFF, REVIEWER)),
    ('/my', my_record_book.my_record_book_page, (VOLUNTEER,)),
    ('/my/book', my_pages.my_pages_page, (VOLUNTEER,)),
    ('/admin', admin.admin_page, (ADMINISTRATOR,)),
    ('/admin/{section}', admin.section_page, (ADMINISTRATOR,)),
    ('/mails', mails.mails_page, (STAFF, REVIEWER, ADMINISTRATOR)),
    ('/account/password', account.password_page, tuple(Role)),
    ('/account/mail', account.mail_page, tuple(Role)),
    ('/account/deputy', account.deputy_page, (REVIEWER,)),
    ('/account/guide', account.guide_page, (STAFF,)),
]


def register(site: FastAPI) -> None:
    """Put the pages, the plain forms and the downloads under their addresses."""
    for plain in PLAIN:
        plain.register(site)
    for address, builder, roles in PAGES:
        place(address, builder, roles)


def place(address: str, builder: Builder, roles: tuple[Role, ...]) -> None:
    """Put a page under its address, for these roles only."""
    page: Any = only_for(*roles)(builder)
    ui.page(address, response_timeout=NEVER)(page)
