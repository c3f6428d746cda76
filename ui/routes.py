"""Every address of the site and its page, in one table."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from nicegui import ui

from domain.model import Role

from . import citizen_certificates, documents, login_again, own_factors, own_sessions, second_step, sign_offs
from .pages import (
    about,
    account,
    account_help,
    admin,
    applications,
    batch,
    county_accounts,
    downloads,
    former_volunteers,
    inspections,
    login,
    mails,
    menus,
    my_data,
    my_pages,
    my_record_book,
    office_figures,
    paper_books,
    rights,
    rosters,
    statistics,
    teaching,
    trainings,
    transfers,
    unit_accounts,
    usage_log,
)
from .pages.imports import batch as import_batch
from .pages.imports import batches, entries, new
from .pages.review import case, number_ledger, overdue, paper_book, queue
from .pages.review import paper_books as review_paper_books
from .pages.review import rosters as review_rosters
from .pages.volunteer import (
    application_form,
    consolidated,
    form,
    paper_book_form,
    profile,
    rights_form,
    search,
    training_form,
)
from .session import only_for
from .slow_pages import NEVER

Builder = Callable[..., Awaitable[Any]]
# Plain HTML and documents: each module puts its own under their addresses.
PLAIN = (
    login,
    account_help,
    downloads,
    teaching,
    about,
    menus,
    citizen_certificates,
    second_step,
    login_again,
    own_factors,
    own_sessions,
    sign_offs,
    documents,
)
STAFF, REVIEWER, VOLUNTEER, ADMINISTRATOR = Role.UNIT_STAFF, Role.REVIEWER, Role.VOLUNTEER, Role.ADMINISTRATOR
COUNTY, MINISTRY, INSPECTOR = Role.COUNTY, Role.MINISTRY, Role.INSPECTOR

PAGES: list[tuple[str, Builder, tuple[Role, ...]]] = [
    ('/menu', menus.menu_page, tuple(role for role in Role if role != VOLUNTEER)),
    ('/volunteer-data', menus.volunteer_data_page, (STAFF, REVIEWER)),
    ('/volunteers', search.volunteer_search_page, (STAFF,)),
    ('/consolidated', consolidated.consolidated_page, (STAFF, REVIEWER)),
    ('/volunteers/new', form.new_volunteer_page, (STAFF,)),
    ('/volunteers/new/{draft_id}', form.volunteer_draft_page, (STAFF,)),
    ('/volunteers/{volunteer_id}', profile.profile_page, (STAFF,)),
    ('/volunteers/{volunteer_id}/rights', rights_form.rights_form_page, (STAFF,)),
    ('/volunteers/{volunteer_id}/{tab}', profile.tab_page, (STAFF,)),
    ('/volunteers/{volunteer_id}/trainings/new', training_form.new_training_page, (STAFF,)),
    ('/volunteers/{volunteer_id}/trainings/new-{turn}', training_form.new_training_page, (STAFF,)),
    ('/volunteers/{volunteer_id}/trainings/{training_id}', training_form.training_page, (STAFF,)),
    ('/volunteers/{volunteer_id}/record-book/application', application_form.application_page, (STAFF,)),
    ('/volunteers/{volunteer_id}/record-book/paper', paper_book_form.paper_book_page, (STAFF,)),
    ('/paper-books', paper_books.paper_books_page, (STAFF,)),
    ('/applications', applications.applications_page, (STAFF,)),
    ('/rosters', rosters.rosters_page, (STAFF,)),
    ('/rosters/{roster_id}', rosters.roster_page, (STAFF,)),
    ('/trainings', trainings.trainings_page, (STAFF,)),
    ('/transfers', transfers.transfers_page, (STAFF,)),
    ('/rights', rights.rights_page, (STAFF,)),
    ('/rights/{request_id}', rights.rights_request_page, (STAFF,)),
    ('/former-volunteers', former_volunteers.former_volunteers_page, (STAFF,)),
    ('/former-volunteers/{volunteer_id}', former_volunteers.former_volunteer_page, (STAFF,)),
    ('/batch', entries.batch_page, (STAFF,)),
    ('/imports', batches.imports_page, (STAFF,)),
    ('/imports/new/{kind}', new.new_import_page, (STAFF,)),
    ('/imports/{batch_id}', import_batch.import_batch_page, (STAFF,)),
    ('/batch/trainings', batch.batch_trainings_page, (STAFF,)),
    ('/reviews', queue.review_queue_page, (REVIEWER,)),
    ('/reviews/rosters', review_rosters.review_rosters_page, (REVIEWER,)),
    ('/reviews/rosters/{roster_id}', review_rosters.review_roster_page, (REVIEWER,)),
    ('/reviews/overdue', overdue.overdue_page, (REVIEWER,)),
    ('/reviews/paper-books', review_paper_books.review_paper_books_page, (REVIEWER,)),
    ('/reviews/paper-books/{registration_id}', paper_book.review_paper_book_page, (REVIEWER,)),
    ('/reviews/{application_id}', case.review_case_page, (REVIEWER,)),
    ('/numbers', number_ledger.numbers_page, (REVIEWER,)),
    ('/figures', statistics.figures_page, (STAFF, REVIEWER)),
    ('/office-figures', office_figures.office_figures_page, (MINISTRY, COUNTY)),
    ('/county', office_figures.county_page, (COUNTY,)),
    ('/inspections', inspections.inspections_page, (INSPECTOR,)),
    ('/inspections/{inspection_id}', inspections.inspection_page, (INSPECTOR,)),
    ('/inspections/{inspection_id}/{application_id}', inspections.inspected_case_page, (INSPECTOR,)),
    ('/my', my_record_book.my_record_book_page, (VOLUNTEER,)),
    ('/my/data', my_data.my_data_page, (VOLUNTEER,)),
    ('/my/book', my_pages.my_pages_page, (VOLUNTEER,)),
    ('/admin', admin.admin_page, (ADMINISTRATOR,)),
    ('/admin/{section}', admin.section_page, (ADMINISTRATOR,)),
    ('/log', usage_log.usage_log_page, (Role.INSPECTOR, ADMINISTRATOR)),
    ('/mails', mails.mails_page, (STAFF, REVIEWER, ADMINISTRATOR)),
    ('/account/password', account.password_page, tuple(Role)),
    ('/account/mail', account.mail_page, tuple(Role)),
    ('/account/deputy', account.deputy_page, (REVIEWER,)),
    ('/account/guide', account.guide_page, (STAFF,)),
    ('/account/unit', unit_accounts.unit_accounts_page, (STAFF,)),
    ('/county/accounts', county_accounts.county_accounts_page, (Role.COUNTY,)),
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
