"""尋找 in the head of the page: what each role finds, in which words, and what it never does."""

import pytest

from db.choices import BookStatus, Role
from db.models import Account
from domain import links, search
from domain.errors import NotPermitted
from domain.limits import Exceeded, Limit

from ...builders import an_account
from ..sample_office import Office, a_book, a_case, a_complete_volunteer, a_draft, a_unit

pytestmark = pytest.mark.usefixtures('database', 'today')


async def found(text: object, by: Account) -> list[tuple[str, str, str]]:
    return [(hit.kind, hit.name, hit.address) for hit in (await search.find(text, by=by)).hits]


async def test_a_reviewer_finds_a_case_by_name_number_identity_number_case_number_and_unit(office: Office) -> None:
    person = await a_complete_volunteer(office, name='溫小晴', identity_number='A223456781')
    await a_book(person, office, status=BookStatus.CANCELLED, number='中市文志字第115000009號')
    case = await a_case(office, person)
    hit = ('申請案', '溫小晴', links.case(case.id))

    for words in ('小晴', '温小晴', 'A223456781', 'ａ２２３４５６７８１', '中市文志字第115000009號', '115000009'):
        assert await found(words, office.reviewer) == [hit], words
    for words in (str(case.id), f'案號 {case.id}', f'#{case.id}'):
        assert hit in await found(words, office.reviewer), words
    unit = ('運用單位', '示例文化中心', links.review_queue(unit=office.unit.id))
    assert await found('文化中心', office.reviewer) == [unit]
    (told,) = (await search.find('小晴', by=office.reviewer)).hits
    assert told.about == f'案號 {case.id}　{person.identity_masked}　示例文化中心　審核中　115/03/05 14:58 送審'


async def test_words_longer_than_any_number_or_name_find_nothing_and_are_no_error(office: Office) -> None:
    """Found by the fuzzing: 41 signs, searched for by a reviewer."""
    administrator = await an_account(Role.ADMINISTRATOR)
    for words in ('9' * 41, '甲' * 61, 'a' * 100, 'ﷺ' * 100, '中市文字第' + '1' * 95):
        for by in (office.clerk, office.reviewer, administrator):
            assert await found(words, by) == [], words


async def test_nobody_finds_what_is_not_theirs(office: Office) -> None:
    draft = await a_draft(office)
    stranger = await an_account(Role.UNIT_STAFF, host_unit=await a_unit('範例圖書館'))
    other_agency = await an_account(Role.REVIEWER)

    for words in ('周小晴', '示例文化中心', str(draft.id)):
        for by in (stranger, other_agency, office.reviewer):  # the draft was never sent
            assert await found(words, by) == [], (words, by.name)
    person = await an_account(Role.VOLUNTEER)
    with pytest.raises(NotPermitted):
        await search.find('周小晴', by=person)


async def test_a_clerk_finds_the_units_people_and_a_case_by_its_number(office: Office) -> None:
    case = await a_case(office)

    assert await found('小晴', office.clerk) == [('志工', '周小晴', links.basics(case.volunteer_id))]
    hits = await found(f'案號{case.id}', office.clerk)
    assert hits == [('申請案', '周小晴', links.application(case.volunteer_id))]


async def test_an_administrator_finds_accounts_and_offices_but_no_volunteer(office: Office) -> None:
    await a_case(office)
    admin = await an_account(Role.ADMINISTRATOR, name='歐管理')

    assert await found('林小滿', admin) == [('帳號', '林小滿', links.admin('accounts', office.clerk.id))]
    assert await found('示例文化', admin) == [('運用單位', '示例文化中心', links.admin('units', office.unit.id))]
    assert await found('台中市政府文化局', admin) == [
        ('機關', '臺中市政府文化局', links.admin('agencies', office.agency.id))
    ]
    assert await found('周小晴', admin) == []


async def test_only_the_first_hits_are_listed_and_all_are_counted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, 'MOST', 2)
    for _ in range(3):
        await a_case(office)

    answer = await search.find('周小晴', by=office.reviewer)

    assert (len(answer.hits), answer.total) == (2, 3)


async def test_one_who_searches_without_end_is_asked_to_wait(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, 'SEARCHES', Limit('searches', 2, search.SEARCHES.period, '請稍候'))
    for words in ('周', '周', '', None, 7):  # what is no question costs nothing
        await search.find(words, by=office.clerk)

    with pytest.raises(Exceeded, match='請稍候'):
        await search.find('周', by=office.clerk)
