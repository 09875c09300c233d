"""The check of the records works out each contradiction: a record that is sound but for one thing has one finding.

The shipped records have contradictions of their own, in what was printed; they are named here, so that a new one is
seen. Whether a finding is a misprint or a slip in reading, only the page can tell.
"""

import math

import pytest
from scipy import stats

from pinprick.evidence.check import Finding, Sort, check, check_text, degrees, implied_p
from pinprick.evidence.reading import read_records
from pinprick.evidence.record import Figure, Interval, Seen
from pinprick.evidence.study import studies, study
from tests.unit.evidence.records import PAGE, REVIEW, SOUND, changed

SEEN = f"source: {PAGE}, seen: abstract"


def found(text: str, *, missing: bool = False) -> list[Finding]:
    """The findings of a text, without what is merely missing unless that is asked for."""
    return [one for one in check_text(text, "mine.yaml") if missing or one.sort is not Sort.MISSING]


@pytest.fixture(scope="module")
def shipped() -> tuple[Finding, ...]:
    return check()


def test_a_sound_record_has_no_finding_at_all() -> None:
    assert found(SOUND + REVIEW, missing=True) == []


def test_the_shipped_records_contradict_themselves_in_these_places_only(shipped: tuple[Finding, ...]) -> None:
    assert [(one.study, one.path) for one in shipped if one.sort is Sort.CONTRADICTORY] == [
        ("kjellgren2011", "population.n_total_press_release"),
        ("saha2016", "population.n_registry_enrolment"),
        ("saha2016", "outcomes[5].p"),
        ("ahrq_cer227_2020", "effects[4].ci95"),
        ("yeung2018_pilot", "effects[1].favours"),
        ("purepong2015_backrest", "effects[2].n"),
        ("carvalho2016_olp", "effects[1].groups[1].ci95"),
        ("carvalho2016_olp", "effects[1].groups[2].ci95"),
    ]


def test_no_shipped_record_is_broken_or_there_twice(shipped: tuple[Finding, ...]) -> None:
    assert [one for one in shipped if one.sort in (Sort.BROKEN, Sort.DUPLICATE)] == []


def test_week_14_of_saha_is_found_with_the_p_that_its_interval_implies(shipped: tuple[Finding, ...]) -> None:
    (one,) = (one for one in shipped if one.path == "outcomes[5].p")
    assert str(one) == (
        "saha2016, outcomes[5].p (contradictory): The printed p = 0.008 does not fit its own interval (-6.4 to -2.2 "
        "around -4.3 points), which implies p of about 0.0001; prefer the interval."
    )


def test_166_enrolled_and_91_reported_are_found(shipped: tuple[Finding, ...]) -> None:
    (one,) = (one for one in shipped if one.path == "population.n_registry_enrolment")
    assert one.sentence == "The registry has 166 people, the report 91, so 75 of them (45%) are unaccounted for."


def test_what_is_missing_is_listed_by_study(shipped: tuple[Finding, ...]) -> None:
    missing = {(one.study, one.path) for one in shipped if one.sort is Sort.MISSING}
    assert {(one.id, "doi") for one in studies() if one.doi is None and one.kind != "guideline"} == {
        pair for pair in missing if pair[1] == "doi"
    }
    assert {("kisker2023", "population.n_total"), ("hohmann2012_neck", "adverse_events")} < missing
    assert ("saha2016", "adverse_events") not in missing


def printed(value: float, decimals: int, unit: str = "points", operator: str = "=") -> Figure:
    return Figure(value, unit, PAGE, Seen.ABSTRACT, operator, decimals=decimals)


@pytest.mark.parametrize(("estimate", "low", "high", "df"), [(-4.3, -6.4, -2.2, 90), (1.0, -0.5, 2.5, 10)])
def test_the_implied_p_is_that_of_the_t_test_behind_the_interval(
    estimate: float, low: float, high: float, df: int
) -> None:
    se = (high - low) / 2 / stats.t.ppf(0.975, df)
    p, least, most = implied_p(printed(estimate, 1), Interval(low, high, "points", PAGE, Seen.ABSTRACT, 1), df=df)
    assert p == pytest.approx(2 * stats.t.sf(abs(estimate) / se, df), rel=1e-9)
    assert least < p < most


def test_the_implied_p_of_a_ratio_is_on_the_log_scale() -> None:
    """Risk ratio 1.21 (1.10 to 1.34): log 0.1906, standard error 0.0503, z 3.79."""
    ratio = Interval(1.10, 1.34, "ratio", PAGE, Seen.ABSTRACT, 2)
    z = math.log(1.21) / (math.log(1.34 / 1.10) / 2 / stats.norm.ppf(0.975))
    assert implied_p(printed(1.21, 2, "ratio"), ratio, ratio=True)[0] == pytest.approx(2 * stats.norm.sf(z), rel=1e-9)


def test_an_interval_that_just_reaches_nought_implies_p_of_five_percent() -> None:
    p, least, most = implied_p(printed(1.0, 1), Interval(0.0, 2.0, "points", PAGE, Seen.ABSTRACT, 1))
    assert p == pytest.approx(0.05, abs=1e-12)
    assert least < 0.05 < most


@pytest.mark.parametrize(
    ("operator", "p", "fits"),
    [
        ("=", "0.02", True),
        ("=", "0.015", True),
        ("=", "0.005", False),
        ("=", "0.08", False),
        ("<", "0.05", True),
        ("<", "0.001", False),
        (">", "0.5", False),
        (">", "0.01", True),
    ],
)
def test_a_p_value_is_held_against_its_own_interval(operator: str, p: str, fits: bool) -> None:
    """-1.2 (-2.2 to -0.2), 19 and 19 analysed: p = 0.020."""
    text = changed(SOUND, ("p_operator: '='", f"p_operator: '{operator}'"), ("p_value: 0.02", f"p_value: {p}"))
    wrong = [one for one in found(text) if one.path == "outcomes[1].p"]
    assert (wrong == []) is fits
    assert all("implies p of about 0.02;" in one.sentence for one in wrong)


CONTRADICTIONS = {
    "arms below the total": (
        ("n_total: {value: 40", "n_total: {value: 42"),
        "arms",
        "The arms add up to 40 people, the total is 42.",
    ),
    "arms above the total": (
        ("n_total: {value: 40", "n_total: {value: 39"),
        "arms",
        "The arms add up to 40 people, the total is 39.",
    ),
    "age": (
        (
            "age: {mean:",
            f"age: {{min: {{value: 60, {SEEN}}}, mean:",
        ),
        "population.age",
        "The mean age lies outside youngest to oldest.",
    ),
    "men and women": (
        ("    age: {", f"    sex: {{male: {{value: 41, {SEEN}}}}}\n    age: {{"),
        "population.sex",
        "Men and women add up to 41 of 40 people.",
    ),
    "days and weeks": (
        (
            "  comparator:",
            f"  regimen: {{duration_days: {{value: 14, {SEEN}}}, duration_weeks: {{value: 3, {SEEN}}}}}\n  comparator:",
        ),
        "regimen",
        "14 days are not 3 weeks.",
    ),
    "time in words": (
        ("timepoint_days: 14", "timepoint_days: 21"),
        "outcomes[1].timepoint_days",
        "'after 14 days of use' is day 14, not day 21.",
    ),
    "outside its interval": (
        ("mean_difference: -1.2", "mean_difference: 1.2"),
        "outcomes[1].ci95",
        "1.2 points lies outside its own interval, -2.2 to -0.2; one of them has another sign or is misprinted.",
    ),
    "off the middle": (
        ("mean_difference: -1.2", "mean_difference: -1.6"),
        "outcomes[1].ci95",
        "-1.6 points does not stand in the middle of its interval, -2.2 to -0.2; look both up again.",
    ),
    "more than the scale": (
        ("    scale_max: 10\n", "    scale_max: 1\n"),
        "outcomes[1]",
        "-1.2 points is more than the scale is wide.",
    ),
    "a mean off the scale": (
        ("    mean_difference", "    baseline: {treatment: {mean: 45}}\n    mean_difference"),
        "outcomes[1].baseline",
        "A mean of 45 lies outside the scale, 0 to 10.",
    ),
    "arms against their difference": (
        ("    mean_difference", "    followup: {treatment: {mean: 5}, comparator: {mean: 4}}\n    mean_difference"),
        "outcomes[1].mean_difference",
        "The arms differ by 1, the printed difference is -1.2 points.",
    ),
    "a share": (
        ("    scale_min: 0\n", "    scale_min: 0\n    percent: 60\n    events: 10\n    n: 20\n"),
        "outcomes[1].percent",
        "10 of 20 are 50.0%, not 60 %.",
    ),
    "harm among more than there were": (
        ("      of: 20\n", "      of: 50\n"),
        "adverse_events.items[1].of",
        "Harm was counted of 50 people, but 40 took part.",
    ),
    "two counts of pain": (
        ("for_pain: {value: 2", "for_pain: {value: 3"),
        "dropouts.for_pain",
        "3 people left for pain, but 2 are counted as finding it too painful.",
    ),
    "a record that is not there": (
        ("  year: 2026\n", "  year: 2026\n  overlaps_with: [nobody2020]\n"),
        "overlaps_with",
        "There is no record 'nobody2020'; correct the id.",
    ),
}


@pytest.mark.parametrize(("change", "path", "sentence"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_one_contradiction_makes_one_finding(change: tuple[str, str], path: str, sentence: str) -> None:
    assert found(changed(SOUND, change)) == [Finding("me2026", path, Sort.CONTRADICTORY, sentence)]


def test_more_analysed_than_randomised_is_found() -> None:
    text = SOUND.replace("n_analysed: {value: 19", "n_analysed: {value: 21", 1)
    assert [one.sentence for one in found(text)] == ["21 people were analysed in 'mat', but 20 randomised."]


@pytest.mark.parametrize(
    ("changes", "n"),
    [
        ((("favours_mat", "no_difference"),), 2),  # against its interval and against its p
        ((("favours_mat", "no_difference"), ("[-2.2, -0.2]", "[-2.6, 0.2]"), ("p_value: 0.02", "p_value: 0.09")), 0),
        ((("[-2.2, -0.2]", "[-2.6, 0.2]"), ("p_value: 0.02", "p_value: 0.09")), 2),
    ],
)
def test_the_authors_word_is_held_against_p_and_interval(changes: tuple[tuple[str, str], ...], n: int) -> None:
    wrong = found(changed(SOUND, *changes))
    assert [one.path for one in wrong] == ["outcomes[1].result"] * n


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (("favours: acupuncture", "favours: none"), "effects[1].favours"),
        (("[-0.50, -0.10]", "[-0.70, 0.10]"), "effects[1].favours"),
        (("[-0.50, -0.10]", "[-0.80, -0.10]"), "effects[1].ci95"),
        (("    n: 400", "    n: 600"), "effects[1].n"),
        (("    n: 400", "    n: 400\n    p_operator: '='\n    p_value: 0.04"), "effects[1].p"),
        (
            ("    n: 400", "    groups: [{name: needles, mean: -1.5, ci95: [1.0, 2.0]}]"),
            "effects[1].groups[1].ci95",
        ),
    ],
)
def test_an_effect_is_held_against_its_own_numbers(change: tuple[str, str], path: str) -> None:
    assert [one.path for one in found(changed(REVIEW, change))] == [path]


def test_no_difference_of_a_ratio_is_one() -> None:
    ratio = changed(REVIEW, ("SMD", "RR"), ("effect: -0.30", "effect: 1.21"), ("[-0.50, -0.10]", "[1.10, 1.34]"))
    assert found(ratio) == []
    nobody = changed(ratio, ("[1.10, 1.34]", "[0.98, 1.50]"))
    assert [one.sentence for one in found(nobody)] == [
        "It favours acupuncture, but the interval is 0.98 to 1.50, where no difference is 1."
    ]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (("  doi: 10.1234/abcd\n", ""), "doi"),
        (("  year: 2026\n", ""), "year"),
        (("  randomised: true\n", ""), "randomised"),
        (("      of: 20\n", ""), "adverse_events.items[1].of"),
        (("      count: 2\n", ""), "adverse_events"),
        (("    mean_difference: -1.2\n    ci95: [-2.2, -0.2]\n", ""), "outcomes[1]"),
        (("    mean_difference: -1.2\n", ""), "outcomes[1].ci95"),
    ],
)
def test_what_is_left_out_is_missing_and_no_contradiction(change: tuple[str, str], path: str) -> None:
    wrong = found(changed(SOUND, change), missing=True)
    assert path in [one.path for one in wrong]
    assert {one.sort for one in wrong} == {Sort.MISSING}


def test_a_silent_third_of_a_survey_is_said() -> None:
    (one,) = (one for one in check([study("zilberter1999")]) if one.path == "population.n_responded")
    assert one.sentence == "126 of 200 people answered; what the other 74 think is unknown."


def test_two_records_of_one_paper_have_to_say_so() -> None:
    other = changed(SOUND, ("id: me2026", "id: me2026_again"))
    assert [(one.study, one.path, one.sort) for one in found(SOUND + other)] == [
        ("me2026_again", "doi", Sort.DUPLICATE)
    ]
    declared = (
        changed(SOUND, ("  kind: trial", "  kind: trial\n  same_paper_as: [me2026_again]")),
        changed(other, ("  kind: trial", "  kind: trial\n  same_paper_as: [me2026]")),
    )
    assert found("".join(declared)) == []
    assert [one.sentence for one in found(declared[0] + other)] == [
        "The record me2026_again does not name me2026 in return."
    ]


def test_the_same_author_in_the_same_year_may_be_the_same_study() -> None:
    other = changed(SOUND, ("id: me2026", "id: me2026_again"), ("10.1234/abcd", "10.1234/other"))
    assert [(one.path, one.sort) for one in found(SOUND + other)] == [("citation", Sort.DUPLICATE)]


def test_a_broken_record_is_a_finding_and_the_others_are_checked_all_the_same() -> None:
    text = changed(SOUND, ("year: 2026", "year: 26")) + changed(REVIEW, ("    n: 400", "    n: 600"))
    broken, wrong = found(text)
    assert (broken.study, broken.sort, wrong.study, wrong.path) == (
        *("me2026", Sort.BROKEN),
        *("review2026", "effects[1].n"),
    )
    assert broken.sentence.startswith("mine.yaml, line 6, me2026: year is '26'")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("abstract}\n    age", "heard}\n    age"), "population.n_total.seen is 'heard'"),
        ((f"n_total: {{value: 40, {SEEN}}}", "n_total: 40"), "no page is named"),
    ],
)
def test_a_number_without_a_page_and_an_unknown_word_are_found_too(change: tuple[str, str], words: str) -> None:
    (one,) = found(changed(SOUND, change))
    assert one.sort is Sort.BROKEN
    assert words in one.sentence


def test_a_file_that_is_no_yaml_is_one_finding() -> None:
    (one,) = found("- id: [me\n")
    assert (one.study, one.sort) == ("mine.yaml", Sort.BROKEN)


def test_degrees_of_freedom_follow_the_people_analysed() -> None:
    (one,) = read_records(SOUND, "mine.yaml")
    assert degrees(one, one.outcomes[0]) == 36
    saha = study("saha2016")
    assert degrees(saha, saha.outcomes[4]) == 90
    kjellgren = study("kjellgren2011")
    assert degrees(kjellgren, kjellgren.outcomes[0]) is None
