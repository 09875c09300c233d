"""What leaves a trial tells nothing of a later day, and what comes back is the same trial."""

import csv
import io
import json
import struct
import sys
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pinprick import cli
from pinprick.api import reveal
from pinprick.errors import FileError, PinprickError
from pinprick.formats import export
from pinprick.formats.export import LONG_COLUMNS, MEMBERS, conduct_from, diary_csv, export_zip, long_csv
from pinprick.formats.lived_days import lived_days
from pinprick.trial.commitment import Moment
from pinprick.trial.conduct import Conduct
from pinprick.trial.csv_diary import diary_from_csv
from pinprick.trial.protocol_file import read_protocol, ready_names
from pinprick.trial.set_up import SetUp
from pinprick.trial.store import load_trial, rendered, seal_path, writing
from pinprick.trial.text import CONTROL, decode
from tests.conducted import DAY_0, at, lived, noisy, screened, started, with_well_day

FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "'=1", "a,b;c", 'say "a"', "one\r\ntwo", "müde", " "]
PROTOCOLS = [name for name in ready_names() if name != "mat-then-acupuncture"]


def a_day(n):
    return DAY_0 + timedelta(days=n)


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def texts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def packed(files, compression=zipfile.ZIP_STORED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return made.getvalue()


def rated_trial():
    """Ten days of mat and towel: two missed, one late, one corrected, one with a formula for a note."""
    conduct, seal = started()
    conduct = lived(conduct, seal, 10, lambda n, arm: None if n in (3, 6, 7) else n % 10)
    conduct, _ = conduct.with_rating(at(10), day=a_day(7), ratings={"pain": 2}, minutes=12.5, note="=1+1")
    conduct, _ = conduct.with_rating(at(10), day=a_day(8), ratings={"pain": 9}, correct=True)
    return conduct, seal


@st.composite
def conducted_trials(draw):
    """A trial lived by chance: missed days, corrections, late ratings, pauses, stops, and notes of any kind."""
    protocol = draw(st.sampled_from(PROTOCOLS))
    if draw(st.integers(0, 9)) == 0:
        return screened(protocol), a_day(draw(st.integers(0, 2)))
    conduct, seal = started(protocol, seed=draw(st.binary(min_size=32, max_size=32)))
    names = [rating.name for rating in conduct.plan.ratings]
    notes = st.just("") | st.sampled_from(FORMULAS) | st.text(max_size=8)
    n_days = draw(st.integers(1, 16))
    for day in range(1, n_days + 1):
        step = draw(st.sampled_from(["live"] * 6 + ["miss", "late", "pause", "stop", "unseal", "correct"]))
        try:
            if step != "miss":
                conduct = with_well_day(conduct, seal, day)
            if step in ("live", "late", "correct"):
                about = a_day(day - (2 if step == "late" else 0))
                conduct, _ = conduct.with_rating(
                    at(day),
                    day=about,
                    ratings=draw(st.dictionaries(st.sampled_from(names), st.integers(0, 10), max_size=len(names))),
                    done=draw(st.none() | st.booleans()),
                    minutes=draw(st.none() | st.floats(0, 60)),
                    note=draw(notes),
                )
            if step == "correct":
                conduct, _ = conduct.with_rating(at(day), day=a_day(day), ratings={names[0]: 7}, correct=True)
            elif step == "pause":
                is_paused = conduct.pauses and conduct.pauses[-1].resumed is None
                conduct = conduct.with_resumption(at(day)) if is_paused else conduct.with_pause(at(day))
            elif step == "stop" and draw(st.booleans()):
                conduct = conduct.with_stop(at(day))
            elif step == "unseal":
                conduct = conduct.with_unsealing(at(day))
        except PinprickError:
            continue
    return conduct, a_day(n_days)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(conducted_trials())
def test_import_gives_back_the_same_trial(trial):
    conduct, today = trial
    data = export_zip(conduct, today)
    assert export_zip(conduct, today) == data
    for back in (conduct_from(data, "mine.zip"), conduct_from(rendered(conduct).encode(), "trial.json")):
        assert back == conduct
        assert rendered(back) == rendered(conduct)
        assert export_zip(back, today) == data


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(conducted_trials())
def test_the_diary_reads_back_as_the_engine_has_it(trial):
    conduct, today = trial
    text = diary_csv(conduct, today)
    if text.count("\n") == 1:
        return  # nothing has been lived
    back = diary_from_csv(decode((export.MARK + text).encode(), name="diary.csv"), name="diary.csv", today=today)
    judged = conduct.trial(until=today) if conduct.has_started else None
    expected = [replace(entry, note=CONTROL.sub(" ", entry.note)) for entry in judged.diary] if judged else []
    handed_in = {one.day for one in lived_days(conduct, today) if one.versions}
    assert [entry for entry in back if entry.treatment and entry.day in handed_in] == expected


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(conducted_trials(), st.sampled_from(FORMULAS))
def test_no_cell_is_a_formula(trial, participant):
    conduct, today = trial
    for text in (diary_csv(conduct, today), long_csv(conduct, today, participant)):
        for row in csv.reader(io.StringIO(text)):
            for cell in row:
                assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r")), cell


def test_a_formula_in_a_note_is_guarded_and_reading_takes_the_guard_away():
    conduct, _ = rated_trial()
    text = diary_csv(conduct, a_day(10))
    assert "'=1+1" in text
    back = diary_from_csv(text, name="diary.csv", today=a_day(10))
    assert [entry.note for entry in back if entry.note] == ["=1+1"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nothing_of_a_later_day_leaves(protocol):
    """An export on day 9 is the same whether or not the trial was lived for ten more days."""
    conduct, seal = started(protocol)
    rating = lambda n, arm: 5 + noisy(n)  # noqa: E731
    short = lived(conduct, seal, 9, rating)
    longer = lived(short, seal, 10, rating, first=10)
    assert len(longer.events) > len(short.events)
    assert diary_csv(longer, a_day(9)) == diary_csv(short, a_day(9))
    assert long_csv(longer, a_day(9), "p") == long_csv(short, a_day(9), "p")
    last = max(row["day"] for row in rows(diary_csv(short, a_day(9))))
    assert last == a_day(9).isoformat()


def test_a_revealed_trial_ends_on_the_day_of_the_reveal():
    conduct, seal = started()
    conduct = lived(conduct, seal, 29, lambda n, arm: 5 + noisy(n, width=1) - (arm == "mat") * 3)
    conduct = conduct.with_belief_after(at(29), guess="mat", preference="mat")
    conduct, _ = reveal(conduct, seal, at(29))
    assert conduct.begun == seal.drawn[:10], "the last period goes on after the reveal, so the test can fail"
    assert rows(diary_csv(conduct, a_day(60)))[-1]["day"] == a_day(29).isoformat()


def test_a_stopped_trial_ends_on_the_day_of_the_stop_and_a_pause_has_no_rows():
    conduct, seal = started()
    conduct = lived(conduct, seal, 3, lambda n, arm: 5)
    conduct = lived(conduct.with_pause(at(4)).with_resumption(at(7)), seal, 1, lambda n, arm: 5, first=7)
    conduct = conduct.with_stop(at(8))
    days = [row["day"] for row in rows(diary_csv(conduct, a_day(30)))]
    assert days == [a_day(n).isoformat() for n in (1, 2, 3, 7, 8)]


def test_today_s_treatment_stays_out_while_its_safety_questions_are_open():
    conduct, seal = started()
    conduct = lived(conduct, seal, 3, lambda n, arm: 5).begin(seal, at(4))
    assert conduct.arm_on(a_day(4)) is not None
    assert rows(long_csv(conduct, a_day(4), "p"))[-1]["assigned"] == ""
    assert "2026-05-08" not in diary_csv(conduct, a_day(4))
    answered = with_well_day(conduct, seal, 4)
    assert rows(long_csv(answered, a_day(4), "p"))[-1]["assigned"] == answered.arm_on(a_day(4)).name


def test_ratings_of_the_build_up_are_kept_without_a_treatment():
    conduct, _ = screened().with_rating(at(0), day=DAY_0, ratings={"pain": 6})
    assert diary_csv(conduct, DAY_0) == "day,treatment,pain\n2026-05-04,,6\n"
    assert rows(long_csv(conduct, DAY_0, "p"))[0]["period"] == ""


def test_the_long_table_has_a_row_for_every_occasion_missed_ones_too():
    conduct, _ = rated_trial()
    text = long_csv(conduct, a_day(10), "p7", zone="Europe/Berlin")
    assert text.splitlines()[0] == ",".join(LONG_COLUMNS)
    found = rows(text)
    assert [row["scheduled_at"] for row in found] == [a_day(n).isoformat() for n in range(1, 11)]
    assert [row["value"] for row in found] == ["1", "2", "", "4", "5", "", "2", "9", "9", "0"]
    assert [row["period"] for row in found] == list("1112223334")
    assert [row["block"] for row in found] == list("1111112222")
    assert {row["participant"] for row in found} == {"p7"}
    assert {row["zone"] for row in found} == {"Europe/Berlin"}
    missed, late, corrected = found[2], found[6], found[7]
    assert (missed["done"], missed["answered_at"], missed["source"]) == ("unknown", "", "")
    assert (late["answered_at"][:10], late["edited_at"]) == ("2026-05-14", "")
    assert (corrected["answered_at"][:10], corrected["edited_at"][:10]) == ("2026-05-12", "2026-05-14")
    assert {(row["scale_min"], row["scale_max"]) for row in found} == {("0", "10")}


def test_a_night_s_rating_is_scheduled_for_the_morning_after():
    conduct, seal = started("mat-vs-rest-sleep")
    conduct = lived(conduct, seal, 4, lambda n, arm: 5)
    sleep = [row for row in rows(long_csv(conduct, a_day(4), "p")) if row["outcome"] == conduct.plan.primary.name]
    assert [row["scheduled_at"] for row in sleep] == [a_day(n).isoformat() for n in (2, 3, 4)]
    assert sleep[0]["occasion_id"].startswith("2026-05-05.")


def test_a_pause_splits_no_period_of_the_long_table():
    conduct, seal = started()
    conduct = lived(conduct, seal, 2, lambda n, arm: 5)
    conduct = lived(conduct.with_pause(at(3)).with_resumption(at(6)), seal, 2, lambda n, arm: 5, first=6)
    assert [row["period"] for row in rows(long_csv(conduct, a_day(7), "p"))] == list("1112")


def test_a_course_has_two_periods_and_the_second_begins_on_its_drawn_day():
    conduct, seal = started("acupuncture-course")
    before = conduct.plan.design.usual_days + seal.drawn[0]
    conduct = lived(conduct, seal, before + 2, lambda n, arm: 5)
    found = rows(long_csv(conduct, a_day(before + 2), "p"))
    assert [row["period"] for row in found] == ["1"] * before + ["2"] * 2
    assert [row["assigned"] for row in found][before - 1 :] == ["usual", "acupuncture", "acupuncture"]


def test_what_was_answered_offline_keeps_the_time_at_which_it_was_given():
    plan = read_protocol("mat-vs-usual-pain")
    evening = Moment(datetime(2026, 5, 4, 20, tzinfo=UTC))
    conduct = Conduct.opened(plan, Moment(datetime(2026, 5, 4, 8, tzinfo=UTC)))
    received = Moment(datetime(2026, 5, 6, 8, tzinfo=UTC))
    conduct, _ = conduct.with_rating(received, day=DAY_0, ratings={"pain": 4}, entered=evening)
    found = rows(long_csv(conduct, a_day(2), "p"))[0]
    assert (found["answered_at"], found["source"]) == ("2026-05-04T20:00:00+00:00", "self_report")
    assert "self_report" not in long_csv(conduct, a_day(1), "p"), "it had not been received by then"


@pytest.mark.parametrize(("said", "warned"), [({"mass_kg": 80}, True), ({"layer": "vest"}, False)])
def test_the_zip_says_when_it_holds_somebodys_weight(said, warned):
    conduct, _seal = rated_trial()
    known = conduct.with_set_up(SetUp(**said), at(10))
    readme = texts(export_zip(known, a_day(10)))["README.txt"]
    assert ("of your own body, such as your weight" in " ".join(readme.split())) is warned


def test_the_zip_says_what_is_in_it_and_holds_no_seal():
    conduct, seal = rated_trial()
    data = export_zip(conduct, a_day(10))
    found = texts(data)
    assert tuple(found) == MEMBERS
    for name in found:
        assert name in found["README.txt"]
    assert "The trial has not ended" in found["README.txt"]
    assert "own words" in found["README.txt"]
    assert max(map(len, found["README.txt"].splitlines())) <= 90
    assert found["diary.csv"].startswith("\ufeffday,treatment")
    assert "seal" in found["README.txt"]
    for secret in (seal.seed.hex(), seal.to_text().splitlines()[1]):
        assert not any(secret in text for text in found.values())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {member.create_system for member in archive.infolist()} == {3}


def test_a_year_leaves_in_seconds():
    plan = read_protocol("mat-vs-rest-back-pain")
    plan = replace(plan, design=replace(plan.design, ceiling_days=366))
    conduct, seal = started(plan)
    for day in range(1, 361):
        conduct, _ = conduct.with_rating(at(day), day=a_day(day), ratings={"pain": 5 + noisy(day)}, done=True)
    conduct = conduct.begin(seal, at(360))
    begun = time.perf_counter()
    data = export_zip(conduct, a_day(360))
    assert time.perf_counter() - begun < 10
    assert len(rows(texts(data)["diary.csv"].lstrip("\ufeff"))) == 360


# ---- what is refused


def good():
    return export_zip(rated_trial()[0], a_day(10))


def with_size(data, size):
    """The same ZIP with another size claimed for trial.json, in both of its places."""
    real = len(texts(data)["trial.json"].encode())
    return data.replace(struct.pack("<II", real, real), struct.pack("<II", size, size))


BAD = {
    "empty": (lambda: b"", "is not JSON"),
    "text": (lambda: b"day,treatment,pain\n", "is not JSON"),
    "other json": (lambda: b'{"a": 1}', "is not the record of a trial"),
    "a bare trial": (lambda: b'{"format": "pinprick-trial/1", "log": []}', "is not the record of a trial"),
    "deep": (lambda: b"[" * 1_000_000, "is not JSON"),
    "no number": (lambda: rendered(rated_trial()[0]).replace('"n": 3', '"n": 1e999').encode(), "is not what"),
    "nan": (lambda: rendered(rated_trial()[0]).replace('{"pain": 4', '{"pain": NaN').encode(), "was changed"),
    "too large": (lambda: b" " * (32 * 2**20 + 1), "more than the 32 MiB"),
    "cut off": (lambda: good()[:-30], "damaged ZIP"),
    "only a head": (lambda: b"PK\x03\x04", "damaged ZIP"),
    "bomb": (lambda: packed([("trial.json", b" " * (33 * 2**20))], zipfile.ZIP_DEFLATED), "unpacks to more than 32"),
    "bomb that lies": (lambda: with_size(good(), 5), "trial.json"),
    "no trial": (lambda: packed([("diary.csv", "day")]), "holds no trial.json"),
    "path up": (lambda: packed([("../trial.json", "{}")]), "in no export of ours"),
    "absolute": (lambda: packed([("/etc/trial.json", "{}")]), "in no export of ours"),
    "folder": (lambda: packed([("trial.json", "{}"), ("x/", "")]), "in no export of ours"),
    "many": (lambda: packed([(f"{n}.txt", "") for n in range(2_000)]), "in no export of ours"),
    "other packing": (lambda: packed([("trial.json", "{}")], zipfile.ZIP_LZMA), "packed in a way"),
    "locked": (lambda: good().replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"), "locked"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_export_is_refused_in_one_line(case):
    make, said = BAD[case]
    with pytest.raises(FileError) as found:
        conduct_from(make(), "mine.zip")
    assert said in str(found.value)
    assert "\n" not in str(found.value)
    assert len(str(found.value)) < 400


def test_a_name_given_twice_is_refused():
    with pytest.warns(UserWarning, match="Duplicate"):
        data = packed([("trial.json", "{}"), ("trial.json", "{}")])
    with pytest.raises(FileError, match="a file twice"):
        conduct_from(data, "mine.zip")


def test_a_changed_rating_is_refused_wherever_it_was_changed():
    text = rendered(rated_trial()[0])
    above, log = text.split('"log"')
    assert '"pain": 4' in above
    assert '"pain": 4' in log
    with pytest.raises(FileError, match="changed by hand"):
        conduct_from((above.replace('"pain": 4', '"pain": 5', 1) + '"log"' + log).encode(), "trial.json")
    with pytest.raises(FileError, match="was changed after it was written"):
        conduct_from((above + '"log"' + log.replace('"pain": 4', '"pain": 5', 1)).encode(), "trial.json")


GOOD = good()
GOOD_TEXT = texts(GOOD)["trial.json"]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([GOOD, GOOD_TEXT.encode()]), st.floats(0, 1, exclude_max=True), st.binary(max_size=4))
def test_any_bytes_changed_are_refused_or_change_nothing_that_counts(data, place, put_in):
    """Never a traceback, never another trial."""
    i, said = int(place * len(data)), "one line"
    try:
        found = rendered(conduct_from(data[:i] + put_in + data[i + len(put_in) :], "mine.zip"))
    except FileError as error:
        found, said = GOOD_TEXT, str(error)
    assert found == GOOD_TEXT
    assert "\n" not in said


# ---- the commands


class Run:
    def __init__(self, monkeypatch, capsys):
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, line, code=0):
        self._monkeypatch.setattr(sys, "argv", ["pinprick", *line.split()])
        try:
            cli.main()
            found = 0
        except SystemExit as leave:
            found = leave.code or 0
        out, self.err = self._capsys.readouterr()
        assert found == code, (found, out, self.err)
        if code == 2:
            assert out == ""
            assert self.err.count("\n") == 1
        return out if code == 0 else self.err


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """A terminal in a folder with a running trial, me.json."""
    monkeypatch.chdir(tmp_path)
    conduct, seal = rated_trial()
    with writing(Path("me.json")) as book:
        book.write_seal(seal)
        book.write(conduct)
    return Run(monkeypatch, capsys)


TODAY = f"--today {a_day(10)}"


def test_a_trial_leaves_and_comes_back(run):
    found = json.loads(run(f"export --trial me.json --out me.zip --json {TODAY}"))
    assert (found["sealed"], found["rehearsed"], found["holds"]) == (True, True, list(MEMBERS))
    assert Path("me.zip").stat().st_mode & 0o077 == 0 or sys.platform == "win32"
    out = " ".join(run(f"import me.zip --trial copy.json {TODAY}").split())
    assert "copy the seal beside it, as copy.json.seal" in out
    assert Path("copy.json").read_bytes() == Path("me.json").read_bytes()
    assert load_trial(Path("copy.json")).conduct == load_trial(Path("me.json")).conduct
    seal_path(Path("copy.json")).write_bytes(seal_path(Path("me.json")).read_bytes())
    assert "Day 11" in run(f"today --trial copy.json --well --today {a_day(11)}")


def test_a_seal_that_was_copied_first_is_not_asked_for(run):
    run(f"export --trial me.json --out me.zip {TODAY}")
    Path("copy.json.seal").write_bytes(Path("me.json.seal").read_bytes())
    assert json.loads(run(f"import me.zip --trial copy.json --json {TODAY}"))["seal"] is True


def test_the_tables_alone(run):
    run(f"export --trial me.json --out d.csv {TODAY}")
    run(f"export --trial me.json --out l.csv --long --participant p9 {TODAY}")
    run(f"export --trial me.json --out f.json --fhir {TODAY}")
    assert Path("d.csv").read_bytes().startswith(b"\xef\xbb\xbfday,treatment,pain,")
    assert Path("l.csv").read_text("utf-8-sig").splitlines()[1].startswith("p9,2026-05-05.pain,")
    assert json.loads(Path("f.json").read_text())["resourceType"] == "Bundle"
    assert json.loads(run(f"verdict d.csv --json {TODAY}"))["finding"]


def test_export_opens_the_days_that_nobody_looked_at(run):
    run(f"export --trial me.json --out l.csv --long --today {a_day(14)}")
    found = rows(Path("l.csv").read_text("utf-8-sig"))
    assert [bool(row["assigned"]) for row in found] == [True] * 13 + [False], "today's questions are open"


def test_a_lost_seal_does_not_stop_what_there_is_from_leaving(run):
    Path("me.json.seal").unlink()
    run(f"export --trial me.json --out me.zip {TODAY}")
    assert "The seal beside me.json is missing" in run.err
    assert conduct_from(Path("me.zip").read_bytes(), "me.zip") == load_trial(Path("me.json")).conduct


REFUSED = {
    "export --trial none.json --out x.zip": "There is no trial none.json",
    "export --trial me.json --out x.txt": "does not fit",
    "export --trial me.json --out x.zip --long": "does not fit",
    "export --trial me.json --out x.csv --fhir": "does not fit",
    "export --trial me.json --out x.json": "add --fhir",
    "export --trial me.json --out me.json --fhir": "is the file that is being read",
    "export --trial me.json --out other.csv": "is there already",
    "export --trial me.json --out nowhere/x.zip": "a folder that exists",
    "import none.zip --trial x.json": "cannot be read",
    "import other.csv --trial x.json": "is not JSON",
    "import me.json --trial me.json": "is a trial already",
    "import me.json --trial gone.json": "is a trial already",
    "import me.json --trial folder": "is a folder",
    "import me.json --trial nowhere/x.json": "There is no folder",
}


@pytest.mark.parametrize("line", REFUSED)
def test_bad_input_is_one_line_and_nothing_is_overwritten(run, line):
    Path("folder").mkdir()
    Path("other.csv").write_text("mine")
    Path("gone.json.journal").write_bytes(Path("me.json.journal").read_bytes())  # a file lost, its journal whole
    before = {path: path.read_bytes() for path in Path().iterdir() if path.is_file()}
    assert REFUSED[line] in run(f"{line} {TODAY}", 2)
    assert {path: path.read_bytes() for path in before} == before


def test_without_the_extra_the_zip_says_so_and_fhir_alone_is_refused(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "fhir.resources.R4B.bundle", None)
    run(f"export --trial me.json --out me.zip {TODAY}")
    found = texts(Path("me.zip").read_bytes())
    assert "fhir.json" not in found
    assert "pinprick[fhir] was not installed" in found["README.txt"]
    assert "pip install 'pinprick[fhir]'" in run(f"export --trial me.json --out f.json --fhir {TODAY}", 2)
    assert "pip install 'pinprick[fhir]'" in run(f"export --trial me.json --out f.zip --fhir {TODAY}", 2)
    assert conduct_from(Path("me.zip").read_bytes(), "me.zip").events
