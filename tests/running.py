"""A trial that runs on the site, for tests: its rows are written as the site itself writes them."""

from datetime import datetime, timedelta

from tests import conducted


def running_trial(person, protocol="mat-vs-rest-back-pain", *, started=True, answered=None, lived=0, **more):
    """Write a trial of a person's that starts on 5 May 2026, with so many days lived and one day's questions answered.

    Parameters
    ----------
    person : Person
        Whose.
    protocol : str
        A ready-made trial.
    started : bool
        False for one that is still being built up.
    answered : int, optional
        The day, by number from 4 May, whose safety questions are answered with no.
    lived : int
        Days lived and rated before it, from the first.
    more : dict
        For `Conduct.started`.
    """
    from pinprick_web.trials import store
    from pinprick_web.trials.models import TrialRecord

    seal = None
    if started:
        conduct, seal = conducted.started(protocol, **more)
        conduct = conducted.lived(conduct, seal, lived, lambda day, name: 5 + conducted.noisy(day))
    else:
        conduct = conducted.screened(protocol)
    if answered is not None:
        day = conducted.at(answered)
        given = conducted.screening(conduct.plan, conduct.safety.occasion(day.day))
        conduct = conduct.with_screening(given, day)
        conduct = conduct.begin(seal, day) if seal else conduct
    record = TrialRecord.objects.create(person=person)
    with store.writing(record) as book:
        book.write(conduct)
        if seal:
            book.write_seal(seal)
    record.refresh_from_db()
    return record


def forget_everybody():
    """Erase every person: a log goes only with its trial, which has to say so first."""
    from pinprick_web.people.models import Person
    from pinprick_web.trials.models import TrialRecord

    TrialRecord.objects.update(head="erased")
    Person.objects.all().delete()


def clock_on(day: int, time: str = "20:15", offset: str = "+00:00") -> datetime:
    """An instant of a day, by number from 4 May 2026."""
    return datetime.fromisoformat(f"{conducted.DAY_0 + timedelta(days=day)}T{time}{offset}")


def ratings_of(record):
    """What is written, by day: the latest version of each."""
    from pinprick_web.trials import store

    record.refresh_from_db()
    return store.load(record)._state.ratings
