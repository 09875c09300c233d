"""Five sleep trials made with StudyU, 2023: the published estimates again, and ours beside them.

Source: the public repository HIAlab/HPIclassroomNof1trials (Hasso Plattner Institute), analysis of sleep
quality by a linear model with AR(1) errors: estimate, standard error and p-value to two digits; the second
treatment in alphabetical order minus the first. The reference here is one step of statsmodels' GLSAR on every
"Sleep" submission in order of time, repeated ones included.

The order of treatments was the same for everybody in a study and nobody drew it, so each answer says so.
"""

import csv

import numpy as np
import pytest
import statsmodels.api as sm

from pinprick import Finding, analyse_file
from pinprick.api import Wishes

PUBLISHED = {  # study, participant: estimate, standard error, p-value
    ("tea", "0889f7fb"): (-0.17, 0.30, 0.59),
    ("tea", "b6a716a4"): (-0.24, 0.57, 0.68),
    ("tea", "c8bafe93"): (-0.57, 0.57, 0.33),
    ("herbal", "026ff51a"): (-0.25, 0.80, 0.76),
    ("noise", "886ac213"): (0.37, 0.33, 0.28),
}


def submissions(path, participant):
    """Sleep quality and treatment of every submission, in order of time."""
    with path.open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["participant_id"].startswith(participant) and row["survey1_question1_response"]
        ]
    rows.sort(key=lambda row: row["measurement_time"])
    treatments = [row["current_intervention_name"] for row in rows]
    return np.array([float(row["survey1_question1_response"]) for row in rows]), treatments


@pytest.mark.parametrize(("study", "participant"), PUBLISHED)
def test_the_published_estimate_is_reproduced_to_the_digits_printed(real_diaries, study, participant):
    rating, treatments = submissions(real_diaries / "studyu" / f"measurements_{study}.csv", participant)
    second = np.array([t == sorted(set(treatments))[1] for t in treatments], dtype=float)
    fitted = sm.GLSAR(rating, sm.add_constant(second), rho=1).iterative_fit(maxiter=1)
    found = (fitted.params[1], fitted.bse[1], fitted.pvalues[1])
    assert tuple(round(float(x), 2) for x in found) == PUBLISHED[study, participant]


@pytest.mark.parametrize(("study", "participant"), PUBLISHED)
def test_our_answer_stands_beside_it_and_claims_nothing(real_diaries, study, participant):
    path = real_diaries / "studyu" / f"measurements_{study}.csv"
    wishes = Wishes(outcome="How well did you sleep", better="higher", scale=(0, 10))
    (answer,) = analyse_file(path, participant=participant, wishes=wishes)
    estimate, error, _ = PUBLISHED[study, participant]
    assert answer.finding not in (Finding.BETTER, Finding.WORSE)
    # theirs is second minus first and ours first minus second; two models of one short diary
    assert -answer.effect.mean == pytest.approx(estimate, abs=error)
    assert answer.effect.low < -estimate < answer.effect.high
    assert answer.trial.schedule.randomised is False
    assert answer.randomisation.p is None
    assert "not randomised" in " ".join(caveat.sentence for caveat in answer.caveats)


@pytest.mark.parametrize("study", ["tea", "herbal", "noise"])
def test_every_participant_gets_an_answer(real_diaries, study):
    answers = analyse_file(real_diaries / "studyu" / f"measurements_{study}.csv")
    assert len({answer.participant for answer in answers}) == len(answers) >= 1
    assert not any(answer.finding in (Finding.BETTER, Finding.WORSE) for answer in answers)
