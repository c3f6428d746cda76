"""Who may do what, in one table: each service, page, file and print, the roles that have it, and over what.

A service is found by its module, or by module and verb where a verb differs from its module. What names no role is a
step of another service, which has asked already (INNER), or concerns the account itself (OWN). A row may also be of a
part of a service, which then asks for it by name. Services ask by `permissions.require`, addresses by
`ui.session.only_for_its_row` and `only_for`. The table is walked: `tests/domain/test_roles_walk.py` calls every
service, and `tests/ui/test_roles_walk.py` opens every address, as every role; `tests/domain/test_roles_asked.py` reads
from the source what each service asks for. `roles.md` prints it (`python -m domain.roles`).
"""

import sys
from collections.abc import Iterator, Mapping

from db.choices import Choice, Role


class Scope(Choice):
    """Over what a role may do something."""

    OWN = 'own', '本人'
    TEAM = 'team', '所屬單位（志工隊帳號只及該隊）'
    UNIT = 'unit', '所屬單位'
    AGENCY = 'agency', '送到所屬機關的案件'
    COUNTY = 'county', '所屬縣市，不含個人資料'
    SAMPLE = 'sample', '抽出的案件，寫明事由，限期'
    FIGURES = 'figures', '全國，不含個人資料，小數字隱藏'
    LOG = 'log', '使用紀錄'
    OFFICE = 'office', '全系統，不含志工個人資料'


Row = Mapping[Role, Scope]

EVERY: Row = dict.fromkeys(Role, Scope.OWN)
INNER: Row = {}
CLERK: Row = {Role.UNIT_STAFF: Scope.TEAM}
WHOLE: Row = {Role.UNIT_STAFF: Scope.UNIT}
REVIEWER: Row = {Role.REVIEWER: Scope.AGENCY}
SELF: Row = {Role.VOLUNTEER: Scope.OWN}
ADMINISTRATOR: Row = {Role.ADMINISTRATOR: Scope.OFFICE}
SUPERVISOR: Row = {Role.SUPERVISOR: Scope.UNIT}
INSPECTOR: Row = {Role.INSPECTOR: Scope.SAMPLE}
FIGURES: Row = {Role.MINISTRY: Scope.FIGURES, Role.COUNTY: Scope.COUNTY}
AUDITORS: Row = {Role.INSPECTOR: Scope.LOG, Role.ADMINISTRATOR: Scope.LOG}
OPENERS: Row = {**ADMINISTRATOR, Role.COUNTY: Scope.COUNTY}
COUNTY: Row = {Role.COUNTY: Scope.COUNTY}
BOTH_SIDES: Row = {**CLERK, **REVIEWER}
READERS: Row = {**BOTH_SIDES, **SELF}
STAFF: Row = {**BOTH_SIDES, **ADMINISTRATOR}
NOT_VOLUNTEERS: Row = {role: scope for role, scope in EVERY.items() if role != Role.VOLUNTEER}

SERVICES: dict[str, Row] = {
    'accounts': ADMINISTRATOR,
    'accounts.change_password': EVERY,
    'accounts.preferences': EVERY,
    'accounts.preferences.set_undo_seconds': REVIEWER,
    'accounts.staff.opened_for': INNER,
    'accounts.staff.rewrite': INNER,
    'accounts.bound_cards': INNER,
    'accounts.step_up': EVERY,
    'accounts.requests': OPENERS,
    'accounts.reviews': {**WHOLE, **OPENERS},
    'accounts.reviews.close': {**WHOLE, **ADMINISTRATOR},
    'accounts.reviews.of_unit': WHOLE,
    'accounts.second_factors': EVERY,
    'accounts.second_factors.remove_all': INNER,
    'accounts.second_factors.reset': ADMINISTRATOR,
    'accounts.sessions': EVERY,
    'accounts.sessions.end_of': ADMINISTRATOR,
    'accounts.terms': ADMINISTRATOR,
    'accounts.terms.locked_ones': OPENERS,
    'accounts.terms.looked_after': {**WHOLE, **OPENERS},
    'accounts.prove': EVERY,
    'accounts.prove_by_code': EVERY,
    'accounts.prove_by_passkey': EVERY,
    'accounts.email_changes': ADMINISTRATOR,
    'accounts.email_changes.tell': INNER,
    'accounts.email_changes.write': INNER,
    'accounts.unit_accounts': WHOLE,
    'accounts.volunteer_accounts': CLERK,
    'applications': CLERK,
    'applications.get': READERS,
    'applications.current_of': READERS,
    'applications.history_of': READERS,
    'applications.known': READERS,
    'applications.is_under_review': READERS,
    'applications.send': INNER,
    'applications.send_drafts': INNER,
    'applications.give_up': INNER,
    'applications.other_units': INNER,
    'applications.other_units.hand_over': CLERK,
    'audit.access': INNER,
    'audit.access.of': SELF,
    'audit.access.count': SELF,
    'audit.history': INNER,
    'audit.history.of': READERS,
    'audit.history.savings': READERS,
    'audit.log': INNER,
    'audit.reads': INNER,
    'audit.office_history': INNER,
    'audit.office_history.of': ADMINISTRATOR,
    'books.book_prints': READERS,
    'books.book_prints.of_cases': BOTH_SIDES,
    'books.book_prints.of_day': REVIEWER,
    'books.number_ledger': REVIEWER,
    'books.number_ledger.series': {**REVIEWER, **ADMINISTRATOR},
    'books.number_ledger.series_of': {**REVIEWER, **ADMINISTRATOR},
    'books.number_ledger.begin': ADMINISTRATOR,
    'books.number_ledger.save': ADMINISTRATOR,
    'books.paper_books': CLERK,
    'books.paper_books.give_up_of': INNER,
    'books.paper_books.give_up_all': ADMINISTRATOR,
    'books.paper_decisions': REVIEWER,
    'books.paper_details': INNER,
    'books.paper_moves': INNER,
    'books.paper_lists': BOTH_SIDES,
    'books.paper_lists.opened': REVIEWER,
    'books.paper_lists.waiting_like': REVIEWER,
    'books.paper_lists.units_waiting': REVIEWER,
    'books.paper_lists.offered': CLERK,
    'books.paper_lists.may_amend': CLERK,
    'books.record_books': READERS,
    'books.record_books.issue': INNER,
    'books.record_books.issue_each': INNER,
    'calendar.office_calendar': ADMINISTRATOR,
    'cases.deputies': {**REVIEWER, **ADMINISTRATOR},
    'cases.deputies.told': REVIEWER,
    'cases.deputies.in_hand': REVIEWER,
    'cases.deputies.on_behalf': INNER,
    'cases.deputies.on_behalf_each': INNER,
    'cases.forgotten_drafts': INNER,
    'cases.transitions': INNER,
    'cases.worklists': CLERK,
    'citizen_certificates': EVERY,
    'consents': {**CLERK, **SELF},
    'consents.of': READERS,
    'consents.asks': READERS,
    'consents.note': INNER,
    'consents.notices': ADMINISTRATOR,
    'corrections': REVIEWER,
    'corrections.answer': CLERK,
    'corrections.dispute': CLERK,
    'corrections.marks': BOTH_SIDES,
    'corrections.marks.beside': CLERK,
    'departures': CLERK,
    'departures.closing': ADMINISTRATOR,
    'departures.close_unit': ADMINISTRATOR,
    'departures.transfers': WHOLE,
    'departures.leavers': WHOLE,
    'directory': ADMINISTRATOR,
    'directory.kept_host_unit': INNER,
    'directory.team_named': WHOLE,
    'directory.save_team': {**WHOLE, **ADMINISTRATOR},
    'drafts': CLERK,
    'drafts.finding.write': INNER,
    'files': CLERK,
    'files.get': READERS,
    'files.read': READERS,
    'files.blame': EVERY,
    'files.scan': EVERY,
    'files.with_viewer': EVERY,
    'files.attachable': INNER,
    'files.attach': CLERK,
    'files.megabytes_of_units': ADMINISTRATOR,
    'guide': CLERK,
    'guide.home.news': BOTH_SIDES,
    'guide.missing.latest': INNER,
    'guide.missing.of_known': INNER,
    'imports': CLERK,
    'imports.beginning.of_teams': WHOLE,
    'imports.copying': INNER,
    'imports.ledger_rows': INNER,
    'imports.people': INNER,
    'imports.rests': INNER,
    'imports.writing': INNER,
    'inspections': INSPECTOR,
    'ledgers': CLERK,
    'ledgers.entries': READERS,
    'ledgers.served': READERS,
    'ledgers.get': READERS,
    'mail.messages': INNER,
    'mail.outbox': STAFF,
    'mail.paper_book_mails': INNER,
    'mail.queries': ADMINISTRATOR,
    'mail.queries.recent': STAFF,
    'mail.templates': ADMINISTRATOR,
    'operations.key_inventory': ADMINISTRATOR,
    'operations.pending': ADMINISTRATOR,
    'papers': REVIEWER,
    'papers.changes': INNER,
    'papers.kept.keep': INNER,
    'papers.kept.keep_each': INNER,
    'papers.kept.begin': INNER,
    'printouts.roster_sheets': BOTH_SIDES,
    'privacy.own_data': SELF,
    'privacy.retention': ADMINISTRATOR,
    'privacy.rights': CLERK,
    'privacy.rights.ask': SELF,
    'privacy.rights.of': SELF,
    'privacy.rights.units_of': {**CLERK, **SELF},
    'privacy.rights.get': {**CLERK, **SELF},
    'privacy.rights.take_back': SELF,
    'privacy.rights.figures': ADMINISTRATOR,
    'readiness': READERS,
    'readiness.checks_at_unit': CLERK,
    'readiness.checks_each': INNER,
    'readiness.checks_read': REVIEWER,
    'readiness.rules': ADMINISTRATOR,
    'readiness.rules.tick': REVIEWER,
    'readiness.rules.untick': REVIEWER,
    'reports.consolidated_sheet': BOTH_SIDES,
    'reports.office_figures': FIGURES,
    'reports.office_figures.county_offices': COUNTY,
    'reports.profile_lists': READERS,
    'reports.review_periods': REVIEWER,
    'reports.usage_log': AUDITORS,
    'reports.usage_log.by_number': {Role.INSPECTOR: Scope.LOG},
    'reports.statistics': BOTH_SIDES,
    'reports.training_lists': CLERK,
    'reviews': REVIEWER,
    'reviews.assignments.may_assign': EVERY,
    'reviews.beside': INNER,
    'reviews.openings.note': INNER,
    'reviews.together': INNER,
    'reviews.phone_calls': BOTH_SIDES,
    'reviews.timeline': READERS,
    'reviews.timeline.of_case': REVIEWER,
    'rosters': CLERK,
    'rosters.sheet': BOTH_SIDES,
    'rosters.rows.get': BOTH_SIDES,
    'rosters.rows.rows': BOTH_SIDES,
    'rosters.rows.of_agency': REVIEWER,
    'rosters.timeline': BOTH_SIDES,
    'search': STAFF,
    'searches': EVERY,
    'sign_offs': SUPERVISOR,
    'sign_offs.ask': CLERK,
    'sign_offs.has_account': CLERK,
    'sign_offs.standing': BOTH_SIDES,
    'sign_offs.demand': WHOLE,
    'trainings': CLERK,
    'trainings.get': READERS,
    'trainings.of': READERS,
    'trainings.search': READERS,
    'volunteers': CLERK,
    'volunteers.get': READERS,
    'volunteers.known': READERS,
    'volunteers.reveal': READERS,
    'volunteers.addresses.changed': INNER,
    'volunteers.enrolment.enrol': INNER,
    'volunteers.closing.closed': INNER,
    'volunteers.closing.reopen': INNER,
    'volunteers.consolidation': BOTH_SIDES,
    'volunteers.lookups': INNER,
    'volunteers.lookups.asking': ADMINISTRATOR,
    'volunteers.lookups.of_books': CLERK,
    'volunteers.lookups.of_file': CLERK,
    'volunteers.memberships.put_into_team': WHOLE,
    'volunteers.profile': READERS,
    'volunteers.profile.listed': CLERK,
    'volunteers.printed_codes': INNER,
    'volunteers.spelling': INNER,
}

PAGES: dict[str, Row] = {
    '/': EVERY,
    '/downloads': EVERY,
    '/menu': NOT_VOLUNTEERS,
    '/volunteer-data': BOTH_SIDES,
    '/volunteers': CLERK,
    '/consolidated': BOTH_SIDES,
    '/paper-books': CLERK,
    '/applications': CLERK,
    '/rosters': CLERK,
    '/trainings': CLERK,
    '/transfers': CLERK,
    '/batch': CLERK,
    '/imports': CLERK,
    '/reviews': REVIEWER,
    '/numbers': REVIEWER,
    '/figures': BOTH_SIDES,
    '/office-figures': FIGURES,
    '/county': COUNTY,
    '/sign-offs': SUPERVISOR,
    '/inspections': INSPECTOR,
    '/log': AUDITORS,
    '/rights': CLERK,
    '/former-volunteers': WHOLE,
    '/my': SELF,
    '/admin': ADMINISTRATOR,
    '/mails': STAFF,
    '/account/password': EVERY,
    '/account/mail': EVERY,
    '/account/factors': EVERY,
    '/account/proof': EVERY,
    '/account/request': EVERY,
    '/account/sessions': EVERY,
    '/privacy/notice': EVERY,
    '/account/undo': REVIEWER,
    '/account/deputy': REVIEWER,
    '/account/guide': CLERK,
    '/account/unit': WHOLE,
    '/account/certificates': EVERY,
    '/files': READERS,
    '/uploads': CLERK,
    '/books': READERS,
    '/printouts/record-books': READERS,
    '/printouts/rosters': BOTH_SIDES,
    '/printouts/consolidated': BOTH_SIDES,
    '/printouts/trainings': CLERK,
    '/printouts/trainings/{volunteer_id}': READERS,
    '/printouts/volunteers': CLERK,
    '/printouts/codes': CLERK,
    '/printouts/counter-codes': CLERK,
    '/printouts/books': BOTH_SIDES,
    '/printouts/log': AUDITORS,
    '/printouts/evidence': REVIEWER,
    '/printouts/numbers': REVIEWER,
    '/printouts/figures': BOTH_SIDES,
    '/printouts/office-figures': FIGURES,
}


def of_service(name: str) -> Row:
    """Who has the service, as 'applications.submit'. Raises LookupError where the table has no row."""
    return _found(SERVICES, _shorter(name, '.'), name)


def of_address(path: str) -> Row:
    """Who has the page, file or print at an address, as '/reviews/{application_id}'. Raises LookupError."""
    return _found(PAGES, _shorter(path.partition('.')[0], '/'), path)


def printed() -> str:
    """The table as Markdown: a line for each service and address, the roles with their scopes."""
    lines = ['| what | who, and over what |', '|---|---|']
    lines += [f'| `{name}` | {_said(row)} |' for name, row in (*PAGES.items(), *SERVICES.items())]
    return '\n'.join(lines) + '\n'


def _found(table: Mapping[str, Row], names: Iterator[str], asked: str) -> Row:
    for name in names:
        if name in table:
            return table[name]
    raise LookupError(f'the table of roles has no row for {asked}')


def _shorter(name: str, mark: str) -> Iterator[str]:
    """The name, then without its last part, and so on.

    >>> list(_shorter('a.b.c', '.'))
    ['a.b.c', 'a.b', 'a']
    """
    while name:
        yield name
        name = name.rpartition(mark)[0]


def _said(row: Row) -> str:
    if row == INNER:
        return 'a step of other services, which have asked'
    if row == EVERY:
        return 'each account, about itself'
    return '; '.join(f'{role.label}: {scope.label}' for role, scope in row.items())


if __name__ == '__main__':
    sys.stdout.write(printed())
