"""How an account is opened and used: requests, sessions, failed logins, password links."""

from tortoise import fields
from tortoise.models import Model

from ..choices import CardAct, ChangeStatus, LookupKind, RequestStatus, Role, SignInMeans
from .people import Account
from .places import Agency, County, HostUnit


class LoginFailure(Model):
    """Failed logins under one typed name, counted whether or not there is such an account."""

    name_index = fields.CharField(max_length=64, primary_key=True)
    failures = fields.SmallIntField(default=0)
    locked_until = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = 'login_failure'


class Allowance(Model):
    """How much of something somebody has used up in a period that ends at `ends_at`; the key says neither in clear."""

    key = fields.CharField(max_length=64, primary_key=True)
    used = fields.IntField(default=0)
    ends_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = 'allowance'


class Session(Model):
    """A signed-in browser. Only the SHA-256 of its id is stored.

    `means` is what a process of before the second factor understands; `ways` has all that was shown, as
    'password,code'. `proved_at`: when its user last showed again who it is (`domain.accounts.step_up`). `device` and
    `address` are short words for the owner's list.
    """

    digest = fields.CharField(max_length=64, primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='sessions'
    )
    account_id: int
    created_at = fields.DatetimeField(auto_now_add=True)
    seen_at = fields.DatetimeField(db_index=True)
    means = fields.CharEnumField(
        SignInMeans, max_length=10, default=SignInMeans.PASSWORD, db_default=SignInMeans.PASSWORD
    )
    ways = fields.CharField(max_length=60, default='', db_default='')
    proved_at = fields.DatetimeField(null=True)
    device = fields.CharField(max_length=60, default='', db_default='')
    address = fields.CharField(max_length=60, default='', db_default='')

    class Meta:
        table = 'session'


class PasswordReset(Model):
    """忘記密碼: a link that works once, until it expires. Only its SHA-256 is stored.

    A code on paper (紙本驗證碼) is kept here too, under its keyed digest: no link is found by that.
    """

    digest = fields.CharField(max_length=64, primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='resets'
    )
    account_id: int
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = 'password_reset'


class AccountRequest(Model):
    """帳號申請: a request for an account by staff of a host unit or an agency.

    It waits for the authority of its county once `confirmed_at` is set: somebody has opened the link mailed to `email`,
    of which `digest` is the SHA-256. Returned, `digest` is that of the link by which it is corrected. `agency` is the
    one that the unit serves, or that the reviewer is of; `host_unit` the unit whose account was opened.
    """

    id = fields.IntField(primary_key=True)
    status = fields.CharEnumField(RequestStatus, max_length=20, default=RequestStatus.OPEN)
    role = fields.CharEnumField(Role, max_length=20, default=Role.UNIT_STAFF)
    organisation = fields.CharField(max_length=80)
    name = fields.CharField(max_length=60)
    username = fields.CharField(max_length=60)
    email = fields.CharField(max_length=254)
    phone = fields.CharField(max_length=30)
    reason = fields.TextField(default='')
    created_at = fields.DatetimeField(auto_now_add=True)
    digest = fields.CharField(max_length=64, null=True)
    confirmed_at = fields.DatetimeField(null=True)
    decided_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='decided_requests', null=True
    )
    decided_by_id: int | None
    decided_at = fields.DatetimeField(null=True)
    unified_number = fields.CharField(max_length=8, default='', db_default='')
    contact = fields.CharField(max_length=60, default='', db_default='')
    county: fields.ForeignKeyNullableRelation[County] = fields.ForeignKeyField(
        'models.County', on_delete=fields.RESTRICT, related_name='account_requests', null=True
    )
    county_id: str | None
    agency: fields.ForeignKeyNullableRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='account_requests', null=True
    )
    agency_id: int | None
    host_unit: fields.ForeignKeyNullableRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='account_requests', null=True
    )
    host_unit_id: int | None
    steps: fields.ReverseRelation['RequestStep']

    class Meta:
        table = 'account_request'
        ordering = ('created_at',)


class RequestStep(Model):
    """What became of a 帳號申請, one row for each step. `by` is None where the applicant did it."""

    id = fields.IntField(primary_key=True)
    request: fields.ForeignKeyRelation[AccountRequest] = fields.ForeignKeyField(
        'models.AccountRequest', on_delete=fields.RESTRICT, related_name='steps'
    )
    request_id: int
    at = fields.DatetimeField()
    status = fields.CharEnumField(RequestStatus, max_length=20)
    by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='request_steps', null=True
    )
    by_id: int | None
    reason = fields.TextField(default='')

    class Meta:
        table = 'request_step'
        ordering = ('id',)


class AccountRules(Model):
    """帳號規則, one row: when accounts of staff are locked, and how often they are reviewed.

    `idle_days` without a login lock an account, 0: never; its owner is mailed `first_warning` and `last_warning` days
    before. Each `review_months` (0: never) a list is confirmed within `review_days`; `review_locks`: what is not, is
    locked then.
    """

    id = fields.IntField(primary_key=True)
    idle_days = fields.SmallIntField(default=90)
    first_warning = fields.SmallIntField(default=14)
    last_warning = fields.SmallIntField(default=3)
    review_months = fields.SmallIntField(default=12)
    review_days = fields.SmallIntField(default=30)
    review_locks = fields.BooleanField(default=True)

    class Meta:
        table = 'account_rules'


class AccountReview(Model):
    """年度盤點: the accounts of a unit, of an agency, or of neither, to be confirmed one by one until `due_on`."""

    id = fields.IntField(primary_key=True)
    host_unit: fields.ForeignKeyNullableRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='account_reviews', null=True
    )
    host_unit_id: int | None
    agency: fields.ForeignKeyNullableRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='account_reviews', null=True
    )
    agency_id: int | None
    begun_at = fields.DatetimeField()
    due_on = fields.DateField()
    reminders = fields.SmallIntField(default=0)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = 'account_review'
        ordering = ('due_on', 'id')


class EmailChange(Model):
    """A new address that waits to be confirmed: by the owner, over a link to the old one, or by an administrator.

    `digest` is the SHA-256 of the link's token, None where there is no link; then `expires_at` is None too.
    """

    id = fields.IntField(primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='email_changes'
    )
    account_id: int
    email = fields.CharField(max_length=254)
    status = fields.CharEnumField(ChangeStatus, max_length=20, default=ChangeStatus.OPEN)
    asked_by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='asked_email_changes'
    )
    asked_by_id: int
    asked_at = fields.DatetimeField()
    digest = fields.CharField(max_length=64, unique=True, null=True)
    expires_at = fields.DatetimeField(null=True)
    decided_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='decided_email_changes', null=True
    )
    decided_by_id: int | None
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        table = 'email_change'
        ordering = ('asked_at', 'id')


class IdentityLookup(Model):
    """Who looked up which identity number of somebody who is none of theirs, and whether there was such a person.

    `number_index` is the blind index of the number. `is_refused`: it was over the budget, and nothing was looked at.
    """

    id = fields.BigIntField(primary_key=True)
    by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='lookups'
    )
    by_id: int
    at = fields.DatetimeField(db_index=True)
    kind = fields.CharEnumField(LookupKind, max_length=20)
    number_index = fields.CharField(max_length=64)
    is_hit = fields.BooleanField(default=False)
    is_refused = fields.BooleanField(default=False)

    class Meta:
        table = 'identity_lookup'
        ordering = ('-at', '-id')


class Deputyship(Model):
    """職務代理: from one day to another, both included, `deputy` does what the reviewer `account` would do."""

    id = fields.IntField(primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='deputies'
    )
    account_id: int
    deputy: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='stands_in'
    )
    deputy_id: int
    begins_on = fields.DateField()
    ends_on = fields.DateField(db_index=True)
    named_by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='named_deputies'
    )
    named_by_id: int
    named_at = fields.DatetimeField()

    class Meta:
        table = 'deputyship'
        ordering = ('begins_on', 'id')


class CitizenCertificate(Model):
    """自然人憑證 that signs in to an account, found by the blind index of the holder's number at its authority.

    `name` and `expires_at` are what the card last said; `used_at` is when it last signed in.
    """

    id = fields.IntField(primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='citizen_certificates'
    )
    account_id: int
    card_index = fields.CharField(max_length=64, unique=True)
    name = fields.CharField(max_length=100)
    expires_at = fields.DatetimeField()
    bound_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = 'citizen_certificate'


class SignatureChallenge(Model):
    """A random text for a card or a passkey to sign, once, for one act in one browser. Only SHA-256s are stored."""

    digest = fields.CharField(max_length=64, primary_key=True)
    act = fields.CharEnumField(CardAct, max_length=10)
    browser = fields.CharField(max_length=64)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = 'signature_challenge'


class RevocationList(Model):
    """憑證廢止清冊 (CRL), the newest of an authority, which is named by the SHA-256 of its certificate."""

    authority = fields.CharField(max_length=64, primary_key=True)
    address = fields.CharField(max_length=500)
    content = fields.BinaryField()
    issued_at = fields.DatetimeField()
    next_at = fields.DatetimeField()
    fetched_at = fields.DatetimeField()

    class Meta:
        table = 'revocation_list'
