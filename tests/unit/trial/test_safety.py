"""The safety rules do what safety.yaml says, in its order, and nothing stored tells an answer."""

import copy
import hashlib
import json
import pickle
from dataclasses import asdict, replace
from datetime import date, timedelta
from importlib.resources import files
from itertools import chain, combinations, product

import pytest
import yaml

from pinprick.errors import DiaryError, FileError, ProtocolError
from pinprick.trial.safety import (
    Screening,
    StopReport,
    evaluate,
    mood_drops,
    stops_met,
    usual_level,
    worse_for_three_days,
)
from pinprick.trial.safety_record import Gate, SafetyRecord
from pinprick.trial.safety_rules import (
    KINDS,
    Action,
    Occasion,
    StopAction,
    ladder,
    rule,
    rules_for,
    rules_version,
    safety_table,
    signposts,
    stop_rule,
    stop_rules,
    top_step_for,
)

TABLE = yaml.safe_load(files("pinprick.trial").joinpath("safety.yaml").read_text(encoding="utf-8"))
ROWS = TABLE["rules"]
ASKED = {
    "start": ["start"],
    "daily": ["day", "week"],
    "start_and_daily": ["start", "day", "week"],
    "start_and_weekly": ["start", "week"],
}
SUBSETS = list(chain.from_iterable(combinations(KINDS, n) for n in range(1, 5)))
SELF_HARM = "thoughts_of_suicide"
DAY = date(2026, 3, 2)
ON = [DAY + timedelta(days=n) for n in range(30)]


def all_no(kinds, occasion, **changed):
    answers = {one.id: 0 if one.items else "no" for one in rules_for(kinds, occasion=occasion)}
    return answers | changed


def screen(kinds=("mat",), cleared=(), **changed):
    return evaluate(all_no(kinds, Occasion.START, **changed), kinds, occasion=Occasion.START, cleared=cleared)


def daily(kinds=("mat",), occasion=Occasion.DAY, **changed):
    return evaluate(all_no(kinds, occasion, **changed), kinds, occasion=occasion)


def ready(day=DAY, kinds=("mat",), **steps):
    """Make a record of somebody who may lie on the mat on this day."""
    return SafetyRecord(**steps).with_screening(screen(kinds), day).with_daily(daily(kinds), day)


# The data


def test_the_data_says_that_it_is_a_draft() -> None:
    assert TABLE["meta"]["status"].startswith("DRAFT")
    assert "needs a clinician's approval" in TABLE["meta"]["status"]
    assert safety_table() == TABLE


def test_a_change_of_the_rules_comes_with_a_new_version() -> None:
    """If this fails, raise meta.version in safety.yaml, then put both new values here."""
    parts = {name: TABLE[name] for name in ("rules", "stop_rules", "order_of_checks", "usage_ladder")}
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
    assert (rules_version(), digest) == ("draft-1", "3f28bb7b1120a172")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_rule_does_what_the_file_says_for_the_kinds_it_says(row) -> None:
    asked = 0
    for kinds, occasion in product(SUBSETS, Occasion):
        ids = [one.id for one in rules_for(kinds, occasion=occasion)]
        applies = occasion in ASKED[row["ask_when"]] and bool(set(kinds) & set(row["applies_to"]))
        assert (row["id"] in ids) == applies
        if not applies:
            continue
        asked += 1
        met = 3 if row["triggers_on"] == "score>=3" else "yes"
        got = evaluate(all_no(kinds, occasion, **{row["id"]: met}), kinds, occasion=occasion)
        hit = [kind for kind in KINDS if kind in kinds and kind in row["applies_to"]]
        bars = row["action"] in ("exclude", "ask_clinician")
        assert [one.id for one in got.met] == [row["id"]]
        assert got.stopped == (row["action"] == "emergency")
        assert list(got.closed) == (list(kinds) if got.stopped else hit if bars and not row["temporary"] else [])
        assert list(got.postponed) == (hit if bars and row["temporary"] else [])
        assert got.ask_clinician == (bars and (row["action"] == "ask_clinician" or row["clinician_can_clear"]))
        assert list(got.cautions) == ([row["id"]] if row["action"] == "caution" else [])
        assert got.may_start == (row["action"] == "caution")
        assert got.n_cleared == 0
    assert asked


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_clinician_opens_only_what_the_file_lets_them_open(row) -> None:
    kinds, met = KINDS, 6 if row["triggers_on"] == "score>=3" else "yes"
    occasion = Occasion.DAY if row["ask_when"] == "daily" else Occasion.START
    answers = all_no(kinds, occasion, **{row["id"]: met})
    if row["clinician_can_clear"]:
        got = evaluate(answers, kinds, occasion=occasion, cleared=[row["id"]])
        assert (got.may_start, got.n_cleared, got.ask_clinician, got.met) == (True, 1, False, ())
    elif row["action"] == "emergency":
        assert evaluate(answers, kinds, occasion=occasion, cleared=[row["id"]]).stopped
    else:
        with pytest.raises(ProtocolError, match=f"cannot open '{row['id']}'"):
            evaluate(answers, kinds, occasion=occasion, cleared=[row["id"]])


def test_a_day_asks_only_emergencies_and_what_passes() -> None:
    """A daily answer that waited for a clinician would have no way to be opened."""
    for one in rules_for(KINDS, occasion=Occasion.WEEK):
        assert one.action is Action.EMERGENCY or (one.action is Action.EXCLUDE and one.temporary)


def test_every_daily_sign_is_short_and_only_the_weekly_question_has_none() -> None:
    asked = rules_for(KINDS, occasion=Occasion.WEEK)
    assert [one.id for one in asked if not one.sign] == [SELF_HARM]
    assert all(len(one.sign.split()) <= 19 for one in asked)


# Order


def test_questions_come_in_the_stated_order() -> None:
    order = TABLE["order_of_checks"]
    assert order == ["emergency", "exclude", "ask_clinician", "caution"]
    for occasion in Occasion:
        asked = rules_for(KINDS, occasion=occasion)
        ranks = [order.index(one.action) for one in asked]
        assert ranks == sorted(ranks)
        in_file = [row["id"] for row in ROWS]
        for action in Action:
            places = [in_file.index(one.id) for one in asked if one.action is action]
            assert places == sorted(places)


def test_the_first_of_two_emergencies_is_the_one_told() -> None:
    got = screen(stroke_signs="yes", meningitis_like="yes", diabetes="yes", breastfeeding="yes")
    assert [one.id for one in got.met] == ["stroke_signs"]
    assert got.cautions == ()


def test_nothing_after_an_emergency_is_looked_at() -> None:
    answers = {"chest_pain": "yes", "diabetes": "perhaps", "phq2_positive": 99, "no such question": []}
    assert evaluate(answers, ["mat"], occasion=Occasion.START, cleared=["no such rule"]).stopped


def test_an_answer_that_makes_no_sense_hides_no_emergency() -> None:
    assert screen(chest_pain="hm", stroke_signs="yes").met[0].id == "stroke_signs"


def test_several_answers_are_all_told_in_order() -> None:
    got = screen(
        ("mat", "acupuncture"), breastfeeding="yes", diabetes="yes", pregnant="yes", pregnant_acupuncture="yes"
    )
    assert [one.id for one in got.met] == ["pregnant", "pregnant_acupuncture", "diabetes", "breastfeeding"]
    assert got.closed == ("mat", "acupuncture")


# Answers


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_no_answer_counts_as_yes_unless_the_question_may_be_skipped(row) -> None:
    occasion = Occasion.DAY if row["ask_when"] == "daily" else Occasion.START
    answers = all_no(KINDS, occasion)
    given_none = evaluate(answers | {row["id"]: None}, KINDS, occasion=occasion)
    del answers[row["id"]]
    left_out = evaluate(answers, KINDS, occasion=occasion)
    assert given_none == left_out
    assert [one.id for one in left_out.met] == ([] if row["id"] == SELF_HARM else [row["id"]])


@pytest.mark.parametrize("value", ["maybe", "Yes", "", True, False, 1, 1.0, [], {}])
def test_a_strange_answer_is_refused_with_what_is_allowed(value) -> None:
    with pytest.raises(DiaryError, match=r"diabetes.*give yes or no"):
        screen(diabetes=value)


@pytest.mark.parametrize("value", ["yes", "no", -1, 7, 2.0, 2.5, True, "3"])
def test_a_strange_total_is_refused_with_what_is_allowed(value) -> None:
    with pytest.raises(DiaryError, match=r"phq2_positive.*whole number from 0 to 6"):
        screen(phq2_positive=value)


@pytest.mark.parametrize("total", range(7))
def test_a_mood_total_counts_from_three(total) -> None:
    assert screen(gad2_positive=total).ask_clinician == (total >= 3)


def test_a_misspelt_question_is_named_with_the_nearest() -> None:
    answers = all_no(["mat"], Occasion.START)
    answers["chest_pian"] = answers.pop("chest_pain")
    with pytest.raises(DiaryError, match=r"'chest_pian'.*Did you mean 'chest_pain'\?"):
        evaluate(answers, ["mat"], occasion=Occasion.START)


def test_an_answer_to_a_question_of_another_occasion_is_refused() -> None:
    with pytest.raises(DiaryError, match="'diabetes' belongs to no question"):
        evaluate({**all_no(["mat"], Occasion.DAY), "diabetes": "no"}, ["mat"], occasion=Occasion.DAY)


def test_unknown_kinds_and_rules_are_refused() -> None:
    with pytest.raises(ProtocolError, match="called 'cupping'; choose from mat, rest"):
        rules_for(["cupping"], occasion=Occasion.START)
    with pytest.raises(ProtocolError, match="No kind"):
        rules_for([], occasion=Occasion.START)
    with pytest.raises(ProtocolError, match="Did you mean 'diabetes'"):
        rule("diabetis")
    with pytest.raises(DiaryError, match="choose one of skin_broken"):
        stop_rule("skin")


def test_red_flags_of_another_complaint_may_be_left_out() -> None:
    asked = rules_for(["mat"], occasion=Occasion.START, groups=["red_flag_sleep"])
    groups = {one.group for one in asked}
    assert {group for group in groups if group.startswith("red_flag")} == {"red_flag_sleep"}
    everything = {one.id for one in rules_for(["mat"], occasion=Occasion.START)}
    assert everything - {one.id for one in asked} == {
        row["id"] for row in ROWS if row["group"] in ("red_flag_back", "red_flag_mood")
    }


@pytest.mark.parametrize("group", sorted({row["group"] for row in ROWS if not row["group"].startswith("red_flag")}))
def test_nothing_but_red_flags_can_be_left_out(group) -> None:
    with pytest.raises(ProtocolError, match="always asked"):
        rules_for(["mat"], occasion=Occasion.START, groups=[group])
    kept = {one.group for one in rules_for(KINDS, occasion=Occasion.START, groups=[])}
    assert group in kept


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(ProtocolError, match="'red_flag_knee'; choose from red_flag_back"):
        rules_for(["mat"], occasion=Occasion.START, groups=["red_flag_knee"])


# What is stored


@pytest.mark.parametrize("occasion", [Occasion.START, Occasion.WEEK])
@pytest.mark.parametrize("kinds", [("mat",), ("rest",), ("usual_care",), KINDS], ids="-".join)
def test_storage_is_the_same_whichever_emergency_was_answered(occasion, kinds) -> None:
    """Every combination of emergency answers ends in one of two files: an emergency, or none."""
    urgent = [one.id for one in rules_for(kinds, occasion=occasion) if one.action is Action.EMERGENCY]
    assert len(urgent) >= 9
    assert SELF_HARM in urgent
    stored = {True: set(), False: set()}
    rest = all_no(kinds, occasion)
    for values in product(["yes", "no"], repeat=len(urgent) - 1):
        for self_harm in ("yes", "no", None):
            given = dict(
                zip([one for one in urgent if one != SELF_HARM], values, strict=True), **{SELF_HARM: self_harm}
            )
            screening = evaluate(rest | given, kinds, occasion=occasion)
            record = SafetyRecord()
            record = (record.with_screening if occasion is Occasion.START else record.with_daily)(screening, DAY)
            stored["yes" in given.values()].add(
                json.dumps([screening.to_dict(), record.to_dict(), repr(screening), repr(record), hash(record)])
            )
    assert [len(stored[True]), len(stored[False])] == [1, 1]
    assert all('"support_shown": true' in one for one in stored[True] | stored[False])
    assert not any(row["id"] in text for text in stored[True] | stored[False] for row in ROWS)


def test_the_weekly_question_never_stands_alone() -> None:
    """A trial stopped on a check with one question would tell its answer."""
    for kinds in SUBSETS:
        weekly = {one.id for one in rules_for(kinds, occasion=Occasion.WEEK)}
        assert weekly == {one.id for one in rules_for(kinds, occasion=Occasion.DAY)} | {SELF_HARM}


@pytest.mark.parametrize("kinds", [one for one in SUBSETS if {"mat", "acupuncture"} & set(one)], ids="-".join)
def test_storage_does_not_single_out_self_injury(kinds) -> None:
    stored = screen(kinds, self_injury_with_objects="yes").to_dict()
    assert stored in [screen(kinds, **{name: "yes"}).to_dict() for name in ("epilepsy_or_fits", "heart_condition")]


def test_a_stored_screening_names_no_rule_but_cautions() -> None:
    got = screen(KINDS, breastfeeding="yes", pregnant="yes", diabetes="yes", broken_or_inflamed_skin="yes")
    text = json.dumps(SafetyRecord().with_screening(got, DAY).to_dict())
    assert [row["id"] for row in ROWS if f'"{row["id"]}"' in text] == ["breastfeeding"]


@pytest.mark.parametrize(
    "store",
    [copy.copy, copy.deepcopy, replace, lambda one: pickle.loads(pickle.dumps(one))],  # noqa: S301 - our own
    ids=["copy", "deepcopy", "replace", "pickle"],
)
def test_whatever_leaves_the_moment_forgets_the_rules(store) -> None:
    got = screen(diabetes="yes")
    assert got.met[0].id == "diabetes"
    assert store(got).met == ()
    assert store(got) == got
    assert "diabetes" not in repr(got) + str(asdict(got))


def test_a_record_forgets_the_rules_too() -> None:
    record = SafetyRecord().with_screening(screen(diabetes="yes"), DAY)
    assert b"diabetes" not in pickle.dumps(record)
    assert "diabetes" not in str(asdict(record)) + repr(record)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"may_start": True}, "against its own lists"),
        ({"may_start": None}, "against its own lists"),
        ({"closed": []}, "leaves some of it open"),
        ({"closed": ["rest"]}, "not asked for"),
        ({"kinds": ["cupping"]}, "'cupping'"),
        ({"kinds": "mat"}, "list of words"),
        ({"stopped": 0}, "true or false"),
        ({"n_cleared": True}, "0 or more"),
        ({"version": 1}, "must be text"),
        ({"occasion": "noon"}, "one of start, day, week"),
        ({"answers": {}}, "'answers' that is not known"),
    ],
)
def test_a_screening_that_was_tampered_with_is_refused(change, message) -> None:
    stored = screen(chest_pain="yes").to_dict()
    with pytest.raises(FileError, match=message):
        Screening.from_dict(stored | change)


def test_a_screening_with_a_field_missing_is_refused() -> None:
    stored = screen().to_dict()
    for name in stored:
        with pytest.raises(FileError, match=f"no '{name}'"):
            Screening.from_dict({key: value for key, value in stored.items() if key != name})
    with pytest.raises(FileError, match="not an object"):
        Screening.from_dict([])


# Numbers to call


@pytest.mark.parametrize(
    ("country", "calls"),
    [
        ("UK", ["999", "111, option 2", "111", "116 123"]),
        (" united  kingdom ", ["999", "111, option 2", "111", "116 123"]),
        ("England", ["999", "111, option 2", "111", "116 123"]),
        ("Scotland", ["999", "111", "116 123"]),
        ("Northern Ireland", ["999", "116 123"]),
        ("Ireland", ["112", "116 123"]),
        ("US", ["911", "988"]),
        ("de", ["112"]),
        ("France", ["112"]),
        ("Norway", ["your local emergency number", "112"]),
        ("", ["your local emergency number", "112"]),
        (None, ["your local emergency number", "112"]),
    ],
)
def test_a_country_shows_its_numbers(country, calls) -> None:
    assert [post.number for post in signposts(country)] == calls


def test_every_number_was_seen_on_a_page() -> None:
    for row in TABLE["countries"]:
        for post in signposts(row["names"][0]):
            assert post.source.startswith("http")
            assert post.verified == "seen"


def test_no_country_stands_twice() -> None:
    names = [name.casefold() for row in TABLE["countries"] for name in row["names"]]
    assert len(set(names)) == len(names)


# The ladder


def test_the_ladder_never_goes_above_twenty_minutes_once_a_day() -> None:
    assert [(step.step, step.minutes) for step in ladder()] == [(1, 3), (2, 5), (3, 10), (4, 15), (5, 20)]
    assert TABLE["usage_ladder"]["max_sessions_per_day"] == 1
    assert [top_step_for(minutes) for minutes in (1, 3, 10, 12, 15, 20)] == [1, 1, 3, 4, 4, 5]
    for minutes in (0, 20.5, 40):
        with pytest.raises(ProtocolError, match="give 1 to 20 minutes"):
            top_step_for(minutes)


def climb(record, days):
    """Do a session on each of the days, and give the minutes of each."""
    minutes = []
    for day in days:
        minutes.append(record.step.minutes)
        record = record.with_session(day)
    return record, minutes


def test_sessions_climb_the_ladder_to_the_top_that_the_plan_chose() -> None:
    assert climb(ready(), ON[:9])[1] == [3, 3, 5, 5, 10, 10, 10, 15, 15]
    assert climb(ready(top_step=5), ON[:12])[1] == [3, 3, 5, 5, 10, 10, 10, 15, 15, 15, 20, 20]
    assert climb(ready(first_step=3, top_step=3), ON[:5])[1] == [10] * 5
    with pytest.raises(ProtocolError, match="steps from 1 to 5"):
        SafetyRecord(first_step=4, top_step=3)


def test_rest_on_a_towel_builds_nothing_up() -> None:
    record = ready()
    for day in ON[:9]:
        record = record.with_session(day, over_towel=True)
    assert record.step.minutes == 3


def test_too_painful_steps_below_the_step_that_hurt() -> None:
    record, _ = climb(ready(), ON[:4])  # the fourth session was the last at 5 minutes
    assert record.step.minutes == 10
    assert record.with_stop("too_painful", ON[3]).step.minutes == 3
    assert record.with_stop("too_painful", ON[3]).with_stop("too_painful", ON[3]).step.minutes == 3


def test_two_stops_step_down_twice_and_never_below_the_first() -> None:
    record, _ = climb(ready(), ON[:8])
    assert record.step.minutes == 15
    record = record.with_stop("marks_not_fading", ON[8]).with_stop("too_painful", ON[8])
    assert record.step.minutes == 5
    for day in ON[9:14]:
        record = record.with_stop("too_painful", day)
    assert record.step.minutes == 3


def test_a_session_on_a_day_that_went_wrong_does_not_count_upwards() -> None:
    record = ready().with_stop("too_painful", DAY).with_session(DAY).with_session(ON[1])
    assert record.step.minutes == 3


# Stops


@pytest.mark.parametrize(
    ("report", "ids"),
    [
        (StopReport(), []),
        (StopReport(skin_broken=True), ["skin_broken"]),
        (StopReport(marks_not_fading=True), ["marks_not_fading"]),
        (StopReport(too_sharp=True), ["too_painful"]),
        (StopReport(prick_pain=2, too_sharp=True), ["too_painful"]),
        (StopReport(prick_pain=6.9), []),
        (StopReport(prick_pain=7), ["too_painful"]),
        (StopReport(prick_pain=2, pain_stayed=True), ["too_painful"]),
        (StopReport(faint_or_palpitations=True), ["faint_or_palpitations"]),
        (StopReport(new_numbness=True), ["new_numbness"]),
        (StopReport(True, True, 10, True, True, True), [one.id for one in stop_rules() if one.sign]),
    ],
)
def test_a_report_meets_the_stop_rules_it_describes(report, ids) -> None:
    assert [one.id for one in stops_met(report)] == ids


@pytest.mark.parametrize("pain", [-1, 10.5, float("nan")])
def test_pain_off_the_scale_is_refused(pain) -> None:
    with pytest.raises(DiaryError, match="give 0 to 10"):
        StopReport(prick_pain=pain)


def test_a_usual_level_is_the_run_in_or_the_first_seven_rated_days() -> None:
    pain = dict(zip(ON, [2, 2, 2, 8, 8, 8, 8, 8, 8], strict=False))
    assert usual_level(pain, before=ON[9], run_in=ON[:3]) == 2
    assert usual_level(pain, before=ON[9], run_in=ON[:2]) == pytest.approx((3 * 2 + 4 * 8) / 7)
    assert usual_level(pain, before=ON[4]) == 3.5
    assert usual_level(pain, before=ON[2]) is None


@pytest.mark.parametrize(
    ("last", "worse"),
    [([6, 6, 6], True), ([6, 6, 5.9], False), ([6, None, 6], False), ([9, 9, 9], True), ([6, 5, 6], False)],
)
def test_three_days_two_points_above_the_usual_level_are_worse(last, worse) -> None:
    pain = {day: value for day, value in zip(ON, [4, 4, 4, *last], strict=False) if value is not None}
    assert worse_for_three_days(pain, day=ON[5], run_in=ON[:3]) is worse


def test_the_bad_days_do_not_raise_the_level_that_judges_them() -> None:
    assert worse_for_three_days(dict(zip(ON, [4, 4, 4, 6, 6, 6], strict=False)), day=ON[5])
    assert not worse_for_three_days(dict(zip(ON, [4, 4, 6, 6, 6], strict=False)), day=ON[4])  # no usual level yet


def test_a_clinicians_yes_is_not_undone_by_the_days_it_was_given_for() -> None:
    pain = dict(zip(ON, [4, 4, 4, 7, 7, 7, 7, 7, 7], strict=False))
    assert worse_for_three_days(pain, day=ON[6], run_in=ON[:3])
    assert not worse_for_three_days(pain, day=ON[6], run_in=ON[:3], since=ON[5])
    assert worse_for_three_days(pain, day=ON[8], run_in=ON[:3], since=ON[5])
    assert mood_drops(dict.fromkeys(ON, 9), day=ON[6])
    assert not mood_drops(dict.fromkeys(ON, 9), day=ON[6], since=ON[5])


def test_mood_drops_on_three_days_or_a_total_of_three() -> None:
    stress, anxiety = dict(zip(ON, [9, 3, 10], strict=False)), dict(zip(ON, [2, 9, 2], strict=False))
    assert mood_drops(stress, anxiety, day=ON[2])
    assert not mood_drops(stress, day=ON[2])
    assert [mood_drops(day=DAY, phq2=n) for n in range(7)] == [n >= 3 for n in range(7)]
    assert [mood_drops(day=DAY, gad2=n) for n in range(7)] == [n >= 3 for n in range(7)]
    with pytest.raises(DiaryError, match="from 0 to 6"):
        mood_drops(day=DAY, phq2=7)
    with pytest.raises(DiaryError, match="give 0 to 10"):
        mood_drops({DAY: 11}, day=DAY)


# Gates


def test_a_gate_is_true_only_when_open() -> None:
    assert Gate(True)
    assert not Gate(False, "why", "what")


def test_a_start_needs_a_screening_of_today_or_yesterday() -> None:
    record = SafetyRecord()
    assert not record.may_start(["mat"], DAY)
    record = record.with_screening(screen(), DAY)
    assert [bool(record.may_start(["mat"], DAY + timedelta(days=n))) for n in (-1, 0, 1, 2)] == [
        False,
        True,
        True,
        False,
    ]
    assert "today or yesterday" in record.may_start(["mat"], ON[2]).why


def test_a_start_needs_every_kind_to_have_been_asked_about() -> None:
    record = SafetyRecord().with_screening(screen(("mat",)), DAY)
    gate = record.may_start(["mat", "acupuncture"], DAY)
    assert not gate
    assert "not asked for acupuncture" in gate.why
    assert not record.may_do("acupuncture", DAY)


def test_a_start_needs_the_rules_as_they_are_now() -> None:
    record = SafetyRecord().with_screening(replace(screen(), version="draft-0"), DAY)
    assert "have changed" in record.may_start(["mat"], DAY).why


def test_a_closed_mat_leaves_the_ordinary_days_open() -> None:
    record = SafetyRecord().with_screening(screen(("mat", "usual_care"), pregnant="yes"), DAY)
    assert not record.may_start(["mat", "usual_care"], DAY)
    assert record.may_start(["usual_care"], DAY)
    assert record.may_do("usual_care", DAY)


def test_the_latest_screening_counts_and_none_may_be_dated_back() -> None:
    record = SafetyRecord().with_screening(screen(), DAY).with_screening(screen(diabetes="yes"), ON[1])
    assert not record.may_start(["mat"], ON[1])
    with pytest.raises(DiaryError, match="answer the questions again for today"):
        record.with_screening(screen(), DAY)
    assert record.with_screening(screen(cleared=["diabetes"], diabetes="yes"), ON[1]).may_start(["mat"], ON[1])


def test_the_mat_needs_answers_on_every_day() -> None:
    record = ready()
    assert record.may_do("mat", DAY)
    assert "Today's safety questions" in record.may_do("mat", ON[1]).why
    assert not record.with_daily(daily(("rest",)), ON[1]).may_do("mat", ON[1])
    assert record.with_daily(daily(), ON[1]).may_do("mat", ON[1])


def test_rest_on_a_towel_over_the_mat_counts_as_the_mat() -> None:
    kinds = ("mat", "rest")
    record = SafetyRecord().with_screening(screen(kinds), DAY)
    assert not record.may_do(kinds, DAY)
    assert record.may_do("rest", DAY)
    record = record.with_daily(daily(kinds), DAY)
    assert record.may_do(kinds, DAY)
    assert not record.with_stop("skin_broken", DAY).may_do(kinds, DAY)


def test_daily_answers_do_not_replace_the_screen() -> None:
    assert not SafetyRecord().with_daily(daily(), DAY).may_do("mat", DAY)
    with pytest.raises(DiaryError, match="daily answers"):
        SafetyRecord().with_screening(daily(), DAY)
    with pytest.raises(DiaryError, match="answers of a start"):
        SafetyRecord().with_daily(screen(), DAY)


def test_what_passes_puts_off_one_day_only() -> None:
    record = ready().with_daily(daily(fever_or_acute_illness="yes"), DAY)
    assert not record.may_do("mat", DAY)
    assert not record.may_start(["mat"], DAY)
    assert not record.with_daily(daily(), DAY).may_do("mat", DAY)  # a second check on the day undoes nothing
    assert record.with_daily(daily(), ON[1]).may_do("mat", ON[1])
    assert record.may_start(["mat"], ON[1])


def test_a_screen_that_was_put_off_is_asked_again_before_a_start() -> None:
    record = SafetyRecord().with_screening(screen(broken_or_inflamed_skin="yes"), DAY)
    assert not record.may_start(["mat"], DAY)
    assert not record.may_start(["mat"], ON[1])
    record = record.with_daily(daily(), ON[1])
    assert not record.may_do("mat", ON[1])
    assert record.with_screening(screen(), ON[1]).may_start(["mat"], ON[1])


@pytest.mark.parametrize("occasion", list(Occasion))
def test_an_emergency_stops_for_good(occasion) -> None:
    got = (screen if occasion is Occasion.START else daily)(("mat", "usual_care"), stroke_signs="yes")
    record = ready(kinds=("mat", "usual_care"))
    record = (record.with_screening if occasion is Occasion.START else record.with_daily)(got, DAY)
    record = record.with_screening(screen(("mat", "usual_care")), ON[1]).with_daily(daily(), ON[1])
    assert record.is_stopped
    for day in ON[:5]:
        for kind in ("mat", "usual_care"):
            assert not record.may_start([kind], day)
            assert not record.may_do(kind, day)
    with pytest.raises(DiaryError, match="Nothing is waiting"):
        record.with_clearance(ON[1])


def test_a_daily_answer_that_closes_for_good_stops_the_trial() -> None:
    got = Screening(Occasion.DAY, ("mat",), rules_version(), stopped=True, closed=("mat",))
    assert ready().with_daily(got, ON[1]).is_stopped
    assert ready().with_stop("becomes_ineligible", DAY).is_stopped


def test_a_stop_known_later_counts_whatever_its_day() -> None:
    """Somebody who flies west may be asked about a day before the stop's."""
    record = ready().with_stop("skin_broken", ON[1])
    assert not record.may_do("mat", DAY)


def test_broken_skin_needs_a_word_that_it_healed_and_starts_over() -> None:
    record, _ = climb(ready(), ON[:5])
    record = record.with_stop("skin_broken", ON[5])
    record = record.with_daily(daily(), ON[9]).with_screening(screen(), ON[9])
    assert not record.may_do("mat", ON[9])
    assert not record.may_start(["mat"], ON[9])
    assert [one.id for one in record.waits_for] == ["skin_broken"]
    with pytest.raises(DiaryError, match="Nothing is waiting"):
        record.with_clearance(ON[9])
    with pytest.raises(DiaryError, match="from the next day on"):
        record.with_healed(ON[5])
    healed = record.with_healed(ON[6])
    assert healed.may_do("mat", ON[9]).step.minutes == 3
    assert healed.needs_cloth
    assert healed.with_healed(ON[6]) == healed
    assert not healed.with_stop("skin_broken", ON[7]).may_do("mat", ON[9])


def test_marks_pause_a_whole_day_and_end_the_mat_if_they_come_back() -> None:
    record = ready(ON[0])
    for day in ON[1:9]:
        record = record.with_daily(daily(), day)
    record = record.with_stop("marks_not_fading", ON[1])
    assert [bool(record.may_do("mat", day)) for day in ON[:5]] == [True, False, False, True, True]
    assert record.needs_cloth
    same = record.with_stop("marks_not_fading", ON[2])  # the same marks, seen in the pause
    assert same.may_do("mat", ON[4])
    back = record.with_stop("marks_not_fading", ON[3])
    assert "came back" in back.may_do("mat", ON[8]).why
    assert not back.with_screening(screen(), ON[8]).may_start(["mat"], ON[8])


def test_too_much_pain_ends_the_day_only() -> None:
    record = ready().with_stop("too_painful", DAY).with_daily(daily(), ON[1])
    assert not record.may_do("mat", DAY)
    assert record.may_do("mat", ON[1])


@pytest.mark.parametrize(
    "stop", [one.id for one in stop_rules() if one.action in (StopAction.STOP_MAT_AND_ASK, StopAction.SUPPORT_AND_ASK)]
)
def test_what_a_clinician_should_hear_waits_for_a_yes(stop) -> None:
    record = ready(kinds=("mat", "rest")).with_stop(stop, DAY).with_daily(daily(), ON[1])
    assert not record.may_do("mat", ON[1])
    assert not record.may_start(["mat"], ON[1])
    assert record.may_do("rest", ON[1])
    assert [one.id for one in record.waits_for] == [stop]
    with pytest.raises(DiaryError, match="No broken skin"):
        record.with_healed(ON[1])
    cleared = record.with_clearance(ON[1])
    assert cleared.may_do("mat", ON[1])
    assert cleared.last_clearance == ON[1]
    assert cleared.with_clearance(ON[1]) == cleared
    assert not cleared.with_stop(stop, ON[1]).may_do("mat", ON[1])


def test_a_yes_dated_before_the_stop_opens_nothing() -> None:
    record = ready().with_stop("faint_or_palpitations", ON[1])
    with pytest.raises(DiaryError, match="Nothing is waiting"):
        record.with_clearance(DAY)


def test_the_mat_is_for_once_a_day() -> None:
    record = ready().with_session(DAY)
    assert "once a day" in record.may_do("mat", DAY).what_to_do.lower()
    assert not ready().with_session(DAY, over_towel=True).may_do("mat", DAY)


def test_something_told_twice_is_kept_once() -> None:
    record = ready().with_stop("too_painful", DAY).with_session(ON[1])
    again = record.with_stop("too_painful", DAY).with_session(ON[1]).with_daily(daily(), DAY)
    assert again.with_screening(screen(), DAY) == record


def test_the_weekly_question_is_due_a_week_after_it_was_last_on_the_list() -> None:
    record = ready()
    assert [record.occasion(day).value for day in (ON[1], ON[6], ON[7])] == ["day", "day", "week"]
    asked = record.with_daily(daily(occasion=Occasion.WEEK), ON[7])
    assert [asked.occasion(day).value for day in (ON[8], ON[14])] == ["day", "week"]


def test_a_record_survives_its_own_json() -> None:
    record = ready().with_session(DAY).with_stop("skin_broken", DAY).with_healed(ON[2])
    record = record.with_stop("new_numbness", ON[3]).with_clearance(ON[4]).with_session(ON[4], over_towel=True)
    stored = json.loads(json.dumps(record.to_dict()))
    assert SafetyRecord.from_dict(stored) == record
    assert SafetyRecord.from_dict(stored).to_dict() == record.to_dict()


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"event": "clearance", "day": "2026-03-02"}, "could not have happened"),
        ({"event": "healed", "day": "2026-03-02"}, "could not have happened"),
        ({"event": "stop", "day": "2026-03-02", "stop": "boredom"}, "boredom"),
        ({"event": "stop", "day": "2 March", "stop": "skin_broken"}, "year-month-day"),
        ({"event": "stop", "day": "2026-03-02"}, "no 'stop'"),
        ({"event": "party", "day": "2026-03-02"}, "one of screening"),
        ({"event": "session", "day": "2026-03-02", "over_towel": 1}, "true or false"),
        ({"event": "session", "day": "2026-03-02", "over_towel": True, "answers": 1}, "not known"),
        ({"event": "daily", "day": "2026-03-02", "screening": None}, "not an object"),
        ("stop", "no event"),
    ],
)
def test_a_record_that_was_tampered_with_is_refused(event, message) -> None:
    with pytest.raises(FileError, match=message):
        SafetyRecord.from_dict({"first_step": 1, "top_step": 4, "events": [event]})


def test_a_record_needs_its_steps() -> None:
    for change in ({"first_step": "1"}, {"top_step": 9}, {"events": {}}):
        with pytest.raises(FileError):
            SafetyRecord.from_dict({"first_step": 1, "top_step": 4, "events": []} | change)
