"""基本資料: what the form of STEP 4 holds, what can be wrong with it, and how it is kept."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self
from uuid import UUID

from tortoise.expressions import Q

from db.choices import IdentityKind, Sex
from db.models import Volunteer

from .. import book_numbers, consents, identity_numbers, mail_addresses, names, validation
from ..accounts import passwords
from ..fields import Field, by_key
from ..identity_numbers import BadIdentityNumber
from ..validation import found

_NO_WAY = '請選擇志工怎麼設定密碼：系統自動設定；沒有 E-MAIL 時用紙本驗證碼，或按「自行設定密碼」。'
_LEGACY = re.compile(r'(.{1,40})字第(.{1,40})號')

FIELDS = by_key(
    Field('identity_kind', '證件種類'),
    Field('identity_number', '證件號碼'),
    Field('is_indigenous', '原住民'),
    consents.FIELD,
    Field('name', '姓名'),
    Field('is_open_to_units', '開放志工單位查詢'),
    Field('is_civil_servant', '公教人員'),
    Field('sets_password_by_system', '系統設定密碼', '系統自動設定(e-Mail通知)'),
    Field('prints_code', '紙本驗證碼', '沒有 E-MAIL：儲存後列印紙本驗證碼，由志工本人設定密碼'),
    Field('password', '密碼'),
    Field('password_again', '確認密碼'),
    Field('english_name', '英文姓名'),
    Field('born_on', '出生日期'),
    Field('is_born_before_roc', '民國前'),
    Field('sex', '性別'),
    Field('email', 'E-MAIL'),
    Field('joins_disaster_relief', '是否加入救災志工'),
    Field('legacy_series', '舊制紀錄冊號（字）', '舊制紀錄冊號'),
    Field('legacy_serial', '舊制紀錄冊號（號）', '舊制紀錄冊號：號'),
    Field('legacy_issued_on', '發冊日期'),
    Field(
        'waives_issue_date',
        '暫不填寫發冊日',
        '暫不填寫發冊日(若無發冊日期，也無基礎訓練及特殊訓練完成日期，將無申請榮譽卡有效時數)',
    ),
    Field('photo', '志工照片'),
    Field('is_photo_confirmed', '確認志工照片為清晰、半身照'),
)
# What the history says of a volunteer besides.
HOST_UNIT = Field('host_unit', '所屬運用單位')
TEAM = Field('team', '所屬志工隊')
MEMBERSHIP = Field('membership', '收編狀態')


@dataclass
class VolunteerDetails:
    """The form of a new volunteer, and of one who `is_new` no more.

    Then the identity number stands masked (A12****789) and means: as it was; and an empty password means the same.
    Somebody new gets a link to set the password (`sets_password_by_system`), a code on paper (`prints_code`), or a
    password that is used once.
    `photo` is the id of a stored file. `is_born_before_roc` only turns the way the birth date is typed and shown.
    """

    identity_kind: str = IdentityKind.NATIONAL_ID
    identity_number: str = field(default='', repr=False)
    is_indigenous: bool = False
    consents_to_data_use: bool = False
    name: str = ''
    is_open_to_units: bool = False
    is_civil_servant: bool = False
    sets_password_by_system: bool = False
    prints_code: bool = False
    password: str = field(default='', repr=False)
    password_again: str = field(default='', repr=False)
    english_name: str = ''
    born_on: date | None = None
    is_born_before_roc: bool = False
    sex: str = ''
    email: str = ''
    joins_disaster_relief: bool | None = False
    legacy_series: str = ''
    legacy_serial: str = ''
    legacy_issued_on: date | None = None
    waives_issue_date: bool = False
    photo: UUID | None = None
    is_photo_confirmed: bool = False
    is_new: bool = True

    @classmethod
    def from_record(cls, volunteer: Volunteer) -> Self:
        """The details of somebody known."""
        return cls(
            identity_kind=volunteer.identity_kind,
            identity_number=volunteer.identity_masked,
            is_indigenous=volunteer.is_indigenous,
            consents_to_data_use=volunteer.consents_to_data_use,
            name=volunteer.name,
            is_open_to_units=volunteer.is_open_to_units,
            is_civil_servant=volunteer.is_civil_servant,
            english_name=volunteer.english_name,
            born_on=volunteer.born_on,
            is_born_before_roc=volunteer.born_on.year < 1912,
            sex=volunteer.sex,
            email=volunteer.email,
            joins_disaster_relief=volunteer.joins_disaster_relief,
            legacy_series=volunteer.legacy_series,
            legacy_serial=volunteer.legacy_serial,
            legacy_issued_on=volunteer.legacy_issued_on,
            waives_issue_date=volunteer.waives_issue_date,
            photo=volunteer.photo_id,
            is_photo_confirmed=volunteer.is_photo_confirmed,
            is_new=False,
        )

    def problems(self, new: bool | None = None) -> dict[str, str]:
        """Field → sentence. `new`: as `is_new`."""
        is_new = self.is_new if new is None else new
        ticks = ('is_indigenous', 'consents_to_data_use', 'is_open_to_units', 'is_civil_servant')
        return found(
            {
                'identity_kind': validation.choice(_label('identity_kind'), self.identity_kind, IdentityKind),
                'identity_number': self._number_problem(is_new),
                'name': validation.text(_label('name'), self.name, most=100, needed=True) or self._name_problem(),
                **self._password_problems(is_new),
                'english_name': validation.text(_label('english_name'), self.english_name, most=100),
                'born_on': validation.day(_label('born_on'), self.born_on, needed=True),
                'sex': validation.choice(_label('sex'), self.sex, Sex) or self._sex_problem(is_new),
                'email': validation.email(_label('email'), self.email) or self._email_problem(),
                'joins_disaster_relief': validation.yes_no(
                    _label('joins_disaster_relief'), self.joins_disaster_relief, needed=True
                ),
                **self._legacy_problems(),
                'photo': None if isinstance(self.photo, UUID | None) else f'請重新上傳{_label("photo")}。',
                **{tick: validation.yes_no(_label(tick), getattr(self, tick), needed=True) for tick in ticks},
                'is_photo_confirmed': self._photo_problem(),
            }
        )

    def keeps_number(self) -> bool:
        """Whether the identity number stays as it was: it stands masked."""
        return not self.is_new and isinstance(self.identity_number, str) and '*' in self.identity_number

    def columns(self) -> dict[str, Any]:
        """As it is kept, but for the identity number. The details have no problems."""
        series, serial = self._legacy_parts()
        return {
            'identity_kind': validation.member(IdentityKind, self.identity_kind),
            'is_indigenous': self.is_indigenous,
            'consents_to_data_use': self.consents_to_data_use,
            'name': validation.tidy(self.name),
            'is_open_to_units': self.is_open_to_units,
            'is_civil_servant': self.is_civil_servant,
            'english_name': validation.tidy(self.english_name),
            'born_on': self.born_on,
            'sex': validation.member(Sex, self.sex),
            'email': mail_addresses.tidy(self.email),
            'joins_disaster_relief': self.joins_disaster_relief,
            'legacy_series': series,
            'legacy_serial': serial,
            'legacy_issued_on': None if self.waives_issue_date else self.legacy_issued_on,
            'waives_issue_date': self.waives_issue_date,
            'photo_id': self.photo,
            'is_photo_confirmed': self.is_photo_confirmed and self.photo is not None,
        }

    def _number_problem(self, is_new: bool) -> str | None:
        kind = validation.member(IdentityKind, self.identity_kind)
        if kind is None or (not is_new and self.keeps_number()):
            return None
        problem = validation.text(kind.label, self.identity_number, most=40, needed=True)
        if problem:
            return problem
        try:
            identity_numbers.validate(kind, self.identity_number)
        except BadIdentityNumber as refusal:
            return str(refusal)
        return None

    def _name_problem(self) -> str | None:
        return (
            None if names.key(self.name) else f'{_label("name")}至少要有一個文字，不能只有符號。請對照證件再輸入一次。'
        )

    def _password_problems(self, is_new: bool) -> dict[str, str | None]:
        unreadable = validation.yes_no(_label('sets_password_by_system'), self.sets_password_by_system, needed=True)
        unreadable = unreadable or validation.yes_no(_label('prints_code'), self.prints_code, needed=True)
        if unreadable or self.sets_password_by_system:
            return {'sets_password_by_system': unreadable}
        if not self.password and not self.password_again:
            return {'sets_password_by_system': _NO_WAY if is_new and not self.prints_code else None}
        first = validation.text(_label('password'), self.password, most=200, needed=True) or self._unfit()
        again = validation.text(_label('password_again'), self.password_again, most=200, needed=True)
        if again is None and self.password_again != self.password:
            again = '兩次輸入的密碼不同，請再輸入一次。'
        return {'password': first, 'password_again': again}

    def _unfit(self) -> str | None:
        if unmet := passwords.unmet(self.password):
            return f'密碼還不符合規則：{"、".join(unmet)}。'
        if passwords.is_common(self.password):
            return passwords.COMMON
        told = (self.name, self.english_name, self.email, self.identity_number)
        own_words = [text.partition('@')[0] for text in told if isinstance(text, str)]
        return passwords.OWN_WORDS if passwords.is_made_of(self.password, own_words) else None

    def _sex_problem(self, is_new: bool) -> str | None:
        """The second character of the number tells the sex; it can be seen in a masked number too."""
        kind = validation.member(IdentityKind, self.identity_kind)
        if kind is None or self._number_problem(is_new):
            return None
        sex = identity_numbers.sex_of(kind, self.identity_number)
        if sex is None or sex == self.sex:
            return None
        return f'{kind.label}第 2 碼表示「{sex.label}」，與選擇的{_label("sex")}不同。請對照證件再確認。'

    def _email_problem(self) -> str | None:
        if self.sets_password_by_system is True and not validation.tidy(self.email):
            return f'勾選了系統自動設定密碼，請輸入 {_label("email")}，系統才能寄出設定密碼的連結。'
        return None

    def _legacy_parts(self) -> tuple[str, str]:
        return book_numbers.parts(*map(validation.searched, (self.legacy_series, self.legacy_serial)))

    def _legacy_problems(self) -> dict[str, str | None]:
        series = validation.text(_label('legacy_series'), self.legacy_series, most=40)
        serial = validation.text(_label('legacy_serial'), self.legacy_serial, most=40)
        if series is None and serial is None:
            has_series, has_serial = map(bool, self._legacy_parts())
            series = '舊制紀錄冊號還缺「字」的部分，例如：中市文志。' if has_serial and not has_series else None
            serial = '舊制紀錄冊號還缺「號」的部分，例如：000123。' if has_series and not has_serial else None
        since = (
            self.born_on
            if validation.day(_label('born_on'), self.born_on) is None and self.born_on
            else validation.EARLIEST
        )
        return {
            'legacy_series': series,
            'legacy_serial': serial,
            'legacy_issued_on': validation.day(_label('legacy_issued_on'), self.legacy_issued_on, since=since),
            'waives_issue_date': validation.yes_no(_label('waives_issue_date'), self.waives_issue_date, needed=True),
        }

    def _photo_problem(self) -> str | None:
        unreadable = validation.yes_no(_label('is_photo_confirmed'), self.is_photo_confirmed, needed=True)
        if unreadable or self.photo is None or self.is_photo_confirmed:
            return unreadable
        return f'請{_label("is_photo_confirmed")}，並勾選。'


def _label(key: str) -> str:
    return FIELDS[key].label


def legacy_number(volunteer: Volunteer) -> str:
    """舊制紀錄冊號 as one reads it, or ''.

    >>> legacy_number(Volunteer(legacy_series='中市文', legacy_serial='000123')), legacy_number(Volunteer())
    ('中市文字第000123號', '')
    """
    return book_numbers.written(volunteer.legacy_series, volunteer.legacy_serial) if volunteer.legacy_serial else ''


def read_legacy_number(text: str) -> tuple[str, str] | None:
    """Its two parts, as they are kept; None for what is none, and for two numbers.

    >>> read_legacy_number('中市文 字第 ０００１２３ 號'), read_legacy_number('000123')
    (('中市文', '000123'), None)
    >>> read_legacy_number('中市文字第000123號、中市文字第000456號')
    """
    whole = _LEGACY.fullmatch(validation.searched_number(text))
    return (whole[1], whole[2]) if whole and '字第' not in whole[1] else None


def legacy_matching(text: str) -> Q:
    """Volunteers whose 舊制紀錄冊號 is `text`: whole (中市文字第000123號), or the serial after 第 alone.

    How many zeros the serial begins with, and 台 or 臺, makes no difference (`book_numbers.folded`).
    """
    if whole := _LEGACY.fullmatch(text):
        series = {whole[1], whole[1].replace('台', '臺'), whole[1].replace('臺', '台')}
        return Q(legacy_series__in=series, legacy_serial__in=_with_zeros(whole[2]))
    return Q(Q(legacy_serial__in=_with_zeros(text[:40])), ~Q(legacy_serial=''))


def _with_zeros(serial: str) -> set[str]:
    """The serial as it may have been kept, so that an index finds it.

    >>> sorted(_with_zeros('012'), key=len)[:3]
    ['12', '012', '0012']
    """
    bare = serial.lstrip('0')
    return {serial, *(bare.zfill(length) for length in range(max(1, len(bare)), 10) if serial.isdecimal())}
