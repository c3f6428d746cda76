"""What a large office reads stands where it is read: next to the row, counted with each row, in its order in an index.

KEPT are triggers, so that it holds for whoever writes, a process of the version before included. DERIVED makes what they
keep anew from the records: here for the past, elsewhere to compare the two.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops
from db.choices import ApplicationStatus, Tallied
from tortoise.fields.base import OnDelete
from tortoise import fields

CLOSED = "status IN ('approved', 'rejected', 'withdrawn')"
_ANSWERS = 'lead(status) OVER of_case AS answer, lead(at) OVER of_case AS answered_at'
_OF_CASE = 'WINDOW of_case AS (PARTITION BY application_id ORDER BY id)'

KEPT = (
    # A step knows whose case it is, and a case that changes hands takes its steps along.
    """CREATE FUNCTION step_is_of_case() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    SELECT agency_id, host_unit_id INTO NEW.agency_id, NEW.host_unit_id FROM application WHERE id = NEW.application_id;
    RETURN NEW; END $$""",
    'CREATE TRIGGER step_is_of_case BEFORE INSERT OR UPDATE OF application_id ON application_step'
    ' FOR EACH ROW EXECUTE FUNCTION step_is_of_case()',
    """CREATE FUNCTION steps_follow_case() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE application_step SET agency_id = NEW.agency_id, host_unit_id = NEW.host_unit_id WHERE application_id = NEW.id;
    UPDATE outgoing_mail SET agency_id = NEW.agency_id, host_unit_id = NEW.host_unit_id WHERE application_id = NEW.id;
    RETURN NULL; END $$""",
    # So does a mail about a case, or about a roster.
    """CREATE FUNCTION mail_is_of_case() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    SELECT agency_id, host_unit_id INTO NEW.agency_id, NEW.host_unit_id FROM application WHERE id = NEW.application_id;
    IF NEW.application_id IS NULL THEN
        SELECT agency_id, host_unit_id INTO NEW.agency_id, NEW.host_unit_id FROM roster WHERE id = NEW.roster_id; END IF;
    RETURN NEW; END $$""",
    'CREATE TRIGGER mail_is_of_case BEFORE INSERT OR UPDATE OF application_id, roster_id ON outgoing_mail'
    ' FOR EACH ROW EXECUTE FUNCTION mail_is_of_case()',
    'CREATE TRIGGER steps_follow_case AFTER UPDATE OF agency_id, host_unit_id ON application FOR EACH ROW'
    ' WHEN ((OLD.agency_id, OLD.host_unit_id) IS DISTINCT FROM (NEW.agency_id, NEW.host_unit_id))'
    ' EXECUTE FUNCTION steps_follow_case()',
    # A step knows the next one of its case.
    f"""CREATE FUNCTION steps_know_answer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE application_step step SET answer = told.answer, answered_at = told.answered_at
    FROM (SELECT id, {_ANSWERS} FROM application_step WHERE application_id IN (OLD.application_id, NEW.application_id)
          {_OF_CASE}) told
    WHERE step.id = told.id AND (step.answer, step.answered_at) IS DISTINCT FROM (told.answer, told.answered_at);
    RETURN NULL; END $$""",
    'CREATE TRIGGER steps_know_answer AFTER INSERT OR DELETE OR UPDATE OF application_id, status, at ON application_step'
    ' FOR EACH ROW EXECUTE FUNCTION steps_know_answer()',
    # An entry of the ledger knows whose it is.
    """CREATE FUNCTION issue_is_of_book() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    SELECT agency_id, roc_year INTO NEW.agency_id, NEW.roc_year FROM record_book WHERE id = NEW.book_id;
    RETURN NEW; END $$""",
    'CREATE TRIGGER issue_is_of_book BEFORE INSERT OR UPDATE OF book_id ON book_issue'
    ' FOR EACH ROW EXECUTE FUNCTION issue_is_of_book()',
    # Counting waits for COMMIT, so that nobody waits for another's count longer than that takes.
    """CREATE FUNCTION tallied(agency int, what text, part text, more int) RETURNS void LANGUAGE sql AS $$
    INSERT INTO tally (agency_id, what, part, number) VALUES ($1, $2, $3, $4)
    ON CONFLICT (agency_id, what, part) DO UPDATE SET number = tally.number + EXCLUDED.number $$""",
    f"""CREATE FUNCTION cases_are_tallied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' AND OLD.round > 0 AND OLD.{CLOSED} THEN
        PERFORM tallied(OLD.agency_id, 'case', OLD.status, -1); END IF;
    IF TG_OP <> 'DELETE' AND NEW.round > 0 AND NEW.{CLOSED} THEN
        PERFORM tallied(NEW.agency_id, 'case', NEW.status, 1); END IF;
    RETURN NULL; END $$""",
    """CREATE FUNCTION books_are_tallied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM tallied(OLD.agency_id, 'book', OLD.roc_year::text, -1); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM tallied(NEW.agency_id, 'book', NEW.roc_year::text, 1); END IF;
    RETURN NULL; END $$""",
    """CREATE FUNCTION issues_are_tallied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM tallied(OLD.agency_id, 'issue', OLD.roc_year || ' ' || OLD.kind, -1); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM tallied(NEW.agency_id, 'issue', NEW.roc_year || ' ' || NEW.kind, 1); END IF;
    RETURN NULL; END $$""",
    *(
        f'CREATE CONSTRAINT TRIGGER {name} AFTER INSERT OR DELETE OR UPDATE OF {columns} ON {table}'
        f' DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {name}()'
        for name, table, columns in (
            ('cases_are_tallied', 'application', 'status, agency_id, round'),
            ('books_are_tallied', 'record_book', 'agency_id, roc_year'),
            ('issues_are_tallied', 'book_issue', 'kind, agency_id, roc_year'),
        )
    ),
)
DERIVED = (
    """UPDATE application_step step SET agency_id = told.agency_id, host_unit_id = told.host_unit_id,
        answer = told.answer, answered_at = told.answered_at
    FROM (SELECT step.id, application.agency_id, application.host_unit_id, lead(step.status) OVER of_case AS answer,
                 lead(step.at) OVER of_case AS answered_at
          FROM application_step step JOIN application ON application.id = step.application_id
          WINDOW of_case AS (PARTITION BY step.application_id ORDER BY step.id)) told
    WHERE step.id = told.id""",
    'UPDATE book_issue SET agency_id = book.agency_id, roc_year = book.roc_year FROM record_book book'
    ' WHERE book.id = book_issue.book_id',
    """UPDATE outgoing_mail mail SET agency_id = told.agency_id, host_unit_id = told.host_unit_id
    FROM (SELECT mail.id, coalesce(application.agency_id, roster.agency_id) AS agency_id,
                 coalesce(application.host_unit_id, roster.host_unit_id) AS host_unit_id
          FROM outgoing_mail mail LEFT JOIN application ON application.id = mail.application_id
          LEFT JOIN roster ON roster.id = mail.roster_id) told
    WHERE mail.id = told.id AND told.agency_id IS NOT NULL""",
    'DELETE FROM tally',
    f"""INSERT INTO tally (agency_id, what, part, number)
    SELECT agency_id, 'case', status, count(*) FROM application WHERE round > 0 AND {CLOSED} GROUP BY agency_id, status
    UNION ALL SELECT agency_id, 'book', roc_year::text, count(*) FROM record_book GROUP BY agency_id, roc_year
    UNION ALL SELECT agency_id, 'issue', roc_year || ' ' || kind, count(*) FROM book_issue
              GROUP BY agency_id, roc_year, kind""",
)
# Parts of a name, two characters each, and single ones where a character is a syllable: found by a GIN index that every
# PostgreSQL has. The bundled one has no pg_trgm.
GRAMS = """CREATE FUNCTION name_grams(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    COST 10000 AS $$
    SELECT array_agg(gram) FROM generate_series(1, length(name)) place,
    LATERAL (VALUES (substr(name, place, 2)), (substr(name, place, 1))) part (gram)
    WHERE length(gram) = 2 OR gram > '~' COLLATE "C" $$"""
_UNDELIVERED = "WHERE status IN ('failed', 'bounced')"
_SENT = "WHERE status = 'submitted'"
INDEXES = {
    # News, the evidence of rounds and the figures of each side.
    'step_arrivals': "application_step (agency_id, at DESC, id DESC) WHERE status IN ('submitted', 'withdrawn')",
    'step_answers': (
        "application_step (host_unit_id, at DESC, id DESC) WHERE status IN ('returned', 'approved', 'rejected')"
    ),
    'step_rounds_of_agency': (
        f'application_step (agency_id, answered_at) INCLUDE (at, due_on, round, answer, host_unit_id) {_SENT}'
    ),
    'step_rounds_of_unit': (
        f'application_step (host_unit_id, answered_at) INCLUDE (at, due_on, round, answer, agency_id) {_SENT}'
    ),
    'step_running_of_agency': f'application_step (agency_id, due_on) {_SENT} AND answer IS NULL',
    'step_running_of_unit': f'application_step (host_unit_id, due_on) {_SENT} AND answer IS NULL',
    'step_returns': "application_step (agency_id, at) INCLUDE (application_id) WHERE status = 'returned'",
    # The queue in each of its orders, what is done, and cases that are looked for.
    'case_by_due_day': f'application (agency_id, due_on, submitted_at, id) {_SENT} AND round > 0',
    'case_by_arrival': f'application (agency_id, submitted_at, id) {_SENT} AND round > 0',
    'case_decided': 'application (agency_id, status, decided_at DESC, id DESC) WHERE round > 0',
    'case_touched': 'application (agency_id, updated_at DESC, id DESC) WHERE round > 0',
    'case_ended': "application (agency_id, updated_at DESC, id DESC) WHERE round > 0 AND status IN ('rejected', 'withdrawn')",
    # The ledger.
    'issue_of_agency': 'book_issue (agency_id, at DESC, id DESC) INCLUDE (number)',
    'issue_of_kind': 'book_issue (agency_id, kind, at DESC, id DESC)',
    'issue_of_year': 'book_issue (agency_id, roc_year, at DESC, id DESC)',
    'book_by_day': 'record_book (agency_id, issued_on DESC, id DESC)',
    'book_by_volunteer': 'record_book (volunteer_id) INCLUDE (agency_id)',
    'book_by_serial': "record_book (substring(number from '第([0-9]+)號'))",
    'book_of_old_system': "record_book (agency_id) WHERE earlier_legacy <> ''",
    # People.
    'volunteer_by_legacy': "volunteer (legacy_serial, legacy_series) INCLUDE (id) WHERE legacy_serial <> ''",
    'volunteer_by_grams': "volunteer USING gin (name_grams(name_key || ' ' || english_name_key))",
    'staff_by_name': "account (is_active DESC, name, id) WHERE role <> 'volunteer'",
    'staff_of_unit': 'account (host_unit_id) WHERE host_unit_id IS NOT NULL',
    'staff_of_agency': 'account (agency_id) WHERE agency_id IS NOT NULL',
    'training_of_unit': 'training (trained_for_id, id)',
    'history_of_additions': "history_entry (by_id, at DESC, id DESC) WHERE action = 'added'",
    # Mails.
    'mail_of_roster': 'outgoing_mail (roster_id) WHERE roster_id IS NOT NULL',
    'mail_of_digest': 'outgoing_mail (digest_id) WHERE digest_id IS NOT NULL',
    'mail_resent': 'outgoing_mail (resent_from_id) WHERE resent_from_id IS NOT NULL',
    'mail_undelivered': f'outgoing_mail (id) {_UNDELIVERED}',
    'mail_undelivered_of_agency': f'outgoing_mail (agency_id, id) {_UNDELIVERED}',
    'mail_undelivered_of_unit': f'outgoing_mail (host_unit_id, id) {_UNDELIVERED}',
    'file_sizes': 'stored_file (host_unit_id) INCLUDE (size) WHERE host_unit_id IS NOT NULL',
}

# Nobody writes meanwhile, in the order in which services lock: what is written before is derived, what after is kept.
ALONE = (
    'LOCK TABLE application, application_step, record_book, book_issue, outgoing_mail IN SHARE ROW EXCLUSIVE MODE'
)
# The past before the triggers: what they count at COMMIT is counted already.
AFTERWARDS = (*DERIVED, GRAMS, *(f'CREATE INDEX {name} ON {on}' for name, on in INDEXES.items()), *KEPT)


class Migration(migrations.Migration):
    dependencies = [('models', '0018_keys')]

    initial = False

    operations = [
        ops.RunSQL(ALONE),
        ops.CreateModel(
            name='Tally',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('agency', fields.ForeignKeyField('models.Agency', source_field='agency_id', db_constraint=True, to_field='id', related_name='tallies', on_delete=OnDelete.RESTRICT)),
                ('what', fields.CharEnumField(description='CASE: case\nBOOK: book\nISSUE: issue', enum_type=Tallied, max_length=10)),
                ('part', fields.CharField(max_length=30)),
                ('number', fields.IntField()),
            ],
            options={'table': 'tally', 'app': 'models', 'unique_together': (('agency', 'what', 'part'),), 'pk_attr': 'id', 'table_description': 'How many there are of what an agency has done; the database counts with each row, so that no page has to.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='ApplicationStep',
            name='agency',
            field=fields.ForeignKeyField('models.Agency', source_field='agency_id', null=True, db_constraint=True, to_field='id', related_name='steps', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ApplicationStep',
            name='answer',
            field=fields.CharEnumField(null=True, description='DRAFT: draft\nSUBMITTED: submitted\nRETURNED: returned\nAPPROVED: approved\nREJECTED: rejected\nWITHDRAWN: withdrawn', enum_type=ApplicationStatus, max_length=20),
        ),
        ops.AddField(
            model_name='ApplicationStep',
            name='answered_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='ApplicationStep',
            name='host_unit',
            field=fields.ForeignKeyField('models.HostUnit', source_field='host_unit_id', null=True, db_constraint=True, to_field='id', related_name='steps', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='OutgoingMail',
            name='agency',
            field=fields.ForeignKeyField('models.Agency', source_field='agency_id', null=True, db_constraint=True, to_field='id', related_name='mails', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='OutgoingMail',
            name='host_unit',
            field=fields.ForeignKeyField('models.HostUnit', source_field='host_unit_id', null=True, db_constraint=True, to_field='id', related_name='mails', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='BookIssue',
            name='agency',
            field=fields.ForeignKeyField('models.Agency', source_field='agency_id', null=True, db_constraint=True, to_field='id', related_name='book_issues', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='BookIssue',
            name='roc_year',
            field=fields.SmallIntField(null=True),
        ),
        *(ops.RunSQL(statement) for statement in AFTERWARDS),
    ]
