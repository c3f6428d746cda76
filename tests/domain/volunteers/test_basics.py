"""The form of STEP 4: what is wrong with it, whatever was sent."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from db.choices import IdentityKind, Sex
from domain import dates
from domain.volunteers.basics import VolunteerDetails

RIGHT = VolunteerDetails(
    identity_number='A123456789',
    name='王小明',
    password='Meadow2026green',
    password_again='Meadow2026green',
    born_on=date(1985, 5, 12),
    sex=Sex.MALE,
    joins_disaster_relief=False,
)


def wrong(**changes: Any) -> dict[str, str]:
    return replace(RIGHT, **changes).problems()


def test_what_the_tutorial_stars_is_enough() -> None:
    assert RIGHT.problems() == {}


def test_an_empty_form_names_every_required_field() -> None:
    assert list(VolunteerDetails().problems()) == [
        'identity_number',
        'name',
        'sets_password_by_system',
        'born_on',
        'sex',
    ]


def test_the_number_is_checked_by_its_kind() -> None:
    assert wrong(identity_number='ａ１２３４５６７８９') == {}
    assert wrong(identity_number='A123456788') == {
        'identity_number': '身分證字號的檢查碼不符，可能有一個字打錯。請對照證件再輸入一次。'
    }
    assert list(wrong(identity_kind=IdentityKind.PASSPORT, identity_number='王')) == ['identity_number']
    assert wrong(identity_kind=IdentityKind.ARC, identity_number='A800000014') == {}


def test_sex_must_agree_with_the_number_seen_or_masked() -> None:
    sentence = '身分證字號第 2 碼表示「男」，與選擇的性別不同。請對照證件再確認。'

    assert wrong(sex=Sex.FEMALE) == {'sex': sentence}
    assert wrong(sex=Sex.FEMALE, identity_number='A12****789', is_new=False) == {'sex': sentence}
    assert wrong(sex=Sex.FEMALE, identity_kind=IdentityKind.PASSPORT) == {}


def test_a_masked_number_means_unchanged_only_for_somebody_known() -> None:
    assert list(wrong(identity_number='A12****789')) == ['identity_number']
    assert wrong(identity_number='A12****789', is_new=False) == {}


@pytest.mark.parametrize('name', ['‧', '．．．', '  ', '-', '\u200d', "'"])
def test_a_name_has_at_least_one_letter(name: str) -> None:
    assert list(wrong(name=name)) == ['name']


@pytest.mark.parametrize('name', ['𤧟', '\U000f0000', '谷辣斯．尤達卡', 'Kulas Umo', '\U00031350', 'å' * 100, '王'])
def test_names_of_any_script_and_length_up_to_100(name: str) -> None:
    assert wrong(name=name) == {}


def test_passwords_keep_the_rules_and_are_typed_twice() -> None:
    assert wrong(password='volunteer', password_again='volunteer') == {
        'password': '密碼還不符合規則：密碼最短長度：12、包含數字、包含大寫字母。'
    }
    assert wrong(password_again='volunteer2026') == {'password_again': '兩次輸入的密碼不同，請再輸入一次。'}
    assert wrong(password='', password_again='', is_new=False) == {}
    assert list(wrong(password='Meadow2026green', password_again='', is_new=False)) == ['password_again']


def test_a_password_by_the_system_needs_an_address() -> None:
    by_system = {'sets_password_by_system': True, 'password': '', 'password_again': ''}

    assert list(wrong(**by_system)) == ['email']
    assert wrong(**by_system, email='wang@example.tw') == {}


def test_a_code_on_paper_needs_neither_address_nor_password() -> None:
    assert wrong(prints_code=True, password='', password_again='') == {}


def test_a_password_that_is_easily_guessed_is_told_at_the_field() -> None:
    for guessed in ('Password2026', 'Lin-Hsiao-Man1985'):
        problems = wrong(english_name='LIN, HSIAO-MAN', password=guessed, password_again=guessed)
        assert list(problems) == ['password']
        assert '太容易猜到' in problems['password']


def test_birth_dates_before_the_republic_are_taken_and_future_ones_are_not() -> None:
    with dates.frozen(datetime(2026, 3, 8, 4, tzinfo=UTC)):
        assert wrong(born_on=date(1909, 5, 1)) == {}
        assert wrong(born_on=date(2026, 3, 8)) == {}
        assert list(wrong(born_on=date(2026, 3, 9))) == ['born_on']
        assert list(wrong(born_on=date(1849, 12, 31))) == ['born_on']


def test_an_old_book_has_both_parts_and_a_day_after_the_birth() -> None:
    assert wrong(legacy_series='中市文志', legacy_serial='000123', legacy_issued_on=date(2015, 3, 8)) == {}
    assert list(wrong(legacy_series='中市文志')) == ['legacy_serial']
    assert wrong(legacy_series='中市文志字第000123號') == wrong(legacy_serial='中市文志字第000123號') == {}
    assert list(wrong(legacy_serial='000123')) == ['legacy_series']
    assert list(wrong(legacy_issued_on=date(1985, 5, 11))) == ['legacy_issued_on']


def test_a_waived_day_of_issue_is_not_kept() -> None:
    waived = replace(RIGHT, legacy_issued_on=date(2015, 3, 8), waives_issue_date=True)

    assert waived.columns()['legacy_issued_on'] is None


def test_a_photo_must_be_confirmed_and_without_photo_there_is_nothing_to_confirm() -> None:
    assert wrong(photo=uuid4()) == {'is_photo_confirmed': '請確認志工照片為清晰、半身照，並勾選。'}
    assert wrong(photo=uuid4(), is_photo_confirmed=True) == {}
    assert replace(RIGHT, is_photo_confirmed=True).columns()['is_photo_confirmed'] is False


@pytest.mark.parametrize('junk', [None, 5, 2**70, 1.5, [], {}, ['x'], 'x', '\0', '\ud800', object(), True])
@pytest.mark.parametrize('field', list(VolunteerDetails.__dataclass_fields__))
def test_a_forged_value_gets_a_sentence_and_never_breaks_the_form(field: str, junk: Any) -> None:
    problems = wrong(**{field: junk})

    assert all(isinstance(sentence, str) and sentence for sentence in problems.values())
    if not problems:
        replace(RIGHT, **{field: junk}).columns()


def test_a_form_does_not_show_its_secrets_in_a_log() -> None:
    assert 'Meadow2026green' not in repr(RIGHT)
    assert 'A123456789' not in repr(RIGHT)
