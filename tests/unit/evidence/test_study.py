"""The shipped studies: every number has its page, what was not seen is None, and what may be pooled is fixed.

Whether what the pages say is right, no test can know; these hold the shape of the records and what is made of them.
"""

import pytest

from pinprick.errors import FileError
from pinprick.evidence.reading import read_records
from pinprick.evidence.record import Against, Favours, Figure, Interval, Kind, Metric, Role, Seen, Study
from pinprick.evidence.study import (
    effects,
    may_be_pooled,
    outcomes,
    pooling_conflicts,
    studies,
    study,
    why_not_pooled,
)
from tests.unit.evidence.records import PAGE, REVIEW, SOUND, changed


def only(text: str) -> Study:
    (one,) = read_records(text, "mine.yaml")
    return one


@pytest.mark.parametrize("one", studies(), ids=lambda one: one.id)
def test_every_number_says_on_which_page_and_how_it_was_seen(one: Study) -> None:
    for path, figure in one.figures():
        assert figure.source.startswith("http"), path
        assert isinstance(figure.seen, Seen), path
        assert figure.where == f"{figure.source} ({figure.seen.value})"


def test_the_walk_over_the_numbers_misses_none() -> None:
    """Counted in the text itself: a figure for every digit-holding value of the sound record but its year."""
    found = dict(only(SOUND).figures())
    assert list(found) == [
        "population.n_total",
        "population.age.mean",
        *(f"arms[{i}].{count}" for i in (1, 2) for count in ("n_randomised", "n_analysed")),
        "outcomes[1].scale_min",
        "outcomes[1].scale_max",
        "outcomes[1].timepoint_days",
        "outcomes[1].p",
        "outcomes[1].mean_difference",
        "outcomes[1].ci95",
        "adverse_events.items[1].count",
        "adverse_events.items[1].of",
        "dropouts.for_pain",
    ]
    assert found["outcomes[1].p"] == Figure(0.02, "p", PAGE, Seen.FULLTEXT, decimals=2)
    assert found["outcomes[1].ci95"] == Interval(-2.2, -0.2, "points", PAGE, Seen.FULLTEXT, decimals=1)


def test_the_nearest_page_above_a_number_counts() -> None:
    other = "https://example.org/registry"
    moved = changed(SOUND, ("timepoint_days: 14", f"timepoint_days: {{value: 14, source: {other}, seen: registry}}"))
    result = only(moved).outcomes[0]
    assert result.timepoint_days is not None
    assert result.p is not None
    assert (result.timepoint_days.where, result.p.where) == (f"{other} (registry)", f"{PAGE} (fulltext)")


def test_the_page_of_a_review_counts_for_its_effects_unless_one_names_another() -> None:
    there = only(REVIEW).effects[0]
    elsewhere = only(
        changed(REVIEW, ("    n: 400\n", "    n: 400\n    source: https://a.example/t\n    seen: fulltext\n"))
    )
    assert there.value is not None
    assert there.value.where == f"{PAGE} (abstract)"
    assert elsewhere.effects[0].value is not None
    assert elsewhere.effects[0].value.where == "https://a.example/t (fulltext)"


def test_what_was_not_seen_is_none_and_not_nought() -> None:
    left_out = only(changed(SOUND, ("    p_operator: '='\n    p_value: 0.02\n", "")))
    null = only(changed(SOUND, ("p_operator: '='", "p_operator: null"), ("p_value: 0.02", "p_value: null")))
    assert left_out.outcomes[0].p is null.outcomes[0].p is None
    assert study("kisker2023").population.n_total is None


def test_every_study_has_an_address_and_a_doi_leads_to_it() -> None:
    for one in studies():
        assert (one.link or "").startswith("https://") or (one.link or "").startswith("http://"), one.id
        assert one.doi is None or one.link == one.doi_url == f"https://doi.org/{one.doi}"
    assert study("saha2016").link == "https://clinicaltrials.gov/study/NCT02487368"


def test_only_randomised_comparisons_between_arms_of_mats_may_be_pooled() -> None:
    pooled = {one.id for one in studies() if may_be_pooled(one)}
    assert pooled == {"hohmann2012_neck", "hohmann2012_back", "kjellgren2011"}
    assert all(study(one).role is Role.MAT_TRIAL for one in pooled)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("mat_trial", "adjacent_device"), "role adjacent_device"),
        (("randomised: true", "randomised: false"), "not randomised"),
        (("  randomised: true\n", ""), "does not say"),
        (("between_arms", "within_arm"), "no difference between arms"),
    ],
)
def test_one_fault_is_enough_to_keep_a_study_out_of_the_pool(change: tuple[str, str], why: str) -> None:
    assert may_be_pooled(only(SOUND))
    assert why in why_not_pooled(only(changed(SOUND, change)))


def test_reviews_are_never_taken_together_across_roles() -> None:
    found = pooling_conflicts([study("vickers2018_ipd"), study("li2021_acupressure_lbp")])
    assert found == (
        "These have different roles: acupuncture_effect (vickers2018_ipd), acupressure_effect "
        "(li2021_acupressure_lbp); never pool across roles.",
    )


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("vickers2012_ipd", "vickers2018_ipd", "vickers2012_ipd was superseded by vickers2018_ipd"),
        ("cao2019_insomnia", "cao2009_insomnia", "cao2009_insomnia was superseded by cao2019_insomnia"),
        ("purepong2015", "purepong2015_backrest", "same people"),
        ("saha2016", "saha2016", "named twice"),
    ],
)
def test_the_same_people_are_not_counted_twice(first: str, second: str, words: str) -> None:
    assert any(words in one for one in pooling_conflicts([study(first), study(second)]))


def test_one_paper_with_two_separate_trials_may_be_pooled() -> None:
    assert pooling_conflicts([study("hohmann2012_neck"), study("hohmann2012_back")]) == ()


def test_results_are_found_by_domain_comparison_and_what_they_were_held_against() -> None:
    against_rest = outcomes("sleep", "between_arms", against=Against.REST)
    assert [(one.id, result.measure) for one, result in against_rest] == [("kisker2023", "sleep quality")]
    assert not [one for one, _result in outcomes("pain", "between_arms", against="rest")]
    assert {one.id for one, _result in outcomes("pain", "between_arms", against="nothing")} == {
        *("hohmann2012_neck", "hohmann2012_back", "kjellgren2011")
    }


def test_no_seller_and_no_other_device_answers_for_mats_unless_asked() -> None:
    assert {one.role for one, _result in outcomes()} == {Role.MAT_TRIAL}
    assert "shakti_kenkou_report" in {one.id for one, _result in outcomes(role="vendor_report_unverified")}


def test_effects_are_found_by_treatment_and_what_they_were_held_against() -> None:
    found = effects("pain", treatment="sham_acupuncture", against="nothing")
    assert [(one.id, str(effect.value), str(effect.ci95)) for one, effect in found] == [
        ("cochrane_placebo", "-0.68 sd", "-0.85 to -0.50")
    ]


def test_a_benefit_has_a_sign_whatever_sign_its_paper_uses() -> None:
    """Each effect that favours the treatment is positive once it is turned, each that favours the control negative."""
    turned = [
        (effect.favours, float(effect.value) * effect.benefit_sign)
        for _study, effect in effects()
        if effect.value is not None and effect.benefit_sign is not None
    ]
    assert len(turned) > 30
    assert all((value > 0) is (favours is not Favours.CONTROL) for favours, value in turned)
    ratio = next(effect for _study, effect in effects() if effect.metric is Metric.RR)
    assert (ratio.benefit_sign, ratio.null) == (None, 1.0)


def test_an_unknown_study_is_answered_with_the_nearest() -> None:
    with pytest.raises(FileError, match=r"^There is no study called 'saha2015'; did you mean 'saha2016'\?$"):
        study("saha2015")
    with pytest.raises(FileError, match=r"^There is no domain called 'pian'; did you mean 'pain'\?$"):
        outcomes("pian")
    with pytest.raises(FileError, match=r"^There is no role called 'mats'; choose from mat_trial, registered_no_"):
        studies("mats")


def test_the_records_are_read_once() -> None:
    assert study("saha2016") is studies(Role.MAT_TRIAL)[3]


def test_there_is_something_of_every_kind() -> None:
    assert {one.kind for one in studies()} == set(Kind)
    assert {one.role for one in studies()} == set(Role)


TOTAL = f"n_total: {{value: 40, source: {PAGE}, seen: abstract}}"
MISTAKES = {
    "unknown key": (
        ("randomised: true", "randomized: true"),
        "line 9, me2026: there is no field 'randomized' here; did you mean randomised?",
    ),
    "unknown role": (
        ("mat_trial", "mat_trail"),
        "line 2, me2026: evidence_role is 'mat_trail', not one of mat_trial, registered_no_results, "
        "vendor_report_unverified, adjacent_device, confounded_multicomponent, acupuncture_effect, "
        "acupressure_effect, persistence, responder_heterogeneity, placebo_expectation, adjacent_app, guideline; "
        "did you mean mat_trial?",
    ),
    "number without a page": (
        (TOTAL, "n_total: 40"),
        "line 11, me2026: population.n_total is 40, and no page is named on which it was seen; write "
        "{value: 40, source: https://..., seen: abstract}, or leave it out.",
    ),
    "page without how it was seen": (
        (TOTAL, TOTAL.replace(", seen: abstract", "")),
        "line 11, me2026: population.n_total has source but no seen; "
        "add one of abstract, fulltext, registry, secondary.",
    ),
    "no address": (
        (
            TOTAL,
            TOTAL.replace(PAGE, "a book"),
        ),
        "line 11, me2026: population.n_total.source is 'a book', not the address of a page; "
        "write it like https://example.org/paper.",
    ),
    "unknown way of seeing": (
        (
            TOTAL,
            TOTAL.replace("abstract", "heard"),
        ),
        "line 11, me2026: population.n_total.seen is 'heard', not one of abstract, fulltext, registry, secondary; "
        "choose one.",
    ),
    "words for a number": (
        (
            TOTAL,
            TOTAL.replace("40", "many"),
        ),
        "line 11, me2026: population.n_total.value is 'many', not a whole number from 1 to 10,000,000; "
        "write digits such as 3, or leave it out.",
    ),
    "half a person": (
        ("      count: 2\n", "      count: 2.5\n"),
        "line 42, me2026: adverse_events.items[1].count is '2.5', not a whole number from 0 to 10,000,000; "
        "write digits such as 3, or leave it out.",
    ),
    "more harmed than there were": (
        ("      count: 2\n", "      count: 21\n"),
        "line 42, me2026: adverse_events.items[1] counts 21 of 20; a count is at most the number of people, "
        "so look both up again.",
    ),
    "unknown unit": (
        ("    measure: pain\n", "    measure: pain\n    unit: furlongs\n"),
        "line 26, me2026: outcomes[1].unit is 'furlongs', not one of points, percent, mm, cm, seconds, minutes, mmhg, "
        "beats_a_minute, degrees_celsius, attacks_a_day, kilopascals, nanomoles_per_litre; choose one.",
    ),
    "interval reversed": (
        ("[-2.2, -0.2]", "[-0.2, -2.2]"),
        "line 36, me2026: outcomes[1].ci95 runs from -0.2 down to -2.2; give the lower end first.",
    ),
    "half an interval": (
        ("[-2.2, -0.2]", "[-2.2]"),
        "line 36, me2026: outcomes[1].ci95 needs 2 numbers and has 1; give both ends, such as [-6.6, -2.6].",
    ),
    "p above 1": (
        ("p_value: 0.02", "p_value: 1.02"),
        "line 34, me2026: outcomes[1].p_value is '1.02', not a number from 0 to 1; look it up again, or leave it out.",
    ),
    "p below 0": (
        ("p_value: 0.02", "p_value: -0.02"),
        "line 34, me2026: outcomes[1].p_value is '-0.02', not a number from 0 to 1; look it up again, or leave it out.",
    ),
    "p without its sign": (
        ("    p_operator: '='\n", ""),
        "line 33, me2026: outcomes[1] has p_value but no p_operator; add it as printed, such as '<' and 0.001.",
    ),
    "scale upside down": (
        ("scale_max: 10\n", "scale_max: 0\n"),
        "line 32, me2026: outcomes[1] has a scale from 0 to 0; give the lower end as scale_min.",
    ),
    "DOI with its address": (
        ("doi: 10.1234/abcd", "doi: https://doi.org/10.1234/abcd"),
        "line 7, me2026: doi is 'https://doi.org/10.1234/abcd', not a DOI; write it like 10.1155/2012/753583, "
        "without https://doi.org/.",
    ),
    "year of two digits": (
        ("year: 2026", "year: 26"),
        "line 6, me2026: year is '26', not a whole number from 1900 to 2100; look it up again, or leave it out.",
    ),
    "field twice": (
        ("  year: 2026\n", "  year: 2026\n  year: 2025\n"),
        "line 7, me2026: year stands here twice; keep one.",
    ),
    "yes for true": (
        ("randomised: true", "randomised: yes"),
        "line 9, me2026: randomised is 'yes', not true or false; write one of them, or leave it out.",
    ),
    "number for words": (
        ("title: A mat and a waiting list", "title: 2012"),
        "line 4, me2026: title is '2012', not text; put it in quotation marks.",
    ),
    "list for a group": (
        ("comparator: {type: waiting_list}", "comparator: [waiting_list]"),
        "line 22, me2026: comparator is a list, not a group of fields; write them below it, one a line, such as type.",
    ),
    "no title": (
        ("  title: A mat and a waiting list\n", ""),
        "line 1, me2026: the record has no title; add it, or topic: with your own words for what it is about.",
    ),
    "nothing where something is needed": (
        ("    result: favours_mat\n", ""),
        "line 24, me2026: outcomes[1] has no result; add it.",
    ),
}


@pytest.mark.parametrize(("change", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_refused_with_file_line_record_value_and_what_to_do(change: tuple[str, str], message: str) -> None:
    with pytest.raises(FileError) as refused:
        only(changed(SOUND, change))
    assert str(refused.value) == f"mine.yaml, {message}"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("metric: SMD", "metric: SMD\n    unit: cm"),
            "line 18, review2026: effects[1] is measured as SMD, which has no unit such as cm; leave unit out.",
        ),
        (
            ("metric: SMD", "metric: smd"),
            "line 17, review2026: effects[1].metric is 'smd', not one of SMD, Hedges_g, effect_size, MD, WMD, RR, OR, "
            "arm_means, percent_responders, percent_change, percent_change_in_effect, SMD_decrease_per_3_months, "
            "difference_in_skewness, interaction; choose one.",
        ),
        (
            ("metric: SMD", "metric: MD\n    scale: [100, 0]"),
            "line 18, review2026: effects[1].scale is no scale; give its two ends, the lower first, such as [0, 100].",
        ),
        (
            ("against: usual_care", "against: usual care"),
            "line 15, review2026: effects[1].against is 'usual care', not one of nothing, usual_care, sham, rest, "
            "active, itself, mixed, unknown; did you mean usual_care?",
        ),
        (
            ("  source: https://example.org/paper\n  seen: abstract\n", ""),
            "line 9, review2026: population.n_total is 500, and no page is named on which it was seen; write "
            "{value: 500, source: https://..., seen: abstract}, or leave it out.",
        ),
    ],
)
def test_a_mistake_in_an_effect_is_refused_too(change: tuple[str, str], message: str) -> None:
    with pytest.raises(FileError) as refused:
        only(changed(REVIEW, change))
    assert str(refused.value) == f"mine.yaml, {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SOUND + SOUND, "line 53: id 'me2026' was taken in line 1; give each record an id of its own."),
        (changed(SOUND, ("id: me2026", "id: Me 2026")), "line 1: id is 'Me 2026', not an id; write it like"),
        (changed(SOUND, ("id: me2026\n  ", "")), "line 1: record 1 has no id; add it."),
        ("", "mine.yaml is empty; it holds a list of records, each beginning with - id."),
        ("id: me2026\n", "line 1: the file is a group of fields, not a list; start each item with a dash."),
        ("- just words\n", "line 1: record 1 is 'just words', not a group of fields"),
        ("- id: [me\n", "line 2, column 1: this is no YAML (did not find expected ',' or ']'); compare it"),
        ("- id: \x01\n", "mine.yaml is no YAML ("),
    ],
)
def test_a_file_that_holds_no_records_is_refused(text: str, message: str) -> None:
    with pytest.raises(FileError) as refused:
        read_records(text, "mine.yaml")
    assert str(refused.value).startswith(message if message.startswith("mine") else f"mine.yaml, {message}")
