"""One person, 71 days, nightly melatonin drawn by chance: no effect on the level of mood.

Source: Miura Meng (2026), nof1kit, inst/extdata/melatonin_ema.csv (study data CC-BY 4.0). The study reports that
the condition explains 0.01 % of the variance; its model is not printed with the data, and no regression of the
daily means that we tried gives that figure (plain: 0.89 %). Both say the same: no effect. What is tested is
agreement with an AR(1) regression of the same diary.
"""

import csv
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm

from pinprick import Finding, analyse, analyse_file

DIARY = Path(__file__).parents[2] / "data" / "diary" / "melatonin_mood.csv"


def test_an_autoregressive_regression_finds_no_effect_and_the_same_size():
    with DIARY.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    on = np.array([row["treatment"] == "melatonin" for row in rows], dtype=float)
    mood = np.array([float(row["mood"]) for row in rows])
    design = np.column_stack([np.ones(71), np.arange(71), on])
    fitted = sm.tsa.SARIMAX(mood, exog=design, order=(1, 0, 0)).fit(disp=0)
    answer = analyse(DIARY, scale=(0, 100), control="control")
    assert fitted.pvalues[2] > 0.05
    assert answer.effect.mean == pytest.approx(fitted.params[2], abs=0.25 * fitted.bse[2])
    assert answer.effect.sd == pytest.approx(fitted.bse[2], rel=0.15)


def test_our_answer_agrees_and_claims_nothing_in_either_direction():
    answer = analyse(DIARY, scale=(0, 100), control="control")
    assert answer.finding is Finding.NO_WORTHWHILE_BENEFIT
    assert answer.effect.low < 0 < answer.effect.high
    assert abs(answer.effect.mean) < 2
    of_two = analyse(DIARY, scale=(0, 100))
    assert of_two.finding is Finding.NO_DIFFERENCE_THAT_MATTERS


def test_the_raw_answers_and_their_schedule_give_the_same_answer_as_the_daily_means(real_diaries):
    folder = real_diaries / "melatonin"
    (raw,) = analyse_file(folder / "melatonin_ema.csv", schedule=folder / "melatonin_schedule.json")
    assert raw.outcome.name == "mood"
    assert raw.finding not in (Finding.BETTER, Finding.WORSE)
    daily = analyse(DIARY, scale=(0, 100))
    assert raw.effect.mean == pytest.approx(daily.effect.mean, abs=0.5 * daily.effect.sd)
