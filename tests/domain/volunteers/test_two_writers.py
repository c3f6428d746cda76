"""People at one form, in any order of typing, hearing, reloading and saving: no word that was kept is lost silently."""

import json
from collections.abc import Sequence
from itertools import count
from typing import Any

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from db.choices import DraftKind, Sex
from db.models import Account, Draft, DraftEntry, HostUnit, Volunteer
from domain import drafts, volunteers
from domain.drafts import Unseen
from domain.errors import NotFound
from domain.volunteers import ChangedMeanwhile, VolunteerDetails

from ...builders import a_membership, a_volunteer, an_account, an_identity_number

FIELDS = ('name', 'english_name')
ACTS = ('type', 'type', 'type', 'hear', 'reload', 'save')
Moves = Sequence[tuple[int, int, int]]
SOME_MOVES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(0, 1)), min_size=4, max_size=16)
FEW = settings(
    max_examples=25,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Page:
    """One clerk's page of the form, as ui/components/form keeps it. `shown`: every word that stood on it."""

    draft: Draft
    details: VolunteerDetails
    seen: Volunteer | None = None

    def __init__(self, clerk: Account, about: Volunteer | None, draft_id: Any = None) -> None:
        self.clerk, self.about, self.draft_id = clerk, about, draft_id
        self.shown: set[tuple[str, str]] = set()

    async def load(self) -> None:
        if self.about is None:
            self.draft = await drafts.get(self.draft_id, by=self.clerk)
            blank = VolunteerDetails(
                identity_number=an_identity_number(),
                name='陳小華',
                sets_password_by_system=True,
                email='hua@example.com',
                sex=Sex.FEMALE,
                joins_disaster_relief=True,
            )
        else:
            self.seen = await volunteers.get(self.about.id, by=self.clerk)
            about = 'basics'
            self.draft = await drafts.plan(DraftKind.VOLUNTEER, by=self.clerk, volunteer=self.about, about=about)
            blank = VolunteerDetails.from_record(self.seen)
            self._show(blank)
        self.details = await drafts.restored(self.draft, blank)
        self._show(self.details)

    async def type(self, name: str, word: str) -> None:
        setattr(self.details, name, word)
        before = await DraftEntry.get_or_none(draft_id=self.draft.id, name=name)
        kept = await drafts.save(self.draft, name, word, by=self.clerk)
        if kept.replaced is not None:
            self.shown.add((name, kept.replaced))
        if before is not None:
            was = json.loads(before.value.open())
            assert (name, was) in self.shown, f'{name}: lost {was}'
        self.shown.add((name, word))

    async def hear(self) -> None:
        drafts.from_draft(await drafts.news(self.draft, by=self.clerk), self.details)
        self._show(self.details)

    async def save(self) -> Volunteer | None:
        """What the button does; None when it was refused, which puts into the form what was not shown."""
        try:
            if self.seen is None:
                return await volunteers.register(self.details, by=self.clerk, draft=self.draft)
            return await volunteers.amend(
                self.seen, self.details, version=self.seen.version, by=self.clerk, draft=self.draft
            )
        except Unseen:
            await self.hear()
        except ChangedMeanwhile:
            await self.load()
        return None

    def _show(self, details: VolunteerDetails) -> None:
        self.shown |= {(name, getattr(details, name)) for name in FIELDS}


@FEW
@given(SOME_MOVES)
async def test_of_a_new_volunteer_every_word_kept_is_in_the_record_or_was_replaced_by_who_had_read_it(
    database: str, moves: Moves
) -> None:
    clerk = await an_account()
    colleague = await an_account(host_unit_id=clerk.host_unit_id)
    draft = await drafts.open(DraftKind.VOLUNTEER, by=clerk)
    await drafts.save(draft, 'born_on', '1985-05-12', by=clerk)
    pages = [Page(who, None, draft.id) for who in (clerk, colleague, clerk)]
    for page in pages:
        await page.load()
    last = {'name': '陳小華', 'english_name': ''}
    numbers, registered = count(1), None
    for who, act, which in [*moves, (0, 5, 0), (0, 5, 0)]:
        note(f'{who} {ACTS[act]} {FIELDS[which]}')
        if ACTS[act] == 'type':
            last[FIELDS[which]] = f'word{next(numbers)}'
            await pages[who].type(FIELDS[which], last[FIELDS[which]])
        elif ACTS[act] == 'save':
            registered = await pages[who].save()
        else:
            await (pages[who].hear if ACTS[act] == 'hear' else pages[who].load)()
        if registered is not None:
            break
    assert registered is not None
    assert {name: getattr(registered, name) for name in FIELDS} == last
    for page in pages:
        try:
            await page.type('name', 'too late')
        except NotFound:
            continue
        raise AssertionError('a word was kept of which nothing is left')


@FEW
@given(SOME_MOVES)
async def test_of_a_known_person_every_word_kept_is_in_the_record_or_the_draft_or_was_replaced_by_who_had_read_it(
    database: str, moves: Moves
) -> None:
    clerk, elsewhere = await an_account(), await an_account()
    colleague = await an_account(host_unit_id=clerk.host_unit_id)
    person = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id), joins_disaster_relief=True)
    await a_membership(person, await HostUnit.get(id=elsewhere.host_unit_id))
    pages = [Page(who, person) for who in (clerk, colleague, elsewhere)]
    for page in pages:
        await page.load()
    numbers = count(1)
    for who, act, which in moves:
        page = pages[who]
        note(f'{who} {ACTS[act]} {FIELDS[which]}')
        if ACTS[act] == 'type':
            await page.type(FIELDS[which], f'word{next(numbers)}')
        elif ACTS[act] == 'save':
            before = await Volunteer.get(id=person.id)
            entries = await drafts.values(page.draft)
            if await page.save():
                after = await Volunteer.get(id=person.id)
                for name in FIELDS:
                    recorded, kept = getattr(before, name), await drafts.values(page.draft)
                    changed = getattr(after, name) != recorded
                    assert not changed or (name, recorded) in page.shown, f'{name}: lost {recorded} of the record'
                    assert entries.get(name) in (None, getattr(after, name), kept.get(name)), f'{name} of the draft'
                await page.load()
        else:
            await (page.hear if ACTS[act] == 'hear' else page.load)()
