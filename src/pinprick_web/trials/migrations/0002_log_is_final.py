"""The database itself refuses to change a log: it grows at its end, and goes only when its whole trial is erased.

A trial is being erased once its ``head`` says so (``ERASED`` in people/erase.py, written out here because a migration
does not change when a constant does). Such a trial no longer reads as a diary, so half an erasure never passes for
one. Who owns the tables can still drop a trigger; the chain of links in the log shows what was done then.
"""

from typing import Any

from django.db import migrations

SQLITE = {
    "pinprick_log_is_final": """
        CREATE TRIGGER pinprick_log_is_final BEFORE UPDATE ON trials_eventrecord
        BEGIN SELECT RAISE(ABORT, 'the log of a trial is final'); END
    """,
    # INSERT OR REPLACE deletes without asking the trigger on DELETE
    "pinprick_log_grows": """
        CREATE TRIGGER pinprick_log_grows BEFORE INSERT ON trials_eventrecord
        WHEN EXISTS (
            SELECT 1 FROM trials_eventrecord
            WHERE id = NEW.id OR (trial_id = NEW.trial_id AND number = NEW.number)
        )
        BEGIN SELECT RAISE(ABORT, 'the log of a trial is final'); END
    """,
    "pinprick_log_stays": """
        CREATE TRIGGER pinprick_log_stays BEFORE DELETE ON trials_eventrecord
        WHEN (SELECT head FROM trials_trialrecord WHERE id = OLD.trial_id) IS NOT 'erased'
        BEGIN SELECT RAISE(ABORT, 'the log of a trial is erased only with the trial'); END
    """,
}
POSTGRES = {
    "pinprick_log_is_final": """
        CREATE FUNCTION pinprick_log_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the log of a trial is final' USING ERRCODE = 'integrity_constraint_violation'; END $$;
        CREATE TRIGGER pinprick_log_is_final BEFORE UPDATE ON trials_eventrecord
        FOR EACH ROW EXECUTE FUNCTION pinprick_log_is_final();
    """,
    "pinprick_log_stays": """
        CREATE FUNCTION pinprick_log_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (SELECT head FROM trials_trialrecord WHERE id = OLD.trial_id) IS DISTINCT FROM 'erased' THEN
                RAISE EXCEPTION 'the log of a trial is erased only with the trial'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN OLD;
        END $$;
        CREATE TRIGGER pinprick_log_stays BEFORE DELETE ON trials_eventrecord
        FOR EACH ROW EXECUTE FUNCTION pinprick_log_stays();
    """,
}


def guard_the_log(apps: Any, schema_editor: Any) -> None:
    """Put the triggers in place."""
    triggers = SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRES
    for statement in triggers.values():
        schema_editor.execute(statement, params=None)


def leave_the_log(apps: Any, schema_editor: Any) -> None:
    """Take them away again."""
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for name in SQLITE if is_sqlite else POSTGRES:
        of = "" if is_sqlite else " ON trials_eventrecord"
        schema_editor.execute(f"DROP TRIGGER {name}{of}", params=None)
        if not is_sqlite:
            schema_editor.execute(f"DROP FUNCTION {name}()", params=None)


class Migration(migrations.Migration):
    """Triggers, for both databases."""

    dependencies = [("trials", "0001_initial")]
    operations = [migrations.RunPython(guard_the_log, leave_the_log)]
