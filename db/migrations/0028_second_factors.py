"""What signing in asks for besides the password; an office that works already has a month until it is demanded."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from db.choices import CardAct
from db.sealing import SealedTextField

# Roles that are not there yet are demanded of as soon as they are.
ROLES = ('reviewer', 'administrator', 'county', 'ministry', 'inspector')
GRACE_DAYS = 30

INDEXES = ('passkey', 'recovery_code', 'half_sign_in')


class Migration(migrations.Migration):
    dependencies = [('models', '0027_account_terms')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AuthenticatorApp',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.OneToOneField('models.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='authenticator_app', on_delete=OnDelete.RESTRICT)),
                ('secret', SealedTextField(generated=False, null=False, unique=False)),
                ('last_step', fields.BigIntField()),
                ('added_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'authenticator_app', 'app': 'models', 'pk_attr': 'id', 'table_description': '驗證器 App (TOTP, RFC 6238) of an account.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='FactorDemand',
            fields=[
                ('role', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=20)),
                ('since', fields.DateField()),
                ('grace_days', fields.SmallIntField()),
            ],
            options={'table': 'factor_demand', 'app': 'models', 'pk_attr': 'role', 'table_description': 'A role that has to have a second factor: `grace_days` after `since` nobody of it signs in without one.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='HalfSignIn',
            fields=[
                ('digest', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='half_sign_ins', on_delete=OnDelete.RESTRICT)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'half_sign_in', 'app': 'models', 'pk_attr': 'digest', 'table_description': 'A browser whose user has shown the password and not yet the second factor: no session, it opens that step alone.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='KnownDevice',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='known_devices', on_delete=OnDelete.RESTRICT)),
                ('digest', fields.CharField(max_length=64)),
                ('words', fields.CharField(max_length=60)),
                ('first_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('seen_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'known_device', 'app': 'models', 'unique_together': (('account', 'digest'),), 'pk_attr': 'id', 'table_description': 'A browser in which an account has signed in. Only the SHA-256 of its cookie is stored.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Passkey',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='passkeys', on_delete=OnDelete.RESTRICT)),
                ('credential', fields.CharField(unique=True, max_length=1400)),
                ('public_key', fields.BinaryField()),
                ('uses', fields.BigIntField(default=0)),
                ('name', fields.CharField(max_length=40)),
                ('added_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'passkey', 'app': 'models', 'pk_attr': 'id', 'table_description': '通行金鑰 (WebAuthn): the public half of a key that a device of the owner keeps.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RecoveryCode',
            fields=[
                ('digest', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='recovery_codes', on_delete=OnDelete.RESTRICT)),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'recovery_code', 'app': 'models', 'pk_attr': 'digest', 'table_description': '復原碼: opens the second step once. Only its keyed digest is stored.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Session',
            name='address',
            field=fields.CharField(default='', db_default='', max_length=60),
        ),
        ops.AddField(
            model_name='Session',
            name='device',
            field=fields.CharField(default='', db_default='', max_length=60),
        ),
        ops.AddField(
            model_name='Session',
            name='proved_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Session',
            name='ways',
            field=fields.CharField(default='', db_default='', max_length=60),
        ),
        ops.AlterModelOptions(
            name='SignatureChallenge',
            options={'table': 'signature_challenge', 'app': 'models', 'pk_attr': 'digest', 'table_description': 'A random text for a card or a passkey to sign, once, for one act in one browser. Only SHA-256s are stored.'},
        ),
        ops.AlterField(
            model_name='SignatureChallenge',
            name='act',
            field=fields.CharEnumField(description='SIGN_IN: sign_in\nBIND: bind\nPASSKEY_ADDED: add_key\nPASSKEY_ENTERS: key_enters\nSECOND_STEP: second\nPROOF: proof', enum_type=CardAct, max_length=10),
        ),
        *(ops.RunSQL(f'CREATE INDEX {table}_by_account_id ON {table} (account_id)') for table in INDEXES),
        *(
            ops.RunSQL(
                'INSERT INTO factor_demand (role, since, grace_days)'
                f" SELECT '{role}', CURRENT_DATE, {GRACE_DAYS} WHERE EXISTS (SELECT 1 FROM account)"
            )
            for role in ROLES
        ),
    ]
