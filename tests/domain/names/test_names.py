"""Two spellings of one name, and letters that no font has."""

import pytest

from domain import names
from domain.names import letters, masking, strokes
from domain.volunteers.basics import VolunteerDetails

SAME = [
    ('谷辣斯‧尤達卡', '谷辣斯・尤達卡'),
    ('阿穆·巴奈', '阿穆‧巴奈'),
    ('葛\U000e0101', '葛'),
    ('王 小 明', '王小明'),
    ('王\u200b小明', '王小明'),
    ('台生', '臺生'),
    ('黄秋葉', '黃秋葉'),
    ('温小眞', '溫小真'),
    ('陳秀寳', '陳秀寶'),
    ('林羣峯', '林群峰'),
    ('靑淸鳯煕', '青清鳳熙'),
    ('衞説吴吕', '衛說吳呂'),
    ('陈丽华', '陳麗華'),
    ('\uf9d1', '六'),
    ("Ta'aw", 'Taʼaw'),
    ('Ta’aw', 'Taꞌaw'),
    ('Taʔaw', 'Ta´aw'),
    ('ＷＡＮＧ', 'wang'),
    ('Straße', 'STRASSE'),
    ('Nguyễn Thị Hương', 'NGUYEN THI HUONG'),
    ('Trần Văn Đức', 'Tran Van Duc'),
    ('Uongʉ Tanɨvak', 'uongu tanivak'),
    ('Ông Bē-lō͘', 'ong be lo'),
    ('Chhòaⁿ', 'Chhoan'),
    *((f'谷辣斯{dot}尤達卡', '谷辣斯．尤達卡') for dot in '·・•･∙⋅●−-–﹒\xa0\u2009'),
    ('\u2f2d田', '山田'),
    ('王\u034f\u2800小明', '王小明'),
    *((f'谷辣斯{dot}尤達卡', '谷辣斯．尤達卡') for dot in 'ㆍ─▪⚫˙'),
    *((f'Ta{stop}aw', 'Taʼaw') for stop in 'ˊˋʹ'),
    ('ÐẶNG THỊ', 'Đặng Thị'),  # the letter of Iceland, which looks alike
    ('林⺠雄', '林民雄'),
    ('⻩⻑⻘', '黃長青'),
    ('刘孙罗', '劉孫羅'),
    ('郑苏乔', '鄭蘇喬'),
    ('宁凤义', '寧鳳義'),
    ('王𠮷', '王吉'),
]
DIFFERENT = [
    ('王大明', '王太明'),
    ('于小美', '於小美'),
    ('余小美', '俞小美'),
    ('林哲', '林喆'),
    ('李玉', '李王'),
    ('王杰', '王傑'),
    ('叶云', '葉雲'),
]


@pytest.mark.parametrize(('one', 'other'), SAME)
def test_two_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert names.key(one) == names.key(other) != ''


@pytest.mark.parametrize(('one', 'other'), DIFFERENT)
def test_two_names_have_two_keys(one: str, other: str) -> None:
    assert names.key(one) != names.key(other)


def test_a_key_fits_its_column() -> None:
    assert len(names.key('\ufdfa' * 100)) == 120


def test_each_variant_belongs_to_one_form_which_is_no_variant_itself() -> None:
    variants = names._variants()

    assert not {ord(form) for form in variants.values()} & variants.keys()


@pytest.mark.parametrize('name', ['Pa’ay Paʼay', 'Uongʉ Ʉcʉ', 'Tanɨvak', 'Ṟawaḻ ṟawaḻ', 'Tân Pe̍h', 'Bē-lō͘', 'Chhòaⁿ'])
def test_every_letter_of_the_peoples_orthographies_is_drawn_by_our_own_font(name: str) -> None:
    assert letters.problem('姓名', name) is None
    assert letters.as_printed(name) == letters.as_drawn(name)


def test_a_character_without_a_font_is_named_and_printed_as_a_geta() -> None:
    nobodys = '\u0378'  # no character has this number

    sentence = letters.problem('姓名', f'王{nobodys}明')

    assert sentence is not None
    assert 'U+0378' in sentence
    assert '沒有字型' in sentence
    assert letters.as_printed(f'王{nobodys}明') == '王〓明'


def test_a_private_character_is_named_with_what_to_do() -> None:
    sentence = letters.problem('姓名', '陳\uf8ff華')

    assert sentence is None or '全字庫' in sentence


@pytest.mark.parametrize('sign', '〓□○?？＊')
def test_a_sign_that_stands_for_a_character_is_none(sign: str) -> None:
    sentence = letters.problem('姓名', f'王{sign}明')

    assert sentence == f'姓名的「{sign}」（U+{ord(sign):04X}）是代替字的符號，不是字。請對照證件，輸入證件上的字。'


@pytest.mark.parametrize('name', ['สมชาย', 'محمد', 'अमित', 'សុខ', 'ᠮᠣᠩᠭᠣᠯ'])
def test_letters_that_have_to_be_joined_are_not_printed_one_by_one(name: str) -> None:
    sentence = letters.problem('姓名', name)

    assert sentence is not None
    assert sentence.endswith('是要連寫的文字，紀錄冊印不正確。請改用居留證或護照上的中文或英文姓名。')


def test_a_sign_that_few_fonts_have_is_drawn_as_the_one_that_looks_alike() -> None:
    name = 'Pa\ua78cay\xa0Lowking\u2009\u2f2d ﬁ⺠'

    assert letters.problem('姓名', name) is None
    assert letters.as_printed(name) == 'Paʼay Lowking 山 fi民'


def test_a_sign_of_a_radical_is_masked_and_listed_as_its_character() -> None:
    assert (masking.masked('林⺠雄'), masking.masked('⻩小明')) == ('林○雄', '黄○明')
    assert strokes.order('⻑榮') == strokes.order('長榮')


def test_what_is_invisible_is_not_kept() -> None:
    details = VolunteerDetails(name='\ufeff王\u200b小美\u202e', email='\u200bwang＠example.com')

    assert not {'name', 'email'} & details.problems().keys()
    kept = VolunteerDetails(**vars(details) | {'joins_disaster_relief': False}).columns()
    assert (kept['name'], kept['email']) == ('王小美', 'wang@example.com')
