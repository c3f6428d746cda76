"""What is announced: each kind of change, and whom or what it concerns.

What is sent is `channel:field:field…`. Processes of two versions hear each other while one replaces the other: a new
field is appended to its record, with a default; what a process does not understand it logs and passes over.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar, Self
from urllib.parse import quote, unquote


class Channel(StrEnum):
    """The name under which a kind of announcement travels."""

    CASE = 'application'
    ROSTER = 'roster'
    VOLUNTEER = 'volunteer'
    READERS = 'reading'
    EYE_CHECKS = 'tick'
    DECISIONS = 'decision'
    MAIL = 'mail'
    SESSION = 'session_closed'
    DRAFT = 'draft'
    IMPORT = 'import'
    PAPER_BOOKS = 'paper_book'
    TRANSFERS = 'transfer'
    RIGHTS = 'rights'
    ACCOUNT_REQUESTS = 'account_request'
    RULES = 'rules'


class Malformed(ValueError):
    """What was heard is no announcement that this version knows."""


@dataclass(frozen=True)
class Announcement:
    """Something has changed; the fields, whole numbers or texts, say what it concerns."""

    channel: ClassVar[Channel]

    def encode(self) -> str:
        """As it is sent, in ASCII."""
        return ':'.join([self.channel, *(quote(str(getattr(self, each.name)), safe='') for each in fields(self))])

    @classmethod
    def parse(cls, values: str) -> Self:
        """From what stands after the channel; more than this version knows is left aside. Raises Malformed."""
        given = zip(fields(cls), values.split(':'), strict=False)
        try:
            return cls(*(_READERS[each.type](value) for each, value in given))
        except (TypeError, ValueError) as error:  # a field is missing, or no number
            raise Malformed(str(error)) from error


@dataclass(frozen=True)
class CaseChanged(Announcement):
    """Something that a list or page of a case shows: status, version, marks, mails, calls, due day.

    `team_id`: the team of its volunteer, 0 for none; a process of the version before does not say it.
    """

    channel = Channel.CASE
    application_id: int
    agency_id: int
    host_unit_id: int
    volunteer_id: int
    team_id: int = 0


@dataclass(frozen=True)
class RosterChanged(Announcement):
    """A roster itself: its title, its rows, its mails. `team_id`: whose it is, 0 of the whole unit."""

    channel = Channel.ROSTER
    roster_id: int
    agency_id: int
    host_unit_id: int
    team_id: int = 0


@dataclass(frozen=True)
class VolunteerChanged(Announcement):
    """A volunteer's papers: basics, trainings, ledgers, memberships."""

    channel = Channel.VOLUNTEER
    volunteer_id: int


@dataclass(frozen=True)
class PaperBooksChanged(Announcement):
    """The registration of a paper book: sent, amended, confirmed, returned, withdrawn."""

    channel = Channel.PAPER_BOOKS
    registration_id: int
    agency_id: int
    host_unit_id: int
    volunteer_id: int


@dataclass(frozen=True)
class ReadersChanged(Announcement):
    """Who reads a case at its agency, or who holds it. `page`: the page that has just come or gone, where it is that.

    Such a page knows already; a process of the version before says no page.
    """

    channel = Channel.READERS
    application_id: int
    agency_id: int
    page: str = ''


@dataclass(frozen=True)
class EyeChecksChanged(Announcement):
    """What a reviewer has ticked on a case."""

    channel = Channel.EYE_CHECKS
    application_id: int
    agency_id: int


@dataclass(frozen=True)
class DecisionsChanged(Announcement):
    """A decision waits for its release, or waits longer."""

    channel = Channel.DECISIONS


@dataclass(frozen=True)
class MailQueued(Announcement):
    """A mail waits to be sent."""

    channel = Channel.MAIL


@dataclass(frozen=True)
class SessionClosed(Announcement):
    """A session has ended: the one of this digest, which opens nothing. `why` is 'over' where its time was over."""

    channel = Channel.SESSION
    digest: str
    why: str = ''


@dataclass(frozen=True)
class DraftChanged(Announcement):
    """A form that several may have open: a field of it, or that it is gone; `writer` is the page that knows."""

    channel = Channel.DRAFT
    draft_id: str
    writer: str


@dataclass(frozen=True)
class ImportChanged(Announcement):
    """How far an import is: its state, its counts, its progress."""

    channel = Channel.IMPORT
    batch_id: int
    host_unit_id: int


@dataclass(frozen=True)
class TransfersChanged(Announcement):
    """志工移轉 between two units: proposed, withdrawn, accepted or not."""

    channel = Channel.TRANSFERS
    giver_id: int
    taker_id: int


@dataclass(frozen=True)
class RightsChanged(Announcement):
    """當事人請求: made, extended, answered, taken back; of this unit."""

    channel = Channel.RIGHTS
    request_id: int
    host_unit_id: int


@dataclass(frozen=True)
class AccountRequestsChanged(Announcement):
    """帳號申請: waits now, was returned or decided. `county_id`: whose authority it is of, '' for none."""

    channel = Channel.ACCOUNT_REQUESTS
    request_id: int
    county_id: str = ''


@dataclass(frozen=True)
class RulesChanged(Announcement):
    """What is asked of everybody has changed: a rule of 送審前體檢, or how many hours a training needs."""

    channel = Channel.RULES


KINDS: dict[Channel, type[Announcement]] = {
    kind.channel: kind
    for kind in (
        CaseChanged,
        RosterChanged,
        VolunteerChanged,
        PaperBooksChanged,
        ReadersChanged,
        EyeChecksChanged,
        DecisionsChanged,
        MailQueued,
        SessionClosed,
        DraftChanged,
        ImportChanged,
        TransfersChanged,
        RightsChanged,
        AccountRequestsChanged,
        RulesChanged,
    )
}
_READERS: dict[Any, Callable[[str], object]] = {int: int, str: lambda text: unquote(text, errors='strict')}


def parse(message: str) -> Announcement:
    """The announcement that `encode` has written. Raises Malformed."""
    name, _, values = message.partition(':')
    if name not in KINDS:
        raise Malformed(f'no channel {name!r}')
    return KINDS[Channel(name)].parse(values)
