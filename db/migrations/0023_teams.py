"""Clerks of a 志工隊, 單位管理者, 移轉 between units, and the agencies of the nation (中央) beside those of the counties.

A case knows in which team its volunteer serves at its unit, so that lists of a team read no memberships: KEPT are
triggers, which hold for whoever writes, a process of the version before included. DERIVED makes that of the past.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops
from db.choices import TransferStatus
from tortoise.fields.base import OnDelete
from tortoise import fields

KEPT = (
    # The membership is locked, so that a case that is opened and a person who changes the team know of each other.
    """CREATE FUNCTION case_is_of_team() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.team_id := NULL;
    SELECT team_id INTO NEW.team_id FROM membership
    WHERE volunteer_id = NEW.volunteer_id AND host_unit_id = NEW.host_unit_id FOR SHARE;
    RETURN NEW; END $$""",
    'CREATE TRIGGER case_is_of_team BEFORE INSERT OR UPDATE OF host_unit_id, volunteer_id, team_id ON application'
    ' FOR EACH ROW EXECUTE FUNCTION case_is_of_team()',
    """CREATE FUNCTION cases_follow_member() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE application SET team_id = NEW.team_id WHERE volunteer_id = NEW.volunteer_id
    AND host_unit_id = NEW.host_unit_id AND team_id IS DISTINCT FROM NEW.team_id;
    RETURN NULL; END $$""",
    'CREATE TRIGGER cases_follow_member AFTER INSERT OR UPDATE OF team_id ON membership'
    ' FOR EACH ROW EXECUTE FUNCTION cases_follow_member()',
)
DERIVED = (
    """UPDATE application SET team_id = membership.team_id FROM membership
    WHERE membership.volunteer_id = application.volunteer_id AND membership.host_unit_id = application.host_unit_id
    AND membership.team_id IS NOT NULL""",
)
GUARDS = {
    'transfer_open': 'CREATE UNIQUE INDEX transfer_open ON transfer (volunteer_id, giver_id) WHERE status = \'open\'',
}
INDEXED = {
    'application': ('team_id', 'status'),
    'membership': ('team_id', 'status'),
    'transfer': ('taker_id', 'status'),
}
# An office that is there already gets 中央; a new one is filled by db/reference.py, and its agencies are in both.
CENTRAL = """INSERT INTO county (code, name, letter, position) SELECT '00000', '中央', '', 0
    WHERE EXISTS (SELECT FROM county) ON CONFLICT DO NOTHING"""

class Migration(migrations.Migration):
    dependencies = [('models', '0022_paper_books')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Transfer',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('volunteer', fields.ForeignKeyField('models.Volunteer', source_field='volunteer_id', db_constraint=True, to_field='id', related_name='transfers', on_delete=OnDelete.RESTRICT)),
                ('giver', fields.ForeignKeyField('models.HostUnit', source_field='giver_id', db_constraint=True, to_field='id', related_name='given', on_delete=OnDelete.RESTRICT)),
                ('taker', fields.ForeignKeyField('models.HostUnit', source_field='taker_id', db_constraint=True, to_field='id', related_name='taken', on_delete=OnDelete.RESTRICT)),
                ('status', fields.CharEnumField(default=TransferStatus.OPEN, description='OPEN: open\nACCEPTED: accepted\nREFUSED: refused\nWITHDRAWN: withdrawn', enum_type=TransferStatus, max_length=20)),
                ('note', fields.CharField(default='', max_length=200)),
                ('reason', fields.CharField(default='', max_length=200)),
                ('proposed_by', fields.ForeignKeyField('models.Account', source_field='proposed_by_id', db_constraint=True, to_field='id', related_name='proposed_transfers', on_delete=OnDelete.RESTRICT)),
                ('proposed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_by', fields.ForeignKeyField('models.Account', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name='decided_transfers', on_delete=OnDelete.RESTRICT)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'transfer', 'app': 'models', 'pk_attr': 'id', 'table_description': '移轉: a unit proposes that another takes over one of its volunteers; the taker learns no more until it accepts.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Account',
            name='is_unit_administrator',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Account',
            name='team',
            field=fields.ForeignKeyField('models.Team', source_field='team_id', null=True, db_constraint=True, to_field='id', related_name='accounts', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Application',
            name='team',
            field=fields.ForeignKeyField('models.Team', source_field='team_id', null=True, db_constraint=True, to_field='id', related_name='applications', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Draft',
            name='team',
            field=fields.ForeignKeyField('models.Team', source_field='team_id', null=True, db_constraint=True, to_field='id', related_name='drafts', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Roster',
            name='team',
            field=fields.ForeignKeyField('models.Team', source_field='team_id', null=True, db_constraint=True, to_field='id', related_name='rosters', on_delete=OnDelete.RESTRICT),
        ),
        *(ops.RunSQL(statement) for statement in (*KEPT, *DERIVED, *GUARDS.values(), CENTRAL)),
        *(
            ops.RunSQL(f'CREATE INDEX {table}_by_{columns[0]} ON "{table}" ({", ".join(columns)})')
            for table, columns in INDEXED.items()
        ),
        ops.RunSQL('CREATE INDEX transfer_by_giver ON transfer (giver_id, status)'),
    ]
