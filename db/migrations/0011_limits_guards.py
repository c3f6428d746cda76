"""What is asked often about limits, and requests of the past: whoever made them was believed then."""

from tortoise import migrations
from tortoise.migrations import operations as ops

GUARDS: dict[str, str] = {}

INDEXED = {
    'stored_file': ('host_unit_id', 'volunteer_id'),
    'account_request': ('status', 'confirmed_at'),
}


class Migration(migrations.Migration):
    dependencies = [('models', '0011_limits')]
    initial = False

    operations = [
        *(
            ops.RunSQL(f'CREATE INDEX {table}_by_{columns[0]} ON "{table}" ({", ".join(columns)})')
            for table, columns in INDEXED.items()
        ),
        ops.RunSQL('UPDATE account_request SET confirmed_at = created_at'),
    ]
