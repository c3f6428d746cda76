"""Whom a mail of an office reaches: the mailbox of the agency or unit, and its people as they chose."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from db.choices import MailPreference, Role
from db.models import Account, Agency, Application, HostUnit, Roster

from ..cases import deputies
from . import outbox, templates
from .catalogue import Fact
from .outbox import Attachment, Letter

Composer = Callable[[Mapping[str, Fact]], tuple[str, str]]


async def tell_agency(
    template: str,
    agency: Agency,
    facts: dict[str, Fact],
    *,
    application: Application | None = None,
    roster: Roster | None = None,
    attachment: Attachment | None = None,
) -> None:
    """To its mailbox, and to its reviewers as they chose. A roster names people in full: the mailbox alone gets it."""
    if attachment is not None:
        facts |= {'附名冊': True}
    compose = await templates.worded(template)
    about: dict[str, Any] = {'application': application, 'roster': roster}
    letters = [Letter(agency.email, *compose(facts), template=template, attachment=attachment, **about)]
    away = await deputies.standing(agency.id)
    reviewers = Account.filter(agency_id=agency.id, role=Role.REVIEWER, is_active=True).exclude(id__in=list(away))
    people = {person.id: person for person in await reviewers.exclude(email='').order_by('id')}
    standing_in = [people.pop(number) for number in {one.deputy.id for one in away.values()} if number in people]
    letters += copies(template, compose, facts, people.values(), [agency.email], **about)
    for person in standing_in:
        stood = [one for one in away.values() if one.deputy.id == person.id]
        # Whoever stands in for others reads as soon as any of them would.
        chosen = {person.mail_preference, *(one.absent.mail_preference for one in stood)}
        person.mail_preference = next(each for each in MailPreference if each in chosen)
        reached = [letter.recipient for letter in letters]
        letters += copies(template, compose, facts | deputies.told_to(stood), [person], reached, **about)
    await outbox.queue_each(letters)


async def tell_unit(template: str, case: Application, facts: dict[str, Fact]) -> None:
    """To the unit of the case and the clerk who sent it."""
    await outbox.queue_each(unit_letters(template, await templates.worded(template), case, facts))


def unit_letters(template: str, compose: Composer, case: Application, facts: dict[str, Fact]) -> list[Letter]:
    """To the mailbox of the case's unit, and to the clerk who sent it as they chose."""
    clerk = case.submitted_by
    mailbox = mailbox_of(case.host_unit, [clerk] if clerk else [])
    letters = [Letter(mailbox, *compose(facts), template=template, application=case)]
    if clerk is not None and clerk.is_active:
        letters += copies(template, compose, facts, [clerk], [mailbox], application=case)
    return letters


def mailbox_of(unit: HostUnit, clerks: Iterable[Account]) -> str:
    """The unit's own, which is read also when a clerk is away; else that of the first clerk with one; or ''."""
    return unit.email or next((clerk.email for clerk in clerks if clerk.email), '')


async def tell_people(
    template: str,
    facts: dict[str, Fact],
    people: Iterable[Account],
    reached: Iterable[str],
    *,
    application: Application | None = None,
    roster: Roster | None = None,
) -> None:
    """As `copies`, of a mail that has gone to a mailbox."""
    about = {'application': application, 'roster': roster}
    await outbox.queue_each(copies(template, await templates.worded(template), facts, people, reached, **about))


def copies(
    template: str,
    compose: Composer,
    facts: dict[str, Fact],
    people: Iterable[Account],
    reached: Iterable[str],
    **about: Any,
) -> list[Letter]:
    """To each of `people` with an address that is none of those `reached` already; nobody reads it twice."""
    letters, seen = [], {address.strip().casefold() for address in reached} | {''}
    for person in people:
        address = person.email.strip()
        if address.casefold() in seen:
            continue
        seen.add(address.casefold())
        own = {name: fact for name, fact in facts.items() if name != '附名冊'} | {'寄給個人': True}
        if '附名冊' in facts:
            own |= {'附名冊': False}
        letters.append(Letter(address, *compose(own), template=template, account=person, **about))
    return letters
