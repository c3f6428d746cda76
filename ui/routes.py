"""Every address of the site and its page."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any

from fastapi import FastAPI
from nicegui import ui

from domain import roles
from domain.model import Role

from . import documents, sign_offs
from .machinery import straight
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
from .signing_in import citizen_certificates, login_again, own_factors, own_sessions, second_step
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

# Who may open which, `domain.roles` says.
PAGES: list[tuple[str, Builder]] = [
    ('/menu', menus.menu_page),
    ('/volunteer-data', menus.volunteer_data_page),
    ('/volunteers', search.volunteer_search_page),
    ('/consolidated', consolidated.consolidated_page),
    ('/volunteers/new', form.new_volunteer_page),
    ('/volunteers/new/{draft_id}', form.volunteer_draft_page),
    ('/volunteers/{volunteer_id}', profile.profile_page),
    ('/volunteers/{volunteer_id}/rights', rights_form.rights_form_page),
    ('/volunteers/{volunteer_id}/{tab}', profile.tab_page),
    ('/volunteers/{volunteer_id}/trainings/new', training_form.new_training_page),
    ('/volunteers/{volunteer_id}/trainings/new-{turn}', training_form.new_training_page),
    ('/volunteers/{volunteer_id}/trainings/{training_id}', training_form.training_page),
    ('/volunteers/{volunteer_id}/record-book/application', application_form.application_page),
    ('/volunteers/{volunteer_id}/record-book/paper', paper_book_form.paper_book_page),
    ('/paper-books', paper_books.paper_books_page),
    ('/applications', applications.applications_page),
    ('/rosters', rosters.rosters_page),
    ('/rosters/{roster_id}', rosters.roster_page),
    ('/trainings', trainings.trainings_page),
    ('/transfers', transfers.transfers_page),
    ('/rights', rights.rights_page),
    ('/rights/{request_id}', rights.rights_request_page),
    ('/former-volunteers', former_volunteers.former_volunteers_page),
    ('/former-volunteers/{leaver_id}', former_volunteers.former_volunteer_page),
    ('/batch', entries.batch_page),
    ('/imports', batches.imports_page),
    ('/imports/new/{kind}', new.new_import_page),
    ('/imports/{batch_id}', import_batch.import_batch_page),
    ('/batch/trainings', batch.batch_trainings_page),
    ('/reviews', queue.review_queue_page),
    ('/reviews/rosters', review_rosters.review_rosters_page),
    ('/reviews/rosters/{roster_id}', review_rosters.review_roster_page),
    ('/reviews/overdue', overdue.overdue_page),
    ('/reviews/paper-books', review_paper_books.review_paper_books_page),
    ('/reviews/paper-books/{registration_id}', paper_book.review_paper_book_page),
    ('/reviews/{application_id}', case.review_case_page),
    ('/numbers', number_ledger.numbers_page),
    ('/figures', statistics.figures_page),
    ('/office-figures', office_figures.office_figures_page),
    ('/county', office_figures.county_page),
    ('/inspections', inspections.inspections_page),
    ('/inspections/{inspection_id}', inspections.inspection_page),
    ('/inspections/{inspection_id}/{application_id}', inspections.inspected_case_page),
    ('/my', my_record_book.my_record_book_page),
    ('/my/data', my_data.my_data_page),
    ('/my/book', my_pages.my_pages_page),
    ('/admin', admin.admin_page),
    ('/admin/{section}', admin.section_page),
    ('/log', usage_log.usage_log_page),
    ('/mails', mails.mails_page),
    ('/account/password', account.password_page),
    ('/account/mail', account.mail_page),
    ('/account/undo', account.undo_page),
    ('/account/deputy', account.deputy_page),
    ('/account/guide', account.guide_page),
    ('/account/unit', unit_accounts.unit_accounts_page),
    ('/county/accounts', county_accounts.county_accounts_page),
]


def register(site: FastAPI) -> None:
    """Put the pages, the plain forms and the downloads under their addresses."""
    for plain in PLAIN:
        plain.register(site)
    for address, builder in PAGES:
        place(address, builder, roles.of_address(address))


def place(address: str, builder: Builder, row: Collection[Role]) -> None:
    """Put a page under its address, for these roles only."""
    page: Any = only_for(*row)(builder)
    straight.place(ui.page(address, response_timeout=NEVER), page)
