"""What is filled in about an account: by the administrator, and by somebody who asks for one."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from db.choices import Role
from db.models import Account, AccountRequest

from .. import dates, mail_addresses, unified_numbers, validation
from ..fields import Field, by_key

# Plain ASCII in lower case: nobody has to guess how a name is spelled, and no two names look alike.
_USERNAME = re.compile(r'[a-z0-9][a-z0-9._@-]{2,59}')
# A user name must not be able to stand for a volunteer's number.
_IDENTITY_NUMBER = re.compile(r'[a-z][a-z0-9][0-9]{8}')

FIELDS = by_key(
    Field('username', '使用者帳號'),
    Field('name', '姓名'),
    Field('email', '電子郵件'),
    Field('phone', '聯絡電話'),
    Field('role', '角色'),
    Field('host_unit_id', '所屬運用單位'),
    Field('team_id', '所屬志工隊'),
    Field('is_unit_administrator', '單位管理者'),
    Field('agency_id', '所屬發冊機關'),
    Field('is_agency_supervisor', '機關主管'),
    Field('county_id', '所屬縣市'),
    Field('is_active', '帳號使用中'),
    Field('ends_on', '使用期限'),
)
REQUEST_FIELDS = by_key(
    Field('organisation', '單位或機關全名'),
    FIELDS['name'],
    Field('username', FIELDS['username'].label, '希望的使用者帳號'),
    FIELDS['email'],
    FIELDS['phone'],
    Field('role', '申請身分'),
    Field('unified_number', unified_numbers.LABEL),
    Field('county_id', '主管機關所在縣市'),
    Field('agency_id', '目的事業主管機關', '目的事業主管機關（發冊機關）'),
    Field('contact', '單位聯絡人'),
    Field('reason', '申請說明'),
)
# Whose office is a host unit.
OF_UNIT = (Role.UNIT_STAFF, Role.SUPERVISOR)
REFUSAL = Field('reason', '原因')


@dataclass
class AccountDetails:
    """An account of staff as the administrator fills it in, or a 單位管理者 one of the own unit.

    Only a clerk has a `team_id` (None: the whole unit) or is `is_unit_administrator`, never both. `county_id` is the
    code of a county authority's county. `ends_on` is the last day of an account for a time, None: it has no end.
    """

    username: str = ''
    name: str = ''
    email: str = ''
    phone: str = ''
    role: Role = Role.UNIT_STAFF
    host_unit_id: int | None = None
    agency_id: int | None = None
    is_active: bool = True
    team_id: int | None = None
    is_unit_administrator: bool = False
    is_agency_supervisor: bool = False
    county_id: str | None = None
    ends_on: date | None = None

    @classmethod
    def from_record(cls, account: Account) -> Self:
        """The details of an existing account."""
        return cls(**{field: getattr(account, field) for field in cls.__dataclass_fields__})

    @classmethod
    def from_request(cls, request: AccountRequest) -> Self:
        """What the request already says; the unit or agency is for the administrator to choose."""
        return cls(
            username=request.username,
            name=request.name,
            email=request.email,
            phone=request.phone,
            role=request.role,
            agency_id=request.agency_id if request.role == Role.REVIEWER else None,
        )

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        return validation.found(
            {
                'name': validation.text(FIELDS['name'].label, self.name, most=60, needed=True),
                'username': username_problem(self.username),
                'email': validation.email(FIELDS['email'].label, self.email, needed=True),
                'phone': validation.text(FIELDS['phone'].label, self.phone, most=30),
                'role': self._role_problem(),
                'host_unit_id': self._place_problem(OF_UNIT, 'host_unit_id'),
                'agency_id': self._place_problem((Role.REVIEWER,), 'agency_id'),
                'county_id': self._county_problem(),
                'is_unit_administrator': self._administrator_problem(),
                'ends_on': self._end_problem(),
            }
        )

    def values(self) -> dict[str, Any]:
        """As it is kept: an account has the one office that goes with its role."""
        kept = _tidied(self) | {'phone': validation.telephone(self.phone)}
        kept['host_unit_id'] = self.host_unit_id if self.role in OF_UNIT else None
        kept['agency_id'] = self.agency_id if self.role == Role.REVIEWER else None
        kept['is_agency_supervisor'] = self.role == Role.REVIEWER and self.is_agency_supervisor
        kept['county_id'] = self.county_id if self.role == Role.COUNTY else None
        is_clerk = self.role == Role.UNIT_STAFF
        kept['team_id'] = self.team_id if is_clerk else None
        kept['is_unit_administrator'] = is_clerk and self.is_unit_administrator
        return kept

    def _administrator_problem(self) -> str | None:
        if self.role == Role.UNIT_STAFF and self.is_unit_administrator and self.team_id is not None:
            return '單位管理者管理整個單位的帳號，不能只屬於一個志工隊。請把所屬志工隊改成「整個單位」，或不要勾選。'
        return None

    def _end_problem(self) -> str | None:
        if problem := validation.day(FIELDS['ends_on'].label, self.ends_on, future=True):
            return problem
        if self.is_active and self.ends_on is not None and self.ends_on < dates.today():
            return '使用期限已經過了。帳號要繼續使用時，請改填今天以後的日期，或清空期限。'
        return None

    def _role_problem(self) -> str | None:
        if self.role == Role.VOLUNTEER:
            return '志工的帳號由運用單位在志工基本資料開通，不在這裡新增。'
        return validation.choice(FIELDS['role'].label, self.role, Role)

    def _county_problem(self) -> str | None:
        if self.role != Role.COUNTY:
            return None
        label = FIELDS['county_id'].label
        return validation.text(label, self.county_id, most=5) if self.county_id else f'請選擇{label}。'

    def _place_problem(self, roles: tuple[Role, ...], key: str) -> str | None:
        if self.role not in roles:
            return None
        label, chosen = FIELDS[key].label, getattr(self, key)
        if chosen is None:
            return f'請選擇{label}。'
        return validation.whole(label, chosen, least=1, most=validation.MOST_INT4)


@dataclass
class AccountRequestDetails:
    """帳號申請, as anybody may fill it in.

    `county_id` is the code of the county whose authority decides; `agency_id` the agency whose business the unit
    serves, if it names one, or that a reviewer is of. `contact`: who else may be asked at the unit.
    """

    organisation: str = ''
    name: str = ''
    username: str = ''
    email: str = ''
    phone: str = ''
    role: Role = Role.UNIT_STAFF
    reason: str = ''
    unified_number: str = ''
    county_id: str | None = None
    agency_id: int | None = None
    contact: str = ''

    @classmethod
    def from_record(cls, request: AccountRequest) -> Self:
        """What was filled in, to be corrected."""
        return cls(**{field: getattr(request, field) for field in cls.__dataclass_fields__})

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        return validation.found(
            {
                'organisation': validation.text(
                    REQUEST_FIELDS['organisation'].label, self.organisation, most=80, needed=True
                ),
                'name': validation.text(FIELDS['name'].label, self.name, most=60, needed=True),
                'username': username_problem(self.username),
                'email': validation.email(FIELDS['email'].label, self.email, needed=True),
                'phone': validation.text(FIELDS['phone'].label, self.phone, most=30, needed=True),
                'role': self._role_problem(),
                'unified_number': unified_numbers.problem(self.unified_number, needed=self.role == Role.UNIT_STAFF),
                'county_id': self._county_problem(),
                'agency_id': self._agency_problem(),
                'contact': validation.text(REQUEST_FIELDS['contact'].label, self.contact, most=60, needed=True),
                'reason': validation.text(REQUEST_FIELDS['reason'].label, self.reason, most=500, lines=True),
            }
        )

    def values(self) -> dict[str, Any]:
        """As it is kept."""
        kept = _tidied(self) | {'phone': validation.telephone(self.phone)}
        return kept | {'unified_number': unified_numbers.compact(self.unified_number)}

    def _county_problem(self) -> str | None:
        label = REQUEST_FIELDS['county_id'].label
        return validation.text(label, self.county_id, most=5) if self.county_id else f'請選擇{label}。'

    def _agency_problem(self) -> str | None:
        needed = self.role == Role.REVIEWER
        label = REQUEST_FIELDS['agency_id'].label
        if self.agency_id is None:
            return f'請選擇{label}。' if needed else None
        return validation.whole(label, self.agency_id, least=1, most=validation.MOST_INT4)

    def _role_problem(self) -> str | None:
        if self.role in (Role.UNIT_STAFF, Role.REVIEWER):
            return None
        return '請選擇單位承辦人或志工業務窗口。志工的帳號請洽您的運用單位。'


def username_problem(text: str) -> str | None:
    """What is wrong with a user name.

    >>> username_problem('Wang.Mei'), username_problem('王')
    (None, '使用者帳號為 3 到 60 個英文字母或數字，也可以有 . _ - @，例如 wang.mei。')
    """
    tidied = validation.tidy(text).lower()
    if not _USERNAME.fullmatch(tidied):
        return f'{FIELDS["username"].label}為 3 到 60 個英文字母或數字，也可以有 . _ - @，例如 wang.mei。'
    if _IDENTITY_NUMBER.fullmatch(tidied):
        return '請不要用身分證字號當使用者帳號，請換一個。'
    return None


def _tidied(details: AccountDetails | AccountRequestDetails) -> dict[str, Any]:
    kept = {name: validation.tidy(value) if type(value) is str else value for name, value in vars(details).items()}
    kept['username'], kept['email'] = kept['username'].lower(), mail_addresses.tidy(details.email)
    return kept
