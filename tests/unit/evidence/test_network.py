"""A network against what a few trials give by hand, however they are written down, and in parts."""

import json
import math
from itertools import permutations

import numpy as np
import pytest
from scipy import optimize, stats

from pinprick.errors import ComputationError
from pinprick.evidence.network import network, pairs_of_arms

# mat, needle, sham, rest and waiting; one trial of three; nobody compared mat with rest or with needle
ROWS = [
    ("A", "mat", "wait", -1.30, 0.30),
    ("B", "mat", "wait", -1.90, 0.40),
    ("C", "rest", "wait", -0.60, 0.20),
    ("D", "needle", "sham", -0.58, 0.03),
    ("E", "needle", "wait", -1.40, 0.10),
    ("E", "sham", "wait", -0.90, 0.12),
    ("E", "needle", "sham", -0.50, 0.09),
    ("F", "sham", "rest", -0.10, 0.25),
    ("G", "needle", "wait", -1.00, 0.15),
]


def fit(rows=ROWS, **settings):
    studies, treat1, treat2, yi, vi = zip(*rows, strict=True)
    return network(treat1, treat2, yi, vi, studies=studies, **settings)


def test_an_indirect_comparison_is_the_difference_of_two_direct_ones():
    """Bucher et al. 1997."""
    net = fit([ROWS[0], ROWS[2]], method="FE")
    mat = net.compare("mat", "rest")
    assert mat.estimate == pytest.approx(-1.30 + 0.60)
    assert mat.se**2 == pytest.approx(0.30 + 0.20)
    assert mat.p == pytest.approx(2 * stats.norm.sf(0.70 / math.sqrt(0.50)))
    assert (mat.n_direct, mat.proportion_direct, mat.direct) == (0, 0.0, None)
    assert mat.path == ("mat", "wait", "rest")


def test_a_comparison_nobody_made_says_what_it_rests_on():
    mat = fit().compare("mat", "rest")
    assert mat.caveats == (
        "No trial compared mat with rest.",
        "The shortest link is 2 trials of mat and wait and 1 trial of wait and rest.",
        "That holds only if those trials are alike in all else that matters.",
    )


def test_a_comparison_made_once_names_its_trial():
    assert "Only one trial compared sham with rest: F." in fit().compare("sham", "rest").caveats
    assert fit().compare("mat", "wait").caveats == ()


def test_a_comparison_mostly_from_elsewhere_says_so():
    small = [(*row[:4], 0.6) if row[0] == "F" else row for row in ROWS]
    rest = fit(small).compare("sham", "rest")
    assert rest.n_direct == 1
    assert rest.proportion_direct < 0.5
    assert any(caveat.startswith("Most of this comparison") for caveat in rest.caveats)


@pytest.mark.parametrize("method", ["FE", "DL", "PM", "REML"])
def test_two_treatments_are_an_ordinary_synthesis(method):
    rng = np.random.default_rng(3)
    vi = rng.uniform(0.02, 0.2, 9)
    yi = rng.normal(-0.5, np.sqrt(vi + 0.2))
    net = network(["mat"] * 9, ["rest"] * 9, yi, vi, studies=[str(i) for i in range(9)], method=method)

    def q(tau2):
        w = 1 / (vi + tau2)
        return w @ (yi - w @ yi / w.sum()) ** 2

    def minus_restricted(tau2):
        w = 1 / (vi + tau2)
        return -0.5 * (np.log(w).sum() - np.log(w.sum()) - q(tau2))

    w = 1 / vi
    by_hand = {
        "FE": lambda: 0.0,
        "DL": lambda: (q(0) - 8) / (w.sum() - w @ w / w.sum()),
        "PM": lambda: optimize.brentq(lambda tau2: q(tau2) - 8, 0, 10, xtol=1e-14),
        "REML": lambda: optimize.minimize_scalar(minus_restricted, bounds=(0, 5), method="bounded").x,
    }
    tau2 = by_hand[method]()
    assert net.tau2 == pytest.approx(tau2, rel=1e-4 if method == "REML" else 1e-9)
    w = 1 / (vi + net.tau2)
    assert net.compare("mat", "rest").estimate == pytest.approx(w @ yi / w.sum())
    assert net.compare("mat", "rest").se == pytest.approx(w.sum() ** -0.5)
    assert net.q == pytest.approx(q(0))
    assert net.i2 == pytest.approx(100 * (1 - 8 / q(0)))


def test_the_restricted_likelihood_is_highest_where_it_says():
    """Written out with matrices: y ~ N(X d, S + tau2 G), one block for the trial of three."""
    net = fit([*ROWS, ("H", "mat", "sham", 0.8, 0.1), ("I", "rest", "wait", 0.5, 0.1)])
    order = ["needle", "sham", "mat", "rest"]  # against wait
    X, y, S = [], [], []
    extra = [("H", "mat", "sham", 0.8, 0.1), ("I", "rest", "wait", 0.5, 0.1)]
    for study, one, other, effect, variance in [*ROWS, *extra]:
        if study != "E" or (one, other) != ("needle", "sham"):
            X.append([float(name == one) - float(name == other) for name in order])
            y.append(effect)
            S.append(variance)
    X, y, S = np.array(X), np.array(y), np.diag(S)
    G = np.eye(len(y))
    S[4, 5] = S[5, 4] = (0.10 + 0.12 - 0.09) / 2
    G[4, 5] = G[5, 4] = 0.5

    def restricted(tau2):
        W = np.linalg.inv(S + tau2 * G)
        A = X.T @ W @ X
        r = y - X @ np.linalg.solve(A, X.T @ W @ y)
        return 0.5 * (np.linalg.slogdet(W)[1] - np.linalg.slogdet(A)[1] - r @ W @ r)

    assert net.tau2 > 0.05
    slope = (restricted(net.tau2 + 1e-5) - restricted(net.tau2 - 1e-5)) / 2e-5
    assert slope == pytest.approx(0, abs=1e-5)
    W = np.linalg.inv(S + net.tau2 * G)
    covariance = np.linalg.inv(X.T @ W @ X)
    for name, estimate, se in zip(order, covariance @ X.T @ W @ y, np.sqrt(np.diag(covariance)), strict=True):
        assert net.compare(name, "wait").estimate == pytest.approx(estimate, rel=1e-9)
        assert net.compare(name, "wait").se == pytest.approx(se, rel=1e-9)


def test_order_direction_and_reference_change_nothing():
    net = fit()
    turned = [(study, two, one, -yi, vi) for study, one, two, yi, vi in reversed(ROWS)]
    for other in (fit(turned), fit(reference="rest"), fit(reference="needle")):
        for contrast in net.contrasts:
            same = other.compare(contrast.treat1, contrast.treat2)
            assert same.estimate == pytest.approx(contrast.estimate, abs=1e-10)
            assert same.se == pytest.approx(contrast.se)
            assert same.proportion_direct == pytest.approx(contrast.proportion_direct)
        assert other.tau2 == pytest.approx(net.tau2, abs=1e-10)
        assert other.q_between == pytest.approx(net.q_between)
        assert other.inconsistency.q == pytest.approx(net.inconsistency.q)
        assert other.ranking["mat"].p_score == pytest.approx(net.ranking["mat"].p_score)


def test_a_comparison_turned_round_is_its_negative():
    net = fit()
    one, other = net.compare("needle", "sham"), net.compare("sham", "needle")
    assert (one.estimate, one.low) == (-other.estimate, -other.high)
    assert one.direct.estimate == -other.direct.estimate
    assert one.split.difference == -other.split.difference
    assert one.split.low == -other.split.high
    assert one.p == other.p


def test_a_trial_of_three_counts_once_however_it_is_written():
    arms = {"needle": (3.1, 0.035), "sham": (3.6, 0.055), "wait": (4.5, 0.065)}
    alone = [row for row in ROWS if row[0] != "E"]
    pairs = pairs_of_arms(["E"] * 3, list(arms), [m for m, _v in arms.values()], [v for _m, v in arms.values()])
    all_pairs = fit([*alone, *zip(pairs.studies, *pairs[:4], strict=True)])
    two = [("E", "needle", "wait", -1.4, 0.1), ("E", "sham", "wait", -0.9, 0.12)]
    given = fit([*alone, *two], covariances={"E": [[0.1, 0.065], [0.065, 0.12]]})
    chain = [("E", "wait", "sham", 0.9, 0.12), ("E", "needle", "sham", -0.5, 0.09)]
    other = fit([*alone, *chain], covariances={"E": [[0.12, 0.055], [0.055, 0.09]]})
    for net in (given, other):
        assert net.tau2 == pytest.approx(all_pairs.tau2, abs=1e-9)
        assert net.q == pytest.approx(all_pairs.q)
        for contrast in all_pairs.contrasts:
            same = net.compare(contrast.treat1, contrast.treat2)
            assert same.estimate == pytest.approx(contrast.estimate)
            assert same.se == pytest.approx(contrast.se)
    assert all_pairs.compare("needle", "wait").n_direct == given.compare("needle", "wait").n_direct == 2


def test_counting_a_trial_of_three_as_three_would_be_too_sure():
    apart = [("E" + str(i) if row[0] == "E" else row[0], *row[1:]) for i, row in enumerate(ROWS)]
    assert fit(method="FE").compare("needle", "sham").se > fit(apart, method="FE").compare("needle", "sham").se


def test_a_trial_of_four_enters_as_its_groups_would():
    means, variances = [1.0, 1.4, 2.0, 2.9], [0.1, 0.2, 0.15, 0.05]
    names = ["a", "b", "c", "d"]
    pairs = pairs_of_arms(["S"] * 4, names, means, variances)
    net = network(*pairs[:4], studies=pairs.studies, method="FE")
    for i, j in permutations(range(4), 2):
        contrast = net.compare(names[i], names[j])
        assert contrast.estimate == pytest.approx(means[i] - means[j])
        assert contrast.se**2 == pytest.approx(variances[i] + variances[j])
    assert (net.q_df, net.k_studies, net.n_comparisons) == (0, 1, 6)


def test_a_covariance_that_is_not_given_is_assumed_and_said():
    rows = [row for row in ROWS if row[:3] != ("E", "needle", "sham")]
    net = fit(rows)
    assert net.caveats[0] == "How far comparisons within a trial share a group was assumed, not given, for E."
    assert net.compare("needle", "wait").se == pytest.approx(fit().compare("needle", "wait").se, rel=0.05)


def test_pairs_that_do_not_quite_add_up_are_said():
    rows = [(*row[:3], row[3] - 0.15 * (row[:3] == ("E", "needle", "sham")), row[4]) for row in ROWS]
    assert any("do not quite add up, for E" in caveat for caveat in fit(rows).caveats)


def test_a_network_in_parts_answers_each_as_if_it_stood_alone_and_names_the_gap():
    apart = [("X", "cup", "pad", 0.3, 0.1), ("Y", "cup", "pad", 0.9, 0.1)]
    net, one, other = fit([*apart, *ROWS]), fit(), fit(apart)
    assert not net.is_connected
    assert net.caveats[0] == (
        "The network falls into 2 parts that no trial links: wait, mat, needle, rest and sham; cup and pad."
    )
    for alone in (one, other):
        for contrast in alone.contrasts:
            assert net.compare(contrast.treat1, contrast.treat2) == contrast
    assert net.tau2 == one.tau2  # of the larger part
    assert net.k_studies == 9
    i, j = net.treatments.index("cup"), net.treatments.index("mat")
    assert math.isnan(net.estimates[i, j])
    assert math.isnan(net.directness[i, j])
    with pytest.raises(ComputationError, match="No chain of trials links cup with mat"):
        net.compare("cup", "mat")
    assert fit([*apart, *ROWS], reference="cup").parts[0].treatments == ("cup", "pad")


def test_the_matrices_hold_what_compare_says():
    net = fit(level=90)
    for contrast in net.contrasts:
        i, j = net.treatments.index(contrast.treat1), net.treatments.index(contrast.treat2)
        assert (net.estimates[i, j], net.se[i, j]) == (contrast.estimate, contrast.se)
        assert net.low[i, j] == pytest.approx(contrast.low)
        assert net.high[i, j] == pytest.approx(contrast.high)
        assert net.directness[i, j] == net.directness[j, i] == pytest.approx(contrast.proportion_direct)
        assert contrast.high - contrast.low == pytest.approx(2 * 1.6448536 * contrast.se)


def test_the_misfit_adds_up_over_designs():
    part = fit().parts[0]
    assert part.q == pytest.approx(part.q_within + part.q_between)
    assert part.q_df == part.q_within_df + part.q_between_df
    # only mat–wait was repeated, and needle–wait twice in designs of their own
    assert (part.q_within_df, part.q_within) == (1, pytest.approx(0.6**2 / 0.7))


def test_trials_that_agree_leave_nothing_between_designs():
    rows = [("1", "a", "b", 1.0, 0.1), ("2", "b", "c", 1.0, 0.2), ("3", "a", "c", 2.0, 0.3)]
    net = fit(rows)
    assert net.q_between == pytest.approx(0, abs=1e-12)
    assert net.inconsistency.p == pytest.approx(1.0)
    assert all(abs(split.difference) < 1e-10 for split in net.splits)


def test_a_loop_that_contradicts_itself_is_found_and_named():
    rows = [("1", "a", "b", 1.0, 0.01), ("2", "b", "c", 1.0, 0.02), ("3", "a", "c", 0.5, 0.03)]
    net = fit(rows, method="FE")
    z = 1.5 / math.sqrt(0.06)
    assert net.inconsistency.q == pytest.approx(z**2)
    assert net.inconsistency.p == pytest.approx(2 * stats.norm.sf(z))
    for split in net.splits:  # in one loop every edge tells the same story
        assert abs(split.difference) == pytest.approx(1.5)
        assert split.p == pytest.approx(2 * stats.norm.sf(z))
    assert any("Trials of different designs disagree beyond chance" in caveat for caveat in net.caveats)
    assert any(caveat.startswith("Direct and indirect evidence disagree on") for caveat in net.caveats)
    assert any("disagree with what the rest of the network implies" in said for said in net.compare("a", "c").caveats)


def test_without_a_trial_of_three_splitting_is_taking_the_direct_evidence_back():
    rows = [row for row in ROWS if row[0] != "E"]
    net = fit([*rows, ("H", "mat", "needle", 0.2, 0.2)])
    for split in net.splits:
        whole, direct = net.compare(split.treat1, split.treat2), net.compare(split.treat1, split.treat2).direct
        precision = whole.se**-2 - direct.se**-2
        indirect = (whole.estimate / whole.se**2 - direct.estimate / direct.se**2) / precision
        assert split.direct == pytest.approx(direct.estimate)
        assert split.direct_se == pytest.approx(direct.se)
        assert split.indirect == pytest.approx(indirect)
        assert split.indirect_se == pytest.approx(precision**-0.5)
        assert split.difference_se == pytest.approx(math.hypot(split.direct_se, split.indirect_se))


def test_an_edge_without_another_way_round_has_no_split():
    assert fit().compare("mat", "wait").split is None
    assert {frozenset((split.treat1, split.treat2)) for split in fit().splits} == {
        frozenset(pair)
        for pair in [("wait", "needle"), ("wait", "rest"), ("wait", "sham"), ("needle", "sham"), ("rest", "sham")]
    }


def test_without_a_closed_loop_nothing_checks_consistency_and_that_is_said():
    net = fit(ROWS[:3])
    assert net.inconsistency is None
    assert net.splits == ()
    assert any(caveat.startswith("No loop of trials is closed") for caveat in net.caveats)


def test_heterogeneity_that_cannot_be_told_is_said():
    net = fit([ROWS[0], ROWS[2]])
    assert net.tau2 == 0
    assert any("How much trials differ cannot be told here" in caveat for caveat in net.caveats)
    assert math.isnan(net.compare("mat", "rest").prediction_low)
    assert net.to_dict()["comparisons"][0]["prediction_low"] is None


def test_comparisons_nobody_made_are_counted():
    assert "4 of 10 comparisons were made in no trial. They rest on indirect evidence alone." in fit().caveats


def test_single_trials_are_named_while_they_are_few():
    assert "One trial alone compared wait – rest (C), wait – sham (E) and rest – sham (F)." in fit().caveats
    star = [(str(i), f"t{i}", "wait", 0.1 * i, 0.1) for i in range(6)]
    assert "6 comparisons were made in one trial each." in fit(star).caveats


def test_one_row_is_a_network_of_two():
    net = fit(ROWS[:1])
    mat = net.compare("mat", "wait")
    assert (mat.estimate, mat.se, mat.n_direct) == (pytest.approx(-1.3), pytest.approx(math.sqrt(0.3)), 1)
    assert mat.proportion_direct == pytest.approx(1.0)
    assert net.ranking["mat"].probability_best == pytest.approx(stats.norm.cdf(1.3 / math.sqrt(0.3)), abs=1e-6)


def test_names_written_in_two_ways_are_said():
    rows = [("A", "Mat", "wait", -1.0, 0.1), ("B", "mat", "wait", -1.2, 0.1), ("C", "mat ", "wait", -1.1, 0.1)]
    net = fit(rows)
    assert "Mat and mat count as different treatments. If they are one, write it one way." in net.caveats
    assert set(net.treatments) == {"Mat", "mat", "wait"}  # a blank at the end makes no third


def test_rank_probabilities_fill_every_rank_and_every_treatment():
    part = fit().parts[0]
    ranking = part.ranking
    table = np.array([rank.probability for rank in ranking.ranks])
    assert table.sum(axis=1) == pytest.approx(np.ones(5))
    assert table.sum(axis=0) == pytest.approx(np.ones(5), abs=8 * ranking.error)
    assert sum(rank.p_score for rank in ranking.ranks) == pytest.approx(2.5)
    assert ranking.error < 0.01
    for rank in ranking.ranks:
        mean = sum((place + 1) * p for place, p in enumerate(rank.probability))
        assert mean == pytest.approx(rank.mean_rank, abs=20 * ranking.error)
        assert 1 <= rank.low <= rank.mean_rank <= rank.high <= 5


def test_rank_probabilities_agree_with_drawing_from_the_joint_distribution():
    part = fit().parts[0]
    rng = np.random.default_rng(11)
    draws = rng.multivariate_normal(part.estimates[1:, 0], part.covariance, 200_000)
    order = np.argsort(np.hstack([np.zeros((200_000, 1)), draws]), axis=1)
    for rank in part.ranking.ranks:
        at = part.treatments.index(rank.treatment)
        drawn = (order == at).mean(axis=0)
        assert rank.probability == pytest.approx(drawn, abs=4 * part.ranking.error + 0.003)


def test_higher_is_better_turns_the_ranking_round():
    low, high = fit(), fit(lower_is_better=False)
    names = [rank.treatment for rank in low.ranking.ranks]
    assert [rank.treatment for rank in high.ranking.ranks] == names[::-1]
    for rank in low.ranking.ranks:
        assert high.ranking[rank.treatment].p_score == pytest.approx(1 - rank.p_score)
        assert high.ranking[rank.treatment].probability == pytest.approx(rank.probability[::-1], abs=0.02)


def test_a_ranking_is_the_same_every_time():
    assert fit().ranking == fit().ranking


def test_a_prior_for_one_person_adds_the_setting_and_the_person():
    net = fit([*ROWS, ("H", "mat", "sham", 0.8, 0.1)])
    mat = net.compare("mat", "rest")
    mean, sd = mat.as_prior(between_person_sd=1.5)
    assert mean == mat.estimate
    assert sd == pytest.approx(math.sqrt(mat.se**2 + net.tau2 + 1.5**2))
    with pytest.raises(ComputationError, match="spread between people is -1"):
        mat.as_prior(between_person_sd=-1)


def test_a_prediction_is_wider_than_the_interval_of_the_average():
    mat = fit([*ROWS, ("H", "mat", "sham", 0.8, 0.1)]).compare("mat", "rest")
    assert mat.prediction_low < mat.low < mat.high < mat.prediction_high


def test_the_dictionary_is_plain_json():
    apart = [("X", "cup", "pad", 0.3, 0.1)]
    said = json.loads(json.dumps(fit([*ROWS, *apart]).to_dict(), allow_nan=False))
    assert said["k"] == 8
    assert said["parts"] == [["wait", "mat", "needle", "rest", "sham"], ["cup", "pad"]]
    assert len(said["comparisons"]) == 11


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("A", "mat", "mat", 0.1, 0.1)], r"Row 1 \(study A\) compares mat with itself"),
        ([("A", "mat", "", 0.1, 0.1)], r"Row 1 \(study A\) leaves a treatment without a name"),
        ([("A", "mat", "rest", math.nan, 0.1)], r"Row 1 \(study A\) has the effect nan"),
        ([*ROWS, ("Z", "mat", "rest", 0.1, 0.0)], r"Row 10 \(study Z\) has the variance 0"),
        ([("A", "mat", "rest", 0.1, math.inf)], "has the variance inf"),
        ([ROWS[0], ("A", "wait", "mat", 1.2, 0.3)], "Study A compares mat with wait twice"),
        ([*ROWS[:2], ("A", "rest", "sham", 0.1, 0.1)], "study A do not link all of its treatments"),
        (
            [("A", "a", "b", 1.0, 0.1), ("A", "b", "c", 1.0, 0.1), ("A", "a", "c", -2.0, 0.1)],
            "comparisons of study A contradict each other by .* standard errors",
        ),
        (
            [("A", "a", "b", 1.0, 0.1), ("A", "b", "c", 1.0, 0.1), ("A", "a", "c", 2.0, 0.9)],
            "variances of study A cannot come from one trial of 3 treatments",
        ),
    ],
)
def test_a_bad_row_is_named_in_one_line(rows, said):
    with pytest.raises(ComputationError, match=said) as caught:
        fit(rows)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"method": "EB"}, "method 'EB' is none of FE, DL, PM or REML"),
        ({"level": 0}, "level is 0 %"),
        ({"reference": "placebo"}, "reference 'placebo' is in no trial; take one of mat, needle, rest, sham or wait"),
        ({"covariances": {"Q": [[1.0]]}}, "covariance for study Q, which has no row"),
        ({"covariances": {"E": [[0.1, 0.0], [0.0, 0.1]]}}, "has to be a symmetric 3 by 3 matrix"),
    ],
)
def test_a_bad_setting_is_named(settings, said):
    with pytest.raises(ComputationError, match=said):
        fit(**settings)


def test_columns_of_different_length_are_refused():
    with pytest.raises(ComputationError, match="have 2, 1, 2, 2 and 2 rows"):
        network(["a", "b"], ["c"], [1, 2], [1, 1], studies=["1", "2"])
    with pytest.raises(ComputationError, match="no comparison to pool"):
        network([], [], [], [], studies=[])
    with pytest.raises(ComputationError, match="Study A has one group only"):
        pairs_of_arms(["A"], ["mat"], [1.0], [0.1])
    with pytest.raises(ComputationError, match="have 1, 2, 1 and 1 rows"):
        pairs_of_arms(["A"], ["mat", "rest"], [1.0], [0.1])


def test_a_name_that_is_not_there_gets_the_list_of_those_that_are():
    net = fit()
    with pytest.raises(ComputationError, match="no treatment 'cup' in this network; it has wait, mat, needle"):
        net.compare("mat", "cup")
    with pytest.raises(ComputationError, match="cannot be compared with itself"):
        net.compare("mat", "mat")
    with pytest.raises(ComputationError, match="no treatment 'cup' in this ranking"):
        net.ranking["cup"]
