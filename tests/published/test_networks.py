"""Networks printed elsewhere, and the same networks by metafor.

- Senn, Gavini, Magrez and Scheen (2013), doi:10.1177/0962280211432220: ten treatments of diabetes in 26 trials. The 28
  differences in HbA1c with their standard errors to four digits are those that the R package netmeta carries as
  Senn2013; the figures are netmeta's for it (Balduzzi et al. 2023, doi:10.18637/jss.v106.i02), and the P-scores those
  of Rücker and Schwarzer (2015), doi:10.1186/s12874-015-0060-8.
- Franchini et al. (2012), doi:10.1002/jrsm.1049: Parkinson's disease, five treatments in seven trials. The figures are
  those of NICE DSU Technical Support Document 2 (Dias et al. 2011), common effects, by simulation.
- Hasselblad (1998), doi:10.1177/0272989X9801800110: giving up smoking. The figures are those of the analysis on the
  help page of metadat's dat.hasselblad1998.

``networks/referee.R`` runs metafor over seven networks of metadat and writes ``networks/referee.json``.
"""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from pinprick.evidence.network import NetworkSynthesis, network, pairs_of_arms

HERE = Path(__file__).parent / "networks"
REFEREE = json.loads((HERE / "referee.json").read_text(encoding="utf-8"))


def senn(method: str) -> NetworkSynthesis:
    with (HERE / "senn2013.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return network(
        [row["treat1"] for row in rows],
        [row["treat2"] for row in rows],
        [float(row["yi"]) for row in rows],
        [float(row["sei"]) ** 2 for row in rows],
        studies=[row["study"] for row in rows],
        reference="placebo",
        method=method,
    )


def of_referee(name: str, method: str) -> NetworkSynthesis:
    found = REFEREE[name]
    pairs = pairs_of_arms(*zip(*found["arms"], strict=True))
    return network(*pairs[:4], studies=pairs.studies, reference=found["reference"], method=method)


def test_diabetes_the_network_and_how_far_its_trials_and_designs_differ() -> None:
    part = senn("DL").parts[0]
    assert (part.k_studies, part.n_comparisons, len(part.treatments), len(part.designs)) == (26, 28, 10, 15)
    assert (round(part.tau2, 4), round(part.i2, 1)) == (0.1087, 81.4)
    assert (round(part.q, 2), part.q_df) == (96.99, 18)
    assert (round(part.q_within, 2), part.q_within_df) == (74.46, 11)
    assert (round(part.q_between, 2), part.q_between_df, round(part.q_between_p, 4)) == (22.53, 7, 0.0021)


def test_diabetes_the_interaction_of_design_and_treatment() -> None:
    test = senn("DL").inconsistency
    assert test is not None
    assert (round(test.q, 2), test.df, round(test.p, 4)) == (2.19, 7, 0.9483)
    assert (round(math.sqrt(test.tau2), 4), round(test.tau2, 4)) == (0.3797, 0.1442)


@pytest.mark.parametrize(
    ("treatment", "estimate", "low", "high"),
    [
        ("acarbose", -0.8274, -1.0401, -0.6147),
        ("benfluorex", -0.9052, -1.1543, -0.6561),
        ("metformin", -1.1141, -1.2309, -0.9973),
        ("miglitol", -0.9439, -1.1927, -0.6952),
        ("pioglitazone", -1.0664, -1.2151, -0.9178),
        ("rosiglitazone", -1.2018, -1.2953, -1.1084),
    ],
)
def test_diabetes_common_effects_against_placebo(treatment: str, estimate: float, low: float, high: float) -> None:
    found = senn("FE").compare(treatment, "placebo")
    assert (round(found.estimate, 4), round(found.low, 4), round(found.high, 4)) == (estimate, low, high)


@pytest.mark.parametrize(
    ("treatment", "estimate", "low", "high"),
    [
        ("acarbose", -0.8418, -1.3236, -0.3600),
        ("metformin", -1.1268, -1.4291, -0.8244),
        ("pioglitazone", -1.1291, -1.5596, -0.6986),
    ],
)
def test_diabetes_random_effects_against_placebo(treatment: str, estimate: float, low: float, high: float) -> None:
    found = senn("DL").compare(treatment, "placebo")
    assert (round(found.estimate, 4), round(found.low, 4), round(found.high, 4)) == (estimate, low, high)


def test_diabetes_p_scores() -> None:
    printed = {
        "rosiglitazone": 0.8934,
        "metformin": 0.7818,
        "pioglitazone": 0.7746,
        "miglitol": 0.6137,
        "acarbose": 0.5203,
        "benfluorex": 0.4358,
        "vildagliptin": 0.4232,
        "sitagliptin": 0.3331,
        "sulfonylurea": 0.2103,
        "placebo": 0.0139,
    }
    found = senn("DL").parts[0].p_scores
    assert {name: round(score, 4) for name, score in found.items()} == printed
    assert list(found) == list(printed)


@pytest.mark.parametrize(
    ("treatment", "mean", "sd"),
    [
        ("Pramipexole", -1.81, 0.33),
        ("Ropinirole", -0.47, 0.49),
        ("Bromocriptine", -0.52, 0.48),
        ("Cabergoline", -0.82, 0.52),
    ],
)
def test_parkinson_common_effects_against_placebo(treatment: str, mean: float, sd: float) -> None:
    """The means are of simulations, whose error shows in the second digit: -0.478 is printed as -0.47."""
    found = of_referee("franchini2012", "FE").compare(treatment, "Placebo")
    assert round(found.se, 2) == sd
    assert found.estimate == pytest.approx(mean, abs=0.01)


def test_parkinson_the_residual_deviance_is_the_misfit_and_its_four_parameters() -> None:
    assert round(of_referee("franchini2012", "FE").q + 4, 1) == 6.3


def test_smoking_random_effects_against_no_contact() -> None:
    net = of_referee("hasselblad1998", "REML")
    assert round(net.tau2, 4) == 0.4324
    printed = {
        "self_help": (0.3888, 0.3221),
        "ind_counseling": (0.6864, 0.1904),
        "grp_counseling": (0.8438, 0.3641),
    }
    for treatment, (estimate, se) in printed.items():
        found = net.compare(treatment, "no_contact")
        assert (round(found.estimate, 4), round(found.se, 4)) == (estimate, se)


@pytest.mark.parametrize("name", REFEREE)
def test_common_effects_agree_with_metafor(name: str) -> None:
    net, found = of_referee(name, "FE"), REFEREE[name]
    part = net.parts[0]
    assert part.treatments == (found["reference"], *found["treatments"])
    assert part.estimates[1:, 0] == pytest.approx(found["common"], rel=1e-9)
    assert part.se[1:, 0] == pytest.approx(found["common_se"], rel=1e-9)
    assert (net.q, net.q_df) == (pytest.approx(found["q"], rel=1e-9), found["q_df"])
    assert net.q_within == pytest.approx(found["q_within"], rel=1e-9)


@pytest.mark.parametrize("name", REFEREE)
def test_random_effects_agree_with_metafor(name: str) -> None:
    """To what its optimiser leaves: heterogeneity to 1e-4, the rest to 1e-6."""
    net, found = of_referee(name, "REML"), REFEREE[name]
    part = net.parts[0]
    assert net.tau2 == pytest.approx(found["tau2"], rel=1e-4, abs=1e-8)
    assert part.estimates[1:, 0] == pytest.approx(found["random"], rel=1e-6, abs=1e-6)
    assert part.se[1:, 0] == pytest.approx(found["random_se"], rel=1e-6)


@pytest.mark.parametrize("name", REFEREE)
def test_the_consistency_of_designs_agrees_with_metafor(name: str) -> None:
    test = of_referee(name, "REML").inconsistency
    wald, df, tau2 = REFEREE[name]["wald"]
    assert test is not None
    assert (test.q, test.df) == (pytest.approx(wald, rel=1e-6), df)
    assert test.tau2 == pytest.approx(tau2, rel=1e-4, abs=1e-8)


@pytest.mark.parametrize("name", REFEREE)
def test_every_node_split_agrees_with_metafor(name: str) -> None:
    net = of_referee(name, "REML")
    found = {frozenset(split[:2]): split for split in REFEREE[name]["splits"]}
    assert {frozenset((split.treat1, split.treat2)) for split in net.splits} == set(found)
    for split in net.splits:
        one, _other, difference, se = found[frozenset((split.treat1, split.treat2))]
        sign = 1 if split.treat1 == one else -1
        assert split.difference == pytest.approx(sign * difference, rel=1e-6, abs=1e-6)
        assert split.difference_se == pytest.approx(se, rel=1e-6)


def test_differences_and_groups_of_the_same_network_agree_to_the_digits_of_the_differences() -> None:
    groups = of_referee("senn2013", "REML")
    for contrast in senn("REML").contrasts:
        same = groups.compare(contrast.treat1, contrast.treat2)
        assert contrast.estimate == pytest.approx(same.estimate, abs=1e-4)
        assert contrast.se == pytest.approx(same.se, abs=1e-4)


def test_the_referee_has_trials_of_three_in_most_networks() -> None:
    sizes = {
        name: np.unique([arm[0] for arm in found["arms"]], return_counts=True)[1] for name, found in REFEREE.items()
    }
    assert len(sizes) == 7
    assert sum(bool((size > 2).any()) for size in sizes.values()) >= 6
