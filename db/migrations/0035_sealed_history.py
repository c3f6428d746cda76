"""封存 takes in 異動紀錄: what it says of a person who has left is sealed, and comes back as it was.

The journal stays one that nobody changes: the one way is by the owner of the table through these two functions, for
entries of a person whose record is closed, in the columns that say who the person is, and what comes back is what
went, by its digest.
"""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from ..sealing import SealedTextField

# '' is the field of an entry of an early version, whose form is not known any more.
PERSONAL = ('', 'name', 'english_name', 'born_on', 'email', 'photo')
FIELDS = ', '.join(f"'{field}'" for field in PERSONAL)
REFUSE = """CREATE OR REPLACE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' AND current_setting('office.retention', true) = 'on' AND pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN RETURN OLD; END IF;
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'history_entry' AND current_setting('office.sealing', true) = 'on'
        AND pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
        AND to_jsonb(NEW) - ARRAY['old', 'new', 'by_name'] = to_jsonb(OLD) - ARRAY['old', 'new', 'by_name']
        THEN RETURN NEW; END IF;
    RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$"""
DIGEST = """CREATE FUNCTION history_digest(salt TEXT, was TEXT, became TEXT, by_whom TEXT) RETURNS TEXT
    LANGUAGE sql IMMUTABLE AS $$ SELECT encode(sha256(convert_to(
        concat_ws(chr(31), salt, was, became, by_whom), 'UTF8')), 'hex') $$"""
SEAL = f"""CREATE FUNCTION seal_history(person INT, entries BIGINT[], sealed BYTEA[], salts TEXT[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
    IF NOT EXISTS (SELECT FROM closed_record WHERE volunteer_id = person) THEN
        RAISE EXCEPTION 'the record of % is not closed', person USING ERRCODE = 'insufficient_privilege'; END IF;
    INSERT INTO sealed_entry (entry_id, volunteer_id, words, digest)
        SELECT entry.id, person, given.words, history_digest(given.salt, entry.old, entry.new, entry.by_name)
        FROM unnest(entries, sealed, salts) AS given (id, words, salt)
        JOIN history_entry entry ON entry.id = given.id AND entry.volunteer_id = person;
    PERFORM set_config('office.sealing', 'on', true);
    UPDATE history_entry SET
        old = CASE WHEN old = '' OR section <> 'basics' OR field NOT IN ({FIELDS}) THEN old ELSE '（已封存）' END,
        new = CASE WHEN new = '' OR section <> 'basics' OR field NOT IN ({FIELDS}) THEN new ELSE '（已封存）' END,
        by_name = CASE WHEN by_id IN (SELECT id FROM account WHERE volunteer_id = person) THEN '本人' ELSE by_name END
        WHERE volunteer_id = person AND id = ANY(entries);
    PERFORM set_config('office.sealing', '', true); END $$"""
UNSEAL = """CREATE FUNCTION unseal_history(person INT, entries BIGINT[], salts TEXT[], olds TEXT[], news TEXT[],
    names TEXT[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE came_back INT; BEGIN
    PERFORM set_config('office.sealing', 'on', true);
    UPDATE history_entry entry SET old = given.old, new = given.new, by_name = given.by_name
        FROM unnest(entries, salts, olds, news, names) AS given (id, salt, old, new, by_name)
        JOIN sealed_entry kept ON kept.entry_id = given.id AND kept.volunteer_id = person
            AND kept.digest = history_digest(given.salt, given.old, given.new, given.by_name)
        WHERE entry.id = given.id AND entry.volunteer_id = person;
    GET DIAGNOSTICS came_back = ROW_COUNT;
    PERFORM set_config('office.sealing', '', true);
    IF came_back <> cardinality(entries) THEN RAISE EXCEPTION 'these are not the words that were sealed'
        USING ERRCODE = 'insufficient_privilege'; END IF;
    DELETE FROM sealed_entry WHERE entry_id = ANY(entries); END $$"""


class Migration(migrations.Migration):
    dependencies = [('models', '0034_appearance_and_keys')]

    initial = False

    operations = [
        ops.CreateModel(
            name='SealedEntry',
            fields=[
                ('entry_id', fields.BigIntField(generated=False, primary_key=True, unique=True, db_index=True)),
                ('volunteer', fields.ForeignKeyField('models.Volunteer', source_field='volunteer_id', db_constraint=True, to_field='id', related_name='sealed_entries', on_delete=OnDelete.RESTRICT)),
                ('words', SealedTextField(generated=False, null=False, unique=False)),
                ('digest', fields.CharField(max_length=64)),
            ],
            options={'table': 'sealed_entry', 'app': 'models', 'pk_attr': 'entry_id', 'table_description': 'What an entry of 異動紀錄 said of a person whose record is closed; `digest` lets the same words alone come back.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='ClosedRecord',
            name='is_whole',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        *(ops.RunSQL(statement) for statement in (REFUSE, DIGEST, SEAL, UNSEAL)),
    ]
