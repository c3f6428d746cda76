"""Identity numbers of the three kinds. The numbers are arithmetic examples, in use for tests only."""

import pytest

from db.choices import IdentityKind, Sex
from domain import identity_numbers
from domain.identity_numbers import BadIdentityNumber

NATIONAL_ID, ARC, PASSPORT = IdentityKind


@pytest.mark.parametrize(
    ('kind', 'number', 'sex'),
    [
        (NATIONAL_ID, 'A123456789', Sex.MALE),
        (NATIONAL_ID, 'B234567894', Sex.FEMALE),
        (NATIONAL_ID, 'B120000008', Sex.MALE),
        (NATIONAL_ID, 'L200314154', Sex.FEMALE),
        (NATIONAL_ID, 'W100926537', Sex.MALE),
        (NATIONAL_ID, 'Z299988873', Sex.FEMALE),
        (ARC, 'A800000014', Sex.MALE),
        (ARC, 'B900000026', Sex.FEMALE),
        (ARC, 'F812345676', Sex.MALE),
        (ARC, 'E954321097', Sex.FEMALE),
        (ARC, 'W803141594', Sex.MALE),
        (ARC, 'O927182814', Sex.FEMALE),
        (ARC, 'AC00000012', Sex.MALE),
        (ARC, 'BD12345672', Sex.FEMALE),
        (ARC, 'AB12345677', Sex.FEMALE),
        (ARC, 'FA87654326', Sex.MALE),
        (ARC, 'IC02718288', Sex.MALE),
        (ARC, 'WD03141594', Sex.FEMALE),
        (PASSPORT, '350123456', None),
        (PASSPORT, 'AB123', None),
    ],
)
def test_a_right_number_is_accepted_and_tells_the_sex(kind: IdentityKind, number: str, sex: Sex | None) -> None:
    assert identity_numbers.validate(kind, number) == number
    assert identity_numbers.sex_of(kind, number) == sex


@pytest.mark.parametrize(
    'typed',
    [
        'a123456789',
        'A12345678９',
        'Ａ１２３４５６７８９',
        ' A1234 56789',
        'A-123456789',
        'A‐123456789',
        "'A123456789",
        '"A123456789"',
        'A123456789。',
        'A─123456789',
        'Aー123456789',
    ],
)
def test_the_typing_of_a_right_number_does_not_matter(typed: str) -> None:
    assert identity_numbers.validate(NATIONAL_ID, typed) == 'A123456789'


@pytest.mark.parametrize(
    ('kind', 'typed', 'sentence'),
    [
        (NATIONAL_ID, ' ', '請輸入身分證字號。'),
        (PASSPORT, '', '請輸入護照號碼。'),
        (NATIONAL_ID, 'A12345678', '身分證字號應為 10 個字，這裡有 9 個字。請對照證件再輸入一次。'),
        (ARC, 'A8000000140', '居留證號碼應為 10 個字，這裡有 11 個字。請對照證件再輸入一次。'),
        (NATIONAL_ID, '1123456789', '身分證字號的第 1 個字應為英文字母。請對照證件再輸入一次。'),
        (NATIONAL_ID, '王123456789'[:10], '身分證字號的第 1 個字應為英文字母。請對照證件再輸入一次。'),
        (NATIONAL_ID, 'A323456789', '身分證字號的第 2 個字應為 1 或 2。請對照證件再輸入一次。'),
        (NATIONAL_ID, 'AE12345678', '身分證字號的第 2 個字應為 1 或 2。請對照證件再輸入一次。'),
        (ARC, 'AE12345678', '居留證號碼的第 2 個字應為 8、9，或舊式的 A、B、C、D。請對照證件再輸入一次。'),
        (NATIONAL_ID, 'A800000014', '這是居留證號碼的格式。請把證件種類改選「居留證號碼」。'),
        (NATIONAL_ID, 'AC00000012', '這是居留證號碼的格式。請把證件種類改選「居留證號碼」。'),
        (ARC, 'A123456789', '這是身分證字號的格式。請把證件種類改選「身分證字號」。'),
        (NATIONAL_ID, 'A12345678X', '身分證字號的第 3 到第 10 個字應為數字。請對照證件再輸入一次。'),
        (NATIONAL_ID, 'A12345678٩', '身分證字號的第 3 到第 10 個字應為數字。請對照證件再輸入一次。'),
        (NATIONAL_ID, 'A123456788', '身分證字號的檢查碼不符，可能有一個字打錯。請對照證件再輸入一次。'),
        (ARC, 'A800000015', '居留證號碼的檢查碼不符，可能有一個字打錯。請對照證件再輸入一次。'),
        (ARC, 'AD00000012', '居留證號碼的檢查碼不符，可能有一個字打錯。請對照證件再輸入一次。'),
        (PASSPORT, '1234', '護照號碼應為 5 到 20 個字，這裡有 4 個字。請對照護照再輸入一次。'),
        (PASSPORT, '1' * 21, '護照號碼應為 5 到 20 個字，這裡有 21 個字。請對照護照再輸入一次。'),
        (PASSPORT, '12345護', '護照號碼只有英文字母和數字。請對照護照再輸入一次。'),
    ],
)
def test_a_wrong_number_gets_a_sentence_that_says_what_is_wrong(kind: IdentityKind, typed: str, sentence: str) -> None:
    with pytest.raises(BadIdentityNumber) as refusal:
        identity_numbers.validate(kind, typed)

    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ('number', 'masked'),
    [
        ('A123456789', 'A12****789'),
        ('a123456789', 'A12****789'),
        ('350123456', '35*****56'),
        ('X1234567890123456789', 'X12**************789'),
        ('AB123', 'A***3'),
        ('1234', '****'),
        ('', ''),
    ],
)
def test_a_masked_number_keeps_its_length_and_its_ends(number: str, masked: str) -> None:
    assert identity_numbers.masked(number) == masked
