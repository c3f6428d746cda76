"""What the keys of the office are known by."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0017_deputies')]

    initial = False

    operations = [
        ops.CreateModel(
            name='KeyCheck',
            fields=[
                ('key_id', fields.SmallIntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ('canary', fields.BinaryField()),
                ('word_index', fields.CharField(max_length=64)),
            ],
            options={'table': 'key_check', 'app': 'models', 'pk_attr': 'key_id', 'table_description': 'A word sealed with one of the sealing keys, and its blind index: other keys are known before they do harm.'},
            bases=['Model'],
        ),
    ]
