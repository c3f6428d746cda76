"""Cards that sign in to an account, what they are asked to sign, and the lists of those that were revoked."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from db.choices import CardAct, SignInMeans


class Migration(migrations.Migration):
    dependencies = [('models', '0024_who_amended')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CitizenCertificate',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='citizen_certificates', on_delete=OnDelete.RESTRICT)),
                ('card_index', fields.CharField(unique=True, max_length=64)),
                ('name', fields.CharField(max_length=100)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('bound_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'citizen_certificate', 'app': 'models', 'pk_attr': 'id', 'table_description': "自然人憑證 that signs in to an account, found by the blind index of the holder's number at its authority."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RevocationList',
            fields=[
                ('authority', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('address', fields.CharField(max_length=500)),
                ('content', fields.BinaryField()),
                ('issued_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('next_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('fetched_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'revocation_list', 'app': 'models', 'pk_attr': 'authority', 'table_description': '憑證廢止清冊 (CRL), the newest of an authority, which is named by the SHA-256 of its certificate.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SignatureChallenge',
            fields=[
                ('digest', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('act', fields.CharEnumField(description='SIGN_IN: sign_in\nBIND: bind', enum_type=CardAct, max_length=10)),
                ('browser', fields.CharField(max_length=64)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'signature_challenge', 'app': 'models', 'pk_attr': 'digest', 'table_description': 'A random text for a card to sign, once, for one act in one browser. Only SHA-256 of both is stored.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Session',
            name='means',
            field=fields.CharEnumField(default=SignInMeans.PASSWORD, description='PASSWORD: password\nCARD: card', db_default=SignInMeans.PASSWORD, enum_type=SignInMeans, max_length=10),
        ),
        ops.RunSQL('CREATE INDEX citizen_certificate_by_account_id ON citizen_certificate (account_id)'),
    ]
