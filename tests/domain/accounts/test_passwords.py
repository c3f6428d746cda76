"""The four rules, made passwords, and hashes that tell nothing by their time."""

import asyncio
import threading
import time

import pytest

from domain.accounts import passwords

ALL_LABELS = ['密碼最短長度：12', '包含數字', '包含小寫字母', '包含大寫字母']


@pytest.mark.parametrize(
    ('password', 'unmet'),
    [
        ('', ALL_LABELS),
        ('Volunteer2026', []),
        ('Volunteer26', ['密碼最短長度：12']),
        ('Volunteer-of-the-year', ['包含數字']),
        ('VOLUNTEER2026', ['包含小寫字母']),
        ('volunteer2026x', ['包含大寫字母']),
        ('志願服務紀錄冊線上申請', ALL_LABELS),
        ('志願服務紀錄冊線上申請Aa1', []),
    ],
)
def test_unmet_rules_are_named_in_order(password: str, unmet: list[str]) -> None:
    assert passwords.unmet(password) == unmet


def test_the_labels_are_those_of_the_tutorial() -> None:
    assert [rule.label for rule in passwords.RULES] == ALL_LABELS


def test_made_passwords_keep_the_rules_and_cannot_be_misread() -> None:
    made = [passwords.generated() for _ in range(200)]

    assert [password for password in made if passwords.unmet(password)] == []
    assert set(''.join(made)) & set('0Oo1Il2Zz5Ss8B') == set()
    assert {len(password) for password in made} == {16}
    assert len(set(made)) == 200


async def test_only_the_right_password_is_verified() -> None:
    stored = await passwords.hash_password('Volunteer2026志')

    assert stored.startswith('$argon2id$')
    assert await passwords.verify('Volunteer2026志', stored)
    assert await passwords.verify('Ｖolunteer2026志', stored)  # a full-width letter of an input method
    assert not await passwords.verify('volunteer2026志', stored)
    assert not await passwords.verify('', stored)
    assert await passwords.hash_password('Volunteer2026志') != stored


async def test_nobody_can_log_in_without_an_account_or_with_a_spoiled_hash() -> None:
    assert not await passwords.verify('Volunteer2026', None)
    assert not await passwords.verify('Volunteer2026', '')
    assert not await passwords.verify('Volunteer2026', 'not a hash')


async def test_an_unknown_account_takes_as_much_work_as_a_wrong_password() -> None:
    stored = await passwords.hash_password('Volunteer2026')

    async def quickest(known: str | None) -> float:
        times = []
        for _ in range(5):
            began = time.process_time()  # of the processor: others do not count
            await passwords.verify('Wrong-password-1', known)
            times.append(time.process_time() - began)
        return min(times)

    await passwords.verify('warm up', None)
    assert 0.5 < await quickest(None) / await quickest(stored) < 2


async def test_sixty_wrong_passwords_keep_no_thread_that_others_need() -> None:
    names: set[str] = set()

    def look() -> None:
        names.add(threading.current_thread().name)

    waiting = [asyncio.create_task(passwords.verify('Wrong-Passw0rd', None)) for _ in range(60)]
    await asyncio.sleep(0)
    await asyncio.to_thread(look)
    assert not any(task.done() for task in waiting[passwords.THREADS + 5 :])

    await asyncio.gather(*waiting)
    hashing = [each.name for each in threading.enumerate() if each.name.startswith('passwords')]
    assert 1 <= len(hashing) <= passwords.THREADS
    assert not any(name.startswith('passwords') for name in names)


async def test_beyond_a_queue_nobody_waits_for_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, 'MOST_WAITING', 3)
    answers = await asyncio.gather(*(passwords.verify('x', None) for _ in range(5)), return_exceptions=True)

    assert [type(each) for each in answers] == [bool, bool, bool, passwords.Busy, passwords.Busy]
    assert await passwords.verify('x', None) is False
