"""`pinprick synthesise` from the terminal: its words, its contract, its page and pictures, and its refusals."""

import hashlib
import json
import math
import os
import re
import subprocess
import sys
from base64 import b64encode
from html import unescape

import pytest

from pinprick import cli
from tests.unit.test_page import Outline

BCG = """\
slab,ai,bi,ci,di,ablat,alloc
Aronson 1948,4,119,11,128,44,random
Ferguson 1949,6,300,29,274,55,random
Rosenthal 1960,3,228,11,209,42,random
Hart 1977,62,13536,248,12619,52,random
Frimodt-Moller 1973,33,5036,47,5761,13,alternate
Stein 1953,180,1361,372,1079,44,alternate
Vandiviere 1973,8,2537,10,619,19,random
Madras 1980,505,87886,499,87892,13,random
Coetzee 1968,29,7470,45,7232,27,random
Rosenthal 1961,17,1699,65,1600,42,systematic
Comstock 1974,186,50448,141,27197,18,systematic
Comstock 1969,5,2493,3,2338,33,systematic
Comstock 1976,27,16886,29,17825,33,systematic
"""
"""Thirteen trials of BCG against tuberculosis: Colditz and others (1994), doi:10.1001/jama.1994.03510330076038."""

EFFECTS = "slab,yi,vi\nAsh 1999,-0.5,0.04\nBirch 2003,-0.2,0.09\nCedar 2010,-0.9,0.05\n"
NETWORK = """\
study,treat1,treat2,yi,vi
A,mat,wait,-1.3,0.3
B,mat,wait,-1.9,0.4
C,rest,wait,-0.6,0.2
D,needle,wait,-1.5,0.1
D,needle,mat,-0.1,0.2
D,mat,wait,-1.4,0.2
E,rest,needle,0.8,0.3
"""
KEYS = [
    *("k", "measure", "method", "estimate", "se", "low", "high", "p", "tau2", "tau2_low", "tau2_high"),
    *("i2", "q", "q_p", "prediction"),
]


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run ``pinprick synthesise`` on a text; what comes back is its exit code, standard output and error."""

    def pinprick(content, *words, name="trials.csv"):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["pinprick", "synthesise", name, *map(str, words)])
        code = 0
        try:
            cli.main()
        except SystemExit as leave:
            code = leave.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return pinprick


@pytest.fixture
def answer(run):
    """What ``--json`` printed."""

    def found(content, *words):
        code, out, err = run(content, *words, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)

    return found


# --- the contract --------------------------------------------------------------------------------------


def test_the_json_begins_with_the_promised_keys(answer):
    found = answer(EFFECTS)
    assert list(found)[: len(KEYS)] == KEYS
    assert list(found["prediction"]) == ["low", "high"]
    assert (found["k"], found["measure"], found["method"]) == (3, "GEN", "REML")
    assert [one["label"] for one in found["studies"]] == ["Ash 1999", "Birch 2003", "Cedar 2010"]


def test_bcg_gives_the_numbers_of_metafor(answer):
    """By metafor 3.8, with dat.bcg of metadat 1.2.

    r = rma(ai=tpos, bi=tneg, ci=cpos, di=cneg, measure="RR", data=dat.bcg, test="adhoc")
    print(r); predict(r); confint(r, control=list(tol=1e-12))
    """
    found = answer(BCG, "--measure", "RR")
    printed = {
        "estimate": -0.714532348365, "se": 0.180791745519, "low": -1.108443723000, "high": -0.320620973730,
        "p": 0.001920015085, "tau2": 0.313243325981, "i2": 92.221386074966, "q": 152.233008082373,
    }  # fmt: skip
    for name, value in printed.items():
        assert found[name] == pytest.approx(value, rel=1e-6), name
    assert found["tau2_low"] == pytest.approx(0.119718361, rel=1e-6)
    assert found["tau2_high"] == pytest.approx(1.111479084, rel=1e-6)
    assert found["prediction"]["low"] == pytest.approx(-1.99601697, rel=1e-6)
    assert found["prediction"]["high"] == pytest.approx(0.56695227, rel=1e-6)


def test_every_method_and_test_gives_an_answer_of_its_own(answer):
    methods = {method: answer(EFFECTS, "--method", method) for method in ("FE", "DL", "PM", "REML")}
    assert len({found["tau2"] for found in methods.values()}) == 4
    assert methods["FE"]["tau2"] == 0
    widths = {test: answer(EFFECTS, "--test", test) for test in ("z", "knha", "adhoc")}
    assert widths["z"]["high"] < widths["knha"]["high"] <= widths["adhoc"]["high"]
    assert answer(EFFECTS, "--level", "90")["high"] < answer(EFFECTS)["high"]
    assert answer(EFFECTS, "--method", "reml", "--measure", "gen") == answer(EFFECTS)


def test_ratios_stay_logarithms_in_the_json_and_are_ratios_in_the_words(run, answer):
    found = answer(BCG, "--measure", "OR")
    _code, out, _err = run(BCG, "--measure", "OR")
    assert found["estimate"] < 0
    assert found["scale"] == "log"
    assert f"an odds ratio of {math.exp(found['estimate']):.2f}." in out
    assert "worked with as logarithms" in out


def test_each_measure_reads_its_own_columns(answer):
    means = "slab,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,5,2,20,6,2.1,20\nB,4,2,30,6,2,30\nC,4.5,1.8,40,5,2,40\n"
    rates = "slab,x1i,t1i,x2i,t2i\nA,5,100,9,110\nB,3,80,8,75\n"
    pairs = "slab,ri,ni\nA,0.3,50\nB,0.1,80\n"
    totals = "slab,ai,n1i,ci,n2i\nA,5,50,9,55\nB,3,40,8,38\n"
    for content, measures in ((means, ("MD", "SMD", "ROM")), (rates, ("IRR",)), (pairs, ("COR", "ZCOR")),
                              (totals, ("OR", "RR", "RD")), (EFFECTS, ("GEN", "HR"))):  # fmt: skip
        found = {measure: answer(content, "--measure", measure) for measure in measures}
        assert {one["measure"] for one in found.values()} == set(measures)
        assert all(one["k"] >= 2 for one in found.values())
        if measures[-1] != "HR":
            assert len({one["estimate"] for one in found.values()}) == len(measures)


def test_effects_as_given_may_be_named_as_a_ratio(answer, run):
    assert answer(EFFECTS, "--measure", "RR")["estimate"] == answer(EFFECTS)["estimate"]
    _code, out, _err = run(EFFECTS, "--measure", "RR")
    assert "a risk ratio of" in out
    assert "as the logarithm of a risk ratio" in out


UNUSUAL = {
    "semicolons and decimal commas": EFFECTS.replace(",", ";").replace(".", ","),
    "tabs": EFFECTS.replace(",", "\t"),
    "a byte-order mark": b"\xef\xbb\xbf" + EFFECTS.encode(),
    "UTF-16": EFFECTS.encode("utf-16"),
    "Windows lines": EFFECTS.replace("\n", "\r\n"),
    "capitals": EFFECTS.replace("slab,yi,vi", "Slab,YI,VI"),
    "other columns": "\n".join(f"{row},{i}x" for i, row in enumerate(EFFECTS.splitlines())),
    "quotation marks": EFFECTS.replace("Ash 1999", '"Ash 1999"'),
    "another name for the name": EFFECTS.replace("slab", "study"),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_unusual_tables_are_read(answer, name):
    assert answer(UNUSUAL[name]) == answer(EFFECTS)


@pytest.mark.parametrize("missing", ["", "NA", "n/a", "-"])
def test_a_study_without_its_numbers_is_left_out_and_named(answer, missing):
    found = answer(EFFECTS + f"Dogwood 2011,{missing},0.1\n")
    assert found["k"] == 3
    assert any("Dogwood 2011" in caveat for caveat in found["caveats"])


# --- what else can be asked ----------------------------------------------------------------------------


def test_groups_moderators_and_single_studies_are_in_the_contract(answer):
    words = ("--by", "alloc", "--moderator", "ablat", "--leave-one-out", "--cumulative", "--small-study")
    found = answer(BCG, "--measure", "RR", *words)
    assert [one["group"] for one in found["subgroups"]["by"]] == ["random", "alternate", "systematic"]
    assert [one["k"] for one in found["subgroups"]["by"]] == [7, 2, 4]
    assert [one["name"] for one in found["moderators"]["coefficients"]] == ["intercept", "ablat"]
    assert [one["k"] for one in found["leave_one_out"]] == [12] * 13
    assert [one["k"] for one in found["cumulative"]] == list(range(1, 14))
    assert found["cumulative"][-1]["estimate"] == found["estimate"]
    assert set(found["small_study"]) == {"regression", "rank", "trim_and_fill"}
    assert list(found)[: len(KEYS)] == KEYS


def test_a_moderator_of_words_becomes_groups_against_the_first(answer):
    found = answer(BCG, "--measure", "RR", "--moderator", "alloc")
    names = [one["name"] for one in found["moderators"]["coefficients"]]
    assert names == ["intercept", "alloc: random, not alternate", "alloc: systematic, not alternate"]


def test_a_study_without_its_moderator_is_left_out_there_alone(answer, run):
    content = BCG.replace("128,44,", "128,,")
    found = answer(content, "--measure", "RR", "--moderator", "ablat")
    assert (found["k"], found["moderators"]["k"]) == (13, 12)
    _code, out, _err = run(content, "--measure", "RR", "--moderator", "ablat")
    assert "1 study does not say it" in out


def test_the_bayesian_reading_stands_beside_it(answer, run):
    found = answer(BCG, "--measure", "RR", "--bayes")
    assert found["bayes"]["heterogeneity"] == {"name": "half-normal", "scale": 0.5}
    assert found["bayes"]["low"] < found["estimate"] < found["bayes"]["high"]
    other = answer(BCG, "--measure", "RR", "--heterogeneity", "half-cauchy:0.1")
    assert other["bayes"]["tau_median"] < found["bayes"]["tau_median"]
    _code, out, _err = run(BCG, "--measure", "RR", "--bayes")
    assert "The chance that it lies below 1 (no difference) is over 99 in 100." in " ".join(out.split())


def test_the_words_say_what_the_json_says(run, answer):
    found = answer(EFFECTS, "--leave-one-out", "--small-study")
    code, out, err = run(EFFECTS, "--leave-one-out", "--small-study")
    told = " ".join(out.split())
    assert (code, err) == (0, "")
    assert f"runs from −{abs(found['low']):.2f} to {found['high']:.2f}" in told
    for caveat in found["caveats"]:
        assert caveat in told


# --- networks ------------------------------------------------------------------------------------------


def test_a_table_with_two_treatments_a_row_is_a_network(answer, run):
    found = answer(NETWORK, "--reference", "rest")
    assert list(found)[: len(KEYS)] == KEYS
    assert (found["k"], found["estimate"], found["reference"]) == (5, None, "rest")
    assert len(found["comparisons"]) == 6
    _code, out, _err = run(NETWORK, "--reference", "rest")
    assert "Each treatment against “rest”" in out
    assert "No study compared “rest” with “mat”" in out


def test_two_treatments_are_one_comparison(answer):
    found = answer("study,treat1,treat2,yi,vi\nA,mat,wait,-1.3,0.3\nB,mat,wait,-1.9,0.4\n", "--reference", "wait")
    assert found["estimate"] == pytest.approx((-1.3 / 0.3 - 1.9 / 0.4) / (1 / 0.3 + 1 / 0.4), rel=1e-6)


def test_which_way_is_better_turns_the_ranks(answer):
    lower, higher = (answer(NETWORK, "--better", way)["ranking"][0]["treatment"] for way in ("lower", "higher"))
    assert (lower, higher) == ("needle", "wait")


def test_a_network_in_parts_is_answered_part_by_part_and_the_gap_is_named(answer, run):
    content = NETWORK + "F,tens,sham,-0.5,0.1\n"
    assert len(answer(content)["parts"]) == 2
    code, out, _err = run(content)
    assert code == 0
    assert "linked by no study" in " ".join(out.split())
    assert "Apart from the rest: “sham”, “tens”" in out


# --- a page and pictures -------------------------------------------------------------------------------

FULL = ("--measure", "RR", "--by", "alloc", "--moderator", "ablat", "--small-study", "--leave-one-out", "--bayes")


@pytest.mark.slow
@pytest.mark.parametrize(("content", "words"), [(BCG, FULL), (NETWORK, ()), (EFFECTS, ("--cumulative",))])
def test_the_page_is_complete_asks_for_nothing_and_says_what_the_terminal_says(run, tmp_path, content, words):
    code, out, err = run(content, *words, "--html", "a.html", "--svg", "a.svg")
    assert (code, err) == (0, "")
    html = (tmp_path / "a.html").read_text(encoding="utf-8")
    outline = Outline(html)
    assert not {tag for tag, _ in outline.tags} & {"script", "iframe", "object", "embed", "img", "form", "base", "use"}
    for _tag, attributes in outline.tags:
        assert "style" not in attributes
        assert not [key for key in attributes if key.startswith("on")]
        assert (attributes.get("href") or "#").startswith(("#", "data:image/svg+xml,"))
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert b64encode(hashlib.sha256(style.encode()).digest()).decode() in html
    ids = [attributes["id"] for _tag, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = [i for _tag, a in outline.tags for i in (a.get("aria-labelledby") or "").split()]
    assert set(named) <= set(ids)
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h\d", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(th.get("scope") in ("col", "row") for th in outline.all("th"))
    page = " ".join(unescape(" ".join(outline.text)).replace("\xa0", " ").split())
    bullets = re.findall(r"• (.*?)(?=\n  •|\n\n|\Z)", out, re.DOTALL)
    assert len(bullets) > 5
    for bullet in bullets:
        assert " ".join(bullet.split()) in page
    n_pictures = html.count('<svg class="picture"')
    assert n_pictures == html.count("<figure>") == (tmp_path / "a.svg").read_text(encoding="utf-8").count("<g ")
    assert html.count("<table") >= n_pictures


@pytest.mark.slow
def test_the_same_table_gives_the_same_bytes(run, tmp_path):
    for again in "ab":
        assert run(NETWORK, "--html", f"{again}.html", "--svg", f"{again}.svg")[0] == 0
    for kind in ("html", "svg"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


@pytest.mark.slow
def test_what_the_file_holds_stays_text(run, tmp_path):
    content = "slab,yi,vi,kind\n<b>Ash</b>,-0.5,0.04,<i>x\n=1+1,-0.2,0.09,y & z\n\x1b[31mred,0.1,0.1,<i>x\n"
    content = content.replace("\x1b", "")
    assert run(content, "--by", "kind", "--html", "a.html", "--svg", "a.svg")[0] == 0
    for name in ("a.html", "a.svg"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "<b>Ash" not in text
        assert "<i>x" not in text
        assert "&lt;b&gt;Ash" in text


# --- refusals ------------------------------------------------------------------------------------------

BAD = {  # what is wrong: the file, the options, then what the one line must say
    "zero variance": (EFFECTS.replace("0.09", "0"), (), ["row 3", "vi is 0", "Birch 2003", "above 0"]),
    "a negative variance": (EFFECTS.replace("0.09", "-1"), (), ["row 3", "vi is -1"]),
    "a standard deviation of zero": (
        "slab,m1i,sd1i,n1i,m2i,sd2i,n2i\nA,5,0,20,6,2,20\n", ("--measure", "MD"), ["row 2", "sd1i is 0"]),
    "text in a number": (EFFECTS.replace("-0.2", "low"), (), ["row 3", "yi is 'low'", "0.25", "empty"]),
    "infinity": (EFFECTS.replace("-0.2", "inf"), (), ["row 3", "yi is 'inf'"]),
    "a study twice": (EFFECTS + EFFECTS.splitlines()[1], (), ["Ash 1999", "twice", "rows 2, 5"]),
    "columns missing": ("slab,ai,bi\nA,1,2\n", ("--measure", "OR"), ["lacks ci, di", "OR", "ai bi ci di"]),
    "another measure's columns": (BCG, (), ["lacks yi, vi", "GEN", "--measure OR or RR or RD"]),
    "no number at all": ("slab,yi,vi\nA,,\n", (), ["yi"]),
    "an unknown measure": (EFFECTS, ("--measure", "XYZ"), ["'XYZ'", "GEN, MD, SMD"]),
    "an unknown method": (EFFECTS, ("--method", "HS"), ["'HS'", "FE, DL, PM, REML"]),
    "an unknown test": (EFFECTS, ("--test", "t"), ["'t'", "z, knha, adhoc"]),
    "a level that is a share": (EFFECTS, ("--level", "0.95"), ["0.95", "per cent"]),
    "a level that is no number": (EFFECTS, ("--level", "high"), ["--level"]),
    "an empty file": ("", (), ["is empty"]),
    "a header alone": ("slab,yi,vi\n", (), ["no study"]),
    "no header": ("A,0.5,0.1\nB,0.3,0.2\n", (), ["no header"]),
    "numbers for a header": ("0.5,0.1\n0.3,0.2\n", (), ["no header"]),
    "a column twice": ("slab,yi,vi,yi\nA,1,1,1\n", (), ["two columns called 'yi'"]),
    "a binary file": (bytes(range(256)) * 40, (), ["text"]),
    "too many cells": (EFFECTS + "Dogwood,1,2,3\n", (), ["row 5", "4 cells"]),
    "a group column that is not there": (EFFECTS, ("--by", "kind"), ["'kind'", "slab, yi, vi"]),
    "a single group": (BCG.replace("alternate", "random").replace("systematic", "random"),
                       ("--measure", "RR", "--by", "alloc"), ["random"]),
    "a constant moderator": (EFFECTS.replace("vi\n", "vi,x\n").replace("4\n", "4,a\n").replace("9\n", "9,a\n")
                             .replace("5\n", "5,a\n"), ("--moderator", "x"), ["'a'", "x"]),
    "more moderators than studies": (EFFECTS, ("--moderator", "yi", "--moderator", "vi"), ["3 studies"]),
    "a prior without a scale": (EFFECTS, ("--heterogeneity", "half-normal"), ["'half-normal'", "half-normal:0.5"]),
    "an unknown prior": (EFFECTS, ("--heterogeneity", "cauchyish:1"), ["cauchyish", "half-normal"]),
    "a reference without a network": (EFFECTS, ("--reference", "wait"), ["--reference", "treat1"]),
    "an unknown reference": (NETWORK, ("--reference", "tea"), ["'tea'", "wait"]),
    "a network with half a pair": (NETWORK.replace("treat2", "other"), (), ["treat1", "treat2"]),
    "a treatment without a name": (NETWORK.replace("E,rest,", "E,,"), (), ["row 8", "treat1"]),
    "a treatment against itself": (NETWORK.replace("E,rest,", "E,needle,"), (), ["row 8", "'needle'"]),
    "a comparison twice": (NETWORK + "A,mat,wait,-1.3,0.3\n", (), ["A: mat and wait", "twice", "rows 2, 9"]),
    "groups of a network": (NETWORK, ("--by", "study"), ["--by", "network"]),
    "a test for a network": (NETWORK, ("--test", "knha"), ["--test knha", "network"]),
    "a third way to be better": (NETWORK, ("--better", "faster"), ["'faster'", "lower or higher"]),
    "a page over the file": (EFFECTS, ("--html", "trials.csv"), ["being read"]),
    "a picture nowhere": (EFFECTS, ("--svg", "no/such/x.svg"), ["folder"]),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_exit_2_and_one_line(run, tmp_path, name):
    content, words, says = BAD[name]
    code, out, err = run(content, *words)
    assert (code, out) == (2, ""), err
    assert err.count("\n") == 1
    assert err.startswith("pinprick: ")
    for part in says:
        assert part in err, err
    assert (tmp_path / "trials.csv").read_bytes() == (content if isinstance(content, bytes) else content.encode())


def test_a_folder_and_no_file_get_exit_2_and_one_line(run, tmp_path):
    (tmp_path / "folder").mkdir()
    for name, says in (("folder", "folder"), ("nowhere.csv", "no file nowhere.csv")):
        code, out, err = run(None, name=name)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert says in err


def test_one_study_answers_with_itself(run, answer):
    content = "\n".join(EFFECTS.splitlines()[:2])
    found = answer(content, "--leave-one-out", "--cumulative", "--small-study")
    assert (found["k"], found["estimate"], found["tau2"]) == (1, -0.5, None)
    assert (found["leave_one_out"], found["small_study"]) == ([], None)
    code, out, err = run(content, "--leave-one-out", "--small-study")
    assert (code, err) == (0, "")
    assert "One study finds an effect of −0.50" in out


def test_two_studies_are_very_wide_and_said_to_be(run):
    code, out, err = run("\n".join(EFFECTS.splitlines()[:3]))
    assert (code, err) == (0, "")
    assert "Only two studies" in out


def test_cells_that_are_all_empty_of_events_are_said(run):
    code, out, err = run("slab,ai,bi,ci,di\nA,0,20,0,30\nB,1,10,5,8\nC,2,10,5,9\n", "--measure", "RR")
    assert (code, err) == (0, "")
    assert "0.5 was added" in " ".join(out.split())


def test_a_suspiciously_small_sd_is_said(run):
    rows = "A,5,2,20,6,2.1,20\nB,4,2,30,6,2,30\nC,4.5,0.3,40,6,0.33,40\n"
    code, out, _err = run("slab,m1i,sd1i,n1i,m2i,sd2i,n2i\n" + rows, "--measure", "MD")
    assert code == 0
    assert "standard errors" in " ".join(out.split())


def test_the_answer_loads_no_pictures_and_no_heavy_friends(tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text(BCG)
    code = (
        "import sys; sys.argv = ['pinprick', 'synthesise', sys.argv[1], '--measure', 'RR', '--json'];\n"
        "from pinprick import cli\n"
        "assert 'numpy' not in sys.modules\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "assert not {'numba', 'altair', 'vl_convert', 'pandas', 'scipy.stats'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stderr
