"""The database itself refuses to change a log, whoever asks; it goes only with its whole trial."""

import sqlite3

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from tests.running import running_trial

pytestmark = pytest.mark.django_db
REFUSED = (IntegrityError, InternalError)  # SQLite, PostgreSQL


@pytest.fixture
def trial(db):
    from pinprick_web.people.models import Person

    return running_trial(Person.objects.create(), lived=3)


def run(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def bodies(trial):
    return list(trial.events.values_list("body", flat=True))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trials_eventrecord SET body = '{}' WHERE trial_id = %s",
        "UPDATE trials_eventrecord SET number = number + 100 WHERE trial_id = %s",
        "DELETE FROM trials_eventrecord WHERE trial_id = %s AND number = 2",
        "DELETE FROM trials_eventrecord WHERE trial_id = %s",
        "REPLACE INTO trials_eventrecord (trial_id, number, body) VALUES (%s, 2, '{}')",
        "INSERT INTO trials_eventrecord (trial_id, number, body) VALUES (%s, 2, '{}') "
        "ON CONFLICT (trial_id, number) DO UPDATE SET body = '{}'",
    ],
)
def test_an_event_that_was_written_stays_as_it_is(trial, statement) -> None:
    before = bodies(trial)
    with pytest.raises(REFUSED, match="log of a trial"):
        run(statement, trial.pk)
    assert bodies(trial) == before


def test_an_event_is_not_replaced_under_its_own_key_either(trial) -> None:
    event = trial.events.first()
    with pytest.raises(REFUSED, match="log of a trial"):
        run(
            "REPLACE INTO trials_eventrecord (id, trial_id, number, body) VALUES (%s, %s, 999, '{}')",
            event.pk,
            trial.pk,
        )
    assert trial.events.get(pk=event.pk).body == event.body


def test_django_s_own_ways_are_refused_too(trial) -> None:
    event = trial.events.first()
    event.body = "{}"
    for change in (event.save, event.delete, trial.delete, trial.person.delete, trial.events.all().delete):
        with pytest.raises(REFUSED, match="log of a trial"), transaction.atomic():
            change()
    trial.refresh_from_db()
    assert trial.events.count() == trial.n_events


def test_the_log_grows_at_its_end(trial) -> None:
    run("INSERT INTO trials_eventrecord (trial_id, number, body) VALUES (%s, %s, '{}')", trial.pk, trial.n_events + 1)
    assert trial.events.count() == trial.n_events + 1


def test_a_trial_that_is_being_erased_lets_go_of_its_log_alone(trial) -> None:
    from pinprick_web.people.erase import ERASED
    from pinprick_web.people.models import Person

    other = running_trial(Person.objects.create())
    run("UPDATE trials_trialrecord SET head = %s WHERE id = %s", ERASED, trial.pk)
    run("DELETE FROM trials_eventrecord WHERE trial_id = %s", trial.pk)
    assert trial.events.count() == 0
    with pytest.raises(REFUSED, match="log of a trial"):
        run("DELETE FROM trials_eventrecord WHERE trial_id = %s", other.pk)
    assert other.events.count() == other.n_events > 0


def test_a_trial_that_is_being_erased_no_longer_reads_as_a_diary(trial) -> None:
    from pinprick.errors import FileError
    from pinprick_web.people.erase import ERASED
    from pinprick_web.trials import store

    trial.head = ERASED
    with pytest.raises(FileError, match="changed or lost"):
        store.load(trial)


def test_a_program_without_django_is_refused_as_well(in_a_file) -> None:
    from pinprick_web.people.models import Person

    trial = running_trial(Person.objects.create())
    bare = sqlite3.connect(in_a_file / "pinprick.sqlite3")
    for statement in ("DELETE FROM trials_eventrecord", "UPDATE trials_eventrecord SET body = ''"):
        with pytest.raises(sqlite3.IntegrityError, match="log of a trial"):
            bare.execute(statement)
    bare.close()
    assert trial.events.count() == trial.n_events
