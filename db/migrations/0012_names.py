"""Names are found by their English spelling, too; keys that were made by an earlier rule are made anew at the start."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0011_limits_guards')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Volunteer',
            name='english_name_key',
            field=fields.CharField(default='', db_default='', max_length=120),  # for the volunteers that there are
        ),
        ops.AlterField(
            model_name='Volunteer',
            name='english_name_key',
            field=fields.CharField(default='', max_length=120),
        ),
        ops.AddField(
            model_name='Volunteer',
            name='key_edition',
            field=fields.SmallIntField(default=0, db_default=0),
        ),
        ops.AlterField(
            model_name='Volunteer',
            name='key_edition',
            field=fields.SmallIntField(default=0),
        ),
        # As they are kept from now on: half width, without blanks.
        ops.RunSQL(
            "UPDATE volunteer SET legacy_series = regexp_replace(normalize(legacy_series, NFKC), '\\s', '', 'g'),"
            " legacy_serial = regexp_replace(normalize(legacy_serial, NFKC), '\\s', '', 'g') WHERE legacy_serial <> ''"
        ),
    ]
