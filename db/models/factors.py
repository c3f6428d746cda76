"""What signing in asks for besides the password, and which browsers an account has used."""

from tortoise import fields
from tortoise.models import Model

from ..sealing import SealedTextField
from .people import Account


class AuthenticatorApp(Model):
    """驗證器 App (TOTP, RFC 6238) of an account.

    `last_step` is the time step of the last code that counted: none of it, or of an earlier one, counts again.
    """

    id = fields.IntField(primary_key=True)
    account: fields.OneToOneRelation[Account] = fields.OneToOneField(
        'models.Account', on_delete=fields.RESTRICT, related_name='authenticator_app'
    )
    account_id: int
    secret = SealedTextField()
    last_step = fields.BigIntField()
    added_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = 'authenticator_app'


class Passkey(Model):
    """通行金鑰 (WebAuthn): the public half of a key that a device of the owner keeps.

    `credential` is its id in base64url, `name` what the owner calls it, `uses` the counter that the device last told.
    """

    id = fields.IntField(primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='passkeys'
    )
    account_id: int
    credential = fields.CharField(max_length=1400, unique=True)
    public_key = fields.BinaryField()
    uses = fields.BigIntField(default=0)
    name = fields.CharField(max_length=40)
    added_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = 'passkey'


class RecoveryCode(Model):
    """復原碼: opens the second step once. Only its keyed digest is stored."""

    digest = fields.CharField(max_length=64, primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='recovery_codes'
    )
    account_id: int
    made_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = 'recovery_code'


class HalfSignIn(Model):
    """A browser whose user has shown the password and not yet the second factor: no session, it opens that step alone.

    Only the SHA-256 of its id is stored.
    """

    digest = fields.CharField(max_length=64, primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='half_sign_ins'
    )
    account_id: int
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = 'half_sign_in'


class KnownDevice(Model):
    """A browser in which an account has signed in. Only the SHA-256 of its cookie is stored."""

    id = fields.BigIntField(primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='known_devices'
    )
    account_id: int
    digest = fields.CharField(max_length=64)
    words = fields.CharField(max_length=60)
    first_at = fields.DatetimeField()
    seen_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = 'known_device'
        unique_together = (('account', 'digest'),)


class FactorDemand(Model):
    """A role that has to have a second factor: `grace_days` after `since` nobody of it signs in without one."""

    role = fields.CharField(max_length=20, primary_key=True)
    since = fields.DateField()
    grace_days = fields.SmallIntField()

    class Meta:
        table = 'factor_demand'
