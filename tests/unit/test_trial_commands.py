"""The commands of a trial: every answer exits 0, bad input exits 2 with one line, and nothing leaks."""

import json
import os
import re
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pinprick import cli
from pinprick.analysis.reading import read_verdict
from pinprick.trial.commitment import Moment
from pinprick.trial.conduct import Conduct
from pinprick.trial.protocol_file import read_protocol
from pinprick.trial.seal import Seal
from pinprick.trial.store import load_trial, seal_path, writing
from tests.conducted import DAY_0, SEED, at, lived, noisy, screening, started, with_well_day, write_answers


class Run:
    """A terminal in a folder of its own."""

    def __init__(self, folder, monkeypatch, capsys):
        self.folder, self._monkeypatch, self._capsys = folder, monkeypatch, capsys
        monkeypatch.chdir(folder)
        monkeypatch.setenv("COLUMNS", "100")

    def __call__(self, line, code=0):
        self._monkeypatch.setattr(sys, "argv", ["pinprick", *line.split()])
        self._capsys.readouterr()
        try:
            cli.main()
            found = 0
        except SystemExit as leave:
            found = leave.code or 0
        out, err = self._capsys.readouterr()
        assert found == code, (found, out, err)
        if code == 2:
            assert out == ""
            assert err.startswith("pinprick: ")
            assert err.count("\n") == 1
            return err
        self.err = err
        return out

    def json(self, line, code=0):
        return json.loads(self(line + " --json", code))


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    write_answers(tmp_path / "no.json", read_protocol("mat-vs-rest-back-pain"))
    return Run(tmp_path, monkeypatch, capsys)


def day(n):
    return (DAY_0 + timedelta(days=n)).isoformat()


def on_disk(folder, conduct, seal, name="me.json"):
    with writing(folder / name) as book:
        book.write_seal(seal)
        book.write(conduct)
    return folder / name


def answered(folder, effect=3):
    """A trial whose rule has fired, not yet read."""
    conduct, seal = started(belief={"expectation": {"mat": 6, "towel": 4}, "choice_today": "mat"})
    conduct = lived(conduct, seal, 30, lambda n, arm: 5 + noisy(n, width=1) - (arm == "mat") * effect)
    on_disk(folder, conduct, seal)
    return conduct


def begin(run, extra=""):
    run(f"screen --protocol mat-vs-rest-back-pain --trial me.json --answers no.json --today {day(0)}")
    return run(f"start --trial me.json --built-up --today {day(0)} {extra}")


def test_a_trial_from_the_screen_to_the_first_rating(run):
    out = begin(run)
    commitment = re.search(r"\b[0-9a-f]{64}\b", out).group()
    assert load_trial(Path("me.json")).conduct.start["commitment"] == commitment
    assert "Keep it elsewhere" in out
    assert "15 minutes" in run(f"today --trial me.json --well --today {day(1)}")
    assert "pain 4, done" in run(f"rate 4 --done --trial me.json --today {day(1)}")
    assert "nothing was changed" in run(f"rate 4 --done --trial me.json --today {day(1)}")
    assert "1 day done, 1 rated" in run(f"status --trial me.json --today {day(1)}")


def test_a_rehearsal_says_so_in_every_answer(run):
    begin(run)
    for command in ("status", "today", "verdict"):
        assert run.json(f"{command} --trial me.json --today {day(1)}")["rehearsed"] is True


def test_a_seed_given_by_hand_is_said(run):
    out = begin(run, "--seed " + "ab" * 32)
    assert "not sealed" in out
    assert load_trial(Path("me.json")).conduct.start["sealed"] is False


def test_a_trial_begins_on_the_machine_s_own_clock(run):
    """Two entries of one command share a moment; a fraction of a second must not look like a clock that went back."""
    for n in range(5):
        run(f"screen --protocol mat-vs-rest-back-pain --trial {n}.json --answers no.json")
        assert "drawn and sealed" in run(f"start --trial {n}.json --built-up")
        run(f"stop --trial {n}.json")


def test_without_the_day_s_answers_no_treatment_is_shown(run):
    begin(run)
    out = run(f"today --trial me.json --today {day(1)}")
    assert "Is any of this true for you today?" in out
    assert "the mat," not in out
    assert run.json(f"today --trial me.json --today {day(1)}")["treatment"] is None


def test_a_fever_puts_the_mat_off_and_the_day_can_still_be_rated(run):
    begin(run)
    write_answers(
        run.folder / "fever.json",
        read_protocol("mat-vs-rest-back-pain"),
        load_trial(Path("me.json")).conduct.safety.occasion(at(1).day),
        fever_or_acute_illness="yes",
    )
    found = run.json(f"today --trial me.json --answers fever.json --today {day(1)}")
    assert found["treatment"] is None
    assert found["withheld"]
    run(f"rate 4 --not-done --trial me.json --today {day(1)}")


def test_an_emergency_shows_numbers_and_stops(run):
    begin(run)
    plan = read_protocol("mat-vs-rest-back-pain")
    occasion = load_trial(Path("me.json")).conduct.safety.occasion(at(1).day)
    write_answers(run.folder / "chest.json", plan, occasion, chest_pain="yes")
    out = run(f"today --trial me.json --answers chest.json --today {day(1)}")
    assert "Call your emergency number now" in out
    assert run.json(f"status --trial me.json --today {day(1)}")["phase"] == "stopped"
    assert "chest" not in Path("me.json").read_text()


def test_what_felt_wrong_acts_at_once(run):
    begin(run)
    run(f"today --trial me.json --well --today {day(1)}")
    out = run(f"rate 5 --felt skin_broken --trial me.json --today {day(1)}")
    assert "Leave the mat until your skin has healed" in out
    assert run.json(f"today --trial me.json --well --today {day(2)}")["treatment"] is None
    run(f"resume --healed --trial me.json --today {day(2)}")
    found = run.json(f"today --trial me.json --today {day(2)}")
    assert "3 minutes" in " ".join(found["lines"])


def test_pause_and_resume_and_stop(run):
    begin(run)
    assert "Paused from 5 May" in run(f"pause --trial me.json --today {day(1)}")
    assert "paused since" in run(f"today --trial me.json --today {day(2)}")
    run(f"resume --trial me.json --today {day(4)}")
    assert run.json(f"today --trial me.json --well --today {day(4)}")["day_number"] == 1
    assert "Stopped." in run(f"stop --trial me.json --today {day(5)}")
    assert run.json(f"status --trial me.json --today {day(5)}")["phase"] == "stopped"


def test_a_verdict_before_the_rule_fires_says_not_yet_and_shows_nothing(run):
    conduct, seal = started()
    on_disk(run.folder, lived(conduct, seal, 15, lambda n, arm: 5 + noisy(n)), seal)
    found = run.json(f"verdict --trial me.json --today {day(15)}")
    assert found["sealed"] is True
    assert found["finding"] is None
    assert set(found) == {"protocol", "phase", "day", "sealed", "rehearsed", "finding", "days_left", "lines"}
    assert "Not yet." in run(f"verdict --trial me.json --today {day(15)}")


def test_without_an_answer_nothing_is_drawn_and_that_is_said(run):
    begin(run)
    assert "Not yet." in run(f"verdict --trial me.json --html x.html --today {day(1)}")
    assert "nothing was drawn" in run.err
    assert not Path("x.html").exists()


def test_looking_early_is_recorded_and_said_in_every_later_verdict(run):
    conduct, seal = started()
    on_disk(run.folder, lived(conduct, seal, 15, lambda n, arm: 5 + noisy(n)), seal)
    out = run(f"verdict --trial me.json --unseal --today {day(15)}")
    assert "look before the end" in out
    run(f"stop --trial me.json --today {day(16)}")
    out = " ".join(run(f"verdict --trial me.json --guess mat --prefer skip --today {day(16)}").split())
    assert "You looked at the results before the end, on 19 May." in out
    again = run.json(f"verdict --trial me.json --today {day(20)}")
    assert any("looked at the results before the end" in sentence for sentence in again["caveats"])


def test_doubts_about_how_it_was_lived_travel_in_the_result_itself(run):
    conduct = answered(run.folder)
    found = read_verdict(conduct.with_unsealing(at(30)), at(30).day).result
    assert [one.name for one in found.caveats][:2] == ["rehearsed", "unsealed"]


def test_guess_and_preference_come_before_the_answer(run):
    answered(run.folder)
    err = run(f"verdict --trial me.json --today {day(30)}", 2)
    assert "give --guess and --prefer" in err
    assert "mat" in err
    out = " ".join(run(f"verdict --trial me.json --guess towel --prefer mat --today {day(30)}").split())
    assert "almost certainly" in out
    assert "Before the first day you expected 6 of 10 of the mat" in out
    assert "you guessed that a towel over the mat did better" in out


def test_the_answer_is_the_same_on_every_later_day(run):
    answered(run.folder)
    first = run.json(f"verdict --trial me.json --guess mat --prefer mat --today {day(30)}")
    later = run.json(f"verdict --trial me.json --today {day(50)}")
    differing = {key for key in first if first[key] != later[key]}
    assert differing == {"day"}
    assert first["finding"] == "better"
    assert first["sealed"] is False


def test_a_verdict_can_be_drawn_once_there_is_one(run):
    answered(run.folder)
    run(f"verdict --trial me.json --guess mat --prefer mat --html me.html --svg me.svg --today {day(30)}")
    assert "almost certainly" in Path("me.html").read_text()
    assert Path("me.svg").read_text().startswith("<svg")


def test_a_verdict_can_be_taken_to_a_clinician_once_there_is_one(run):
    answered(run.folder)
    run(f"verdict --trial me.json --guess mat --prefer mat --pdf me.pdf --today {day(30)}")
    paper = Path("me.pdf").read_bytes()
    assert paper.startswith(b"%PDF-")
    run(f"verdict --trial me.json --pdf again.pdf --today {day(30)}")
    assert Path("again.pdf").read_bytes() == paper


def test_a_sealed_trial_gives_no_paper_even_to_who_looks_early(run):
    conduct, seal = started()
    on_disk(run.folder, lived(conduct, seal, 15, lambda n, arm: 5 + noisy(n)), seal)
    for looking in ("", "--unseal "):
        run(f"verdict --trial me.json {looking}--pdf x.pdf --today {day(15)}")
        assert "A paper waits for the end of the trial" in run.err
    assert not Path("x.pdf").exists()


def test_a_trial_without_a_rating_has_a_paper_but_no_picture(run):
    conduct, seal = started()
    on_disk(run.folder, conduct.with_stop(at(1)), seal)
    run(f"verdict --trial me.json --guess skip --prefer skip --pdf x.pdf --svg x.svg --today {day(1)}")
    assert "nothing was drawn" in run.err
    assert Path("x.pdf").read_bytes().startswith(b"%PDF-")
    assert not Path("x.svg").exists()


def test_a_revealed_trial_is_a_diary_like_any_other(run):
    answered(run.folder)
    first = run.json(f"verdict --trial me.json --guess mat --prefer mat --today {day(30)}")
    assert run.json(f"verdict me.json --today {day(30)}")["finding"] == first["finding"]


def test_a_stopped_trial_keeps_to_the_same_rule(run):
    conduct, seal = started()
    conduct = lived(conduct, seal, 10, lambda n, arm: 5 - (arm == "mat") * 3)
    on_disk(run.folder, conduct.with_stop(at(10)), seal)
    found = run.json(f"verdict --trial me.json --guess mat --prefer mat --today {day(11)}")
    assert found["finding"] == "cannot_tell"
    assert any("stopped by your own choice" in sentence for sentence in found["caveats"])


def test_verify_holds_and_one_byte_changed_is_named(run):
    conduct = answered(run.folder)
    run(f"verdict --trial me.json --guess mat --prefer mat --today {day(30)}")
    assert "everything in it holds" in " ".join(
        run(f"verify me.json --commitment {conduct.start['commitment']}").split()
    )
    assert "consistent with itself" in " ".join(run("verify me.json").split())
    data = Path("me.json").read_bytes()
    at_byte = data.index(b'"ratings": {"pain": ') + 20
    Path("me.json").write_bytes(data[:at_byte] + b"9" + data[at_byte + 1 :])
    out = " ".join(run("verify me.json", 1).split())
    assert f"Byte {at_byte} of the file" in out


def test_verify_refuses_another_trial_s_commitment(run):
    answered(run.folder)
    out = run.json(f"verify me.json --commitment {'0' * 64}", 1)
    assert [check["name"] for check in out["checks"] if check["holds"] is False] == ["commitment"]


def test_verify_names_an_entry_from_a_day_that_has_not_come(run):
    plan, moment = read_protocol("mat-vs-rest-back-pain"), Moment(datetime(2026, 5, 4, 12, tzinfo=UTC))
    with writing(Path("lived.json")) as book:
        book.write(Conduct.opened(plan, moment))
    assert run.json(f"verify lived.json --today {day(-1)}")["holds"], "a day ahead may be another time zone"
    out = run.json(f"verify lived.json --today {day(-2)}", 1)
    assert [check["name"] for check in out["checks"] if check["holds"] is False] == ["clock"]
    begin(run)
    assert run.json(f"verify me.json --today {day(-30)}")["holds"], "a rehearsal may be lived ahead"


BAD = {
    "rate 4 --trial me.json --day 2026-05-09": "is in the future",
    "rate 4 --trial me.json --day 2026-05-01": "is before this trial",
    "rate 4 --trial me.json --day 01/02/2026": "--day '01/02/2026' could be 1 February or 2 January",
    "rate eleven --trial me.json": "'eleven' is no rating; write pain=4",
    "rate stress=4 --trial me.json": "There is no rating 'stress'; the plan asks for pain",
    "rate 44 --trial me.json": "its scale runs from 0 to 10",
    "rate --trial me.json": "There is nothing to write",
    "rate 4 --felt boredom --trial me.json": "boredom",
    "rate --prick 4 --trial me.json": "build-up belongs before the start",
    "resume --trial me.json": "not paused",
    "resume --healed --trial me.json": "No broken skin is waiting to heal",
    "start --trial me.json": "This trial started on 2026-05-05",
    "screen --trial me.json --answers no.json": "This trial has started",
    "screen --trial me.json --protocol mat-vs-rest-sleep --answers no.json": "holds a trial of mat-vs-rest-back-pain",
    "screen": "Which trial? Give --protocol",
    "screen --protocol mat-vs-rest-bakc-pain --list": "did you mean mat-vs-rest-back-pain",
    "today --trial none.json": "There is no trial none.json",
    "status --trial none.json": "There is no trial none.json",
    "status --trial no.json": "no.json",
    "verdict --trial me.json --control towel": "nothing can be chosen now",
    "verdict me.json": "sealed until its end",
    "verdict": "Give one file",
    "verify none.json": "cannot be read",
    "verify me.json --trial me.json": "Which trial? Give its file",
    "verify me.json --commitment abc": "has 3 characters; it has 64",
    "erase --trial me.json": "say --yes if you mean it",
    "pause --trial me.json --today 2026-05-01": "Nothing was changed",
    "pause --trial me.json --today tomorrow": "--today 'tomorrow' is not a date",
}


@pytest.mark.parametrize("line", BAD, ids=lambda line: line[:50])
def test_bad_input_is_one_line_and_loses_nothing(run, line):
    begin(run)
    before = Path("me.json").read_bytes()
    today = "" if "--today" in line or line.startswith(("verify", "erase")) else f" --today {day(1)}"
    assert BAD[line] in run(line + today, 2)
    assert Path("me.json").read_bytes() == before


def test_two_trials_at_once_are_refused(run):
    begin(run)
    run(f"screen --protocol mat-vs-rest-back-pain --trial two.json --answers no.json --today {day(0)}")
    err = run(f"start --trial two.json --built-up --today {day(0)}", 2)
    assert "me.json is a trial that is still running" in err


@pytest.mark.parametrize("seed", ["xyz", "ab"])
def test_a_seed_that_is_none_is_refused(run, seed):
    run(f"screen --protocol mat-vs-rest-back-pain --trial me.json --answers no.json --today {day(0)}")
    assert "64" in run(f"start --trial me.json --built-up --seed {seed} --today {day(0)}", 2)


def test_a_trial_that_was_cut_off_is_restored_and_said(run):
    begin(run)
    data = Path("me.json").read_bytes()
    Path("me.json").write_bytes(data[: len(data) // 2])
    run(f"today --trial me.json --well --today {day(1)}")
    assert "was restored from its journal" in run.err


def test_erase_leaves_nothing(run):
    begin(run)
    assert "Erased" in run("erase --trial me.json --yes")
    assert not list(run.folder.glob("me.json*"))


def test_a_sequence_goes_on_with_its_next_stage(run):
    write_answers(run.folder / "usual.json", read_protocol("mat-vs-usual-pain"))
    run(f"screen --protocol mat-then-acupuncture --trial one.json --answers usual.json --today {day(0)}")
    run(f"start --trial one.json --built-up --today {day(0)}")
    err = run("screen --protocol mat-then-acupuncture --trial two.json --after one.json --list", 2)
    assert "has not ended" in err
    run(f"stop --trial one.json --today {day(1)}")
    out = run(f"verdict --trial one.json --guess skip --prefer skip --today {day(1)}")
    assert "acupuncture-course" in out or "nothing to say" in out
    plan = read_protocol("acupuncture-course")
    write_answers(run.folder / "acu.json", plan)
    run(f"screen --protocol mat-then-acupuncture --after one.json --trial two.json --answers acu.json --today {day(2)}")
    run(f"start --trial two.json --today {day(2)}")
    conduct = load_trial(Path("two.json")).conduct
    assert conduct.plan == plan
    assert conduct.sequence["stage"] == 2
    assert conduct.sequence["before"]["finding"] == "cannot_tell"


# ---- concealment: two trials alike but for their future

COMMANDS = (
    "export --trial me.json --out first.zip --today {today}",
    "today --trial me.json --today {today}",
    "today --trial me.json --json --today {today}",
    "setup --trial me.json --json --today {today}",
    "setup --layer t_shirt --surface bed --trial me.json --from 2026-05-05 --today {today}",
    "setup --layer none --trial me.json --today {today}",
    "sessions --trial me.json --today {today}",
    "sessions --trial me.json --json --today {today}",
    "status --trial me.json --today {today}",
    "status --trial me.json --json --today {today}",
    "verdict --trial me.json --today {today}",
    "verdict --trial me.json --json --today {today}",
    "verdict --trial me.json --unseal --json --today {today}",
    "rate 5 --trial me.json --day {today} --today {today}",
    "pause --trial me.json --today {today}",
    "resume --trial me.json --today {today}",
    "stop --trial me.json --today {today}",
    "verify me.json",
    "verify me.json --json",
    "export --trial me.json --out all.zip --today {today}",
    "export --trial me.json --out diary.csv --json --today {today}",
    "export --trial me.json --out long.csv --long --today {today}",
    "export --trial me.json --out fhir.json --fhir --today {today}",
    "import all.zip --trial copy.json --today {today}",
    "plan --trial me.json --trials 20 --no-alternatives --json",
    "screen --trial me.json --list",
    "start --trial me.json --today {today}",
    "erase --trial me.json --yes",
)


NO_TRIAL = {"serve", "demo", "check", "backup", "restore", "evidence", "synthesise", "dose"}  # they read no trial file


def test_every_command_about_a_trial_file_stands_in_the_twin_test():
    assert {line.split()[0] for line in COMMANDS} == set(cli.COMMANDS) - NO_TRIAL


def test_twins_start_alike(run, tmp_path):
    """What `start` says and writes tells nothing of the order that it has just drawn, but for the seal."""
    said = []
    for seed in ("5eed" + "0" * 60, "0" * 64):
        folder = tmp_path / seed
        folder.mkdir()
        os.chdir(folder)
        write_answers(Path("no.json"), read_protocol("mat-vs-rest-back-pain"))
        out = masked(begin(run, f"--seed {seed} --json"))
        said.append([out, *(masked(Path(name).read_text()) for name in ("me.json", "me.json.journal"))])
    assert said[0] == said[1]


def twins(protocol="mat-vs-rest-back-pain", n_days=10):
    """Two seeds whose orders agree up to a day and differ in every later block, or start later still."""
    first, seal = started(protocol)
    plan = first.plan
    known = -(-n_days // plan.design.period_days) if hasattr(plan.design, "period_days") else 0
    known += known % 2
    for i in range(100_000):
        other, other_seal = started(protocol, seed=i.to_bytes(32, "big"))
        if known and other_seal.drawn[:known] == seal.drawn[:known]:
            if sum(a != b for a, b in zip(other_seal.drawn, seal.drawn, strict=True)) > 8:
                return (first, seal), (other, other_seal)
        elif not known and other_seal.drawn != seal.drawn and min(*other_seal.drawn, *seal.drawn) > 3:
            return (first, seal), (other, other_seal)
    raise AssertionError("no twin found")


def masked(text):
    """The text without the digests that commit to the seed."""
    return re.sub(r"[0-9a-f]{16,64}…?", "#", re.sub(r"byte \d+", "byte #", text))


def carried(path):
    """What was written, file by file: a ZIP's own bytes hold check sums of the commitment in it, and its size."""
    if path.suffix == ".zip":
        return [*out_of(path).items(), path.stat().st_size]
    return [masked(path.read_text())]


def out_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: masked(archive.read(name).decode()) for name in archive.namelist()}


@pytest.mark.parametrize("protocol", ["mat-vs-rest-back-pain", "mat-vs-rest-stress", "acupuncture-course"])
def test_twins_alike_but_for_their_future_look_alike_to_every_command(run, tmp_path, protocol):
    n_days = 10
    said = []
    for i, (conduct, seal) in enumerate(twins(protocol, n_days)):
        folder = tmp_path / f"twin{i}"
        folder.mkdir()
        conduct = lived(conduct, seal, n_days, lambda n, arm: 5 + noisy(n))
        on_disk(folder, conduct, seal)
        os.chdir(folder)
        out = []
        for command in COMMANDS:
            line = command.format(today=day(n_days + 1) if "pause" in command else day(n_days))
            if "resume" in command or "stop" in command:
                line = command.format(today=day(n_days + 2))
            refused = ("rate", "start") if conduct.plan.on_the_mat else ("rate", "start", "setup --layer")
            code = 2 if command.startswith(refused) else 0
            said_now = run(line, code)
            out.append(masked(said_now + (run.err if code == 0 else "")))
            if command.startswith("verify"):
                out += [masked(Path(name).read_text()) for name in ("me.json", "me.json.journal")]
            if "--out" in command:
                out += carried(Path(re.search(r"--out (\S+)", command).group(1)))
        assert masked(Path("copy.json").read_text()) == out_of(Path("all.zip"))["trial.json"]
        out.append([file.name for file in sorted(folder.iterdir())])
        said.append(out)
    assert said[0] == said[1]


def test_the_seal_does_not_betray_itself_by_its_size():
    orders = [(0, 1) * 14, (1, 0) * 14, (0, 1, 1, 0) * 7]
    assert len({len(Seal(SEED, order).to_text()) for order in orders}) == 1


def test_mirrored_ratings_give_the_same_status_to_the_byte(run, tmp_path):
    said = []
    for i, turn in enumerate((lambda y: y, lambda y: 10 - y)):
        folder = tmp_path / f"mirror{i}"
        folder.mkdir()
        conduct, seal = started()
        conduct = lived(conduct, seal, 20, lambda n, arm, t=turn: t(5 + noisy(n) - (arm == "mat") * 2))
        on_disk(folder, conduct, seal)
        os.chdir(folder)
        said.append([run(f"status --trial me.json --today {day(20)}{more}") for more in ("", " --json")])
    assert said[0] == said[1]


# ---- clocks


@pytest.mark.skipif(sys.platform == "win32", reason="TZ names a zone on POSIX only")
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue", "Europe/London", "America/New_York"])
def test_the_day_is_the_person_s_own_wherever_they_are(tmp_path, zone):
    """A real clock in a real zone; the log keeps the offset."""
    program = (
        "from datetime import datetime; from pinprick.cli.options import now; "
        "m = now(None); print(m.day == datetime.now().date(), m.written())"
    )
    environment = {**os.environ, "TZ": zone}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment, cwd=tmp_path
    )
    assert re.fullmatch(r"True \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", done.stdout.strip())


def test_answers_never_reach_a_file(run):
    conduct, seal = started()
    conduct = with_well_day(conduct, seal, 1)
    text = str([event.to_dict() for event in conduct.events])
    plan = conduct.plan
    for rule in ("pregnant", "thoughts_of_suicide", "self_injury_with_objects", "diabetes", "chest_pain"):
        assert rule not in text
    yes = screening(plan, thoughts_of_suicide="yes").to_dict()
    chest = screening(plan, chest_pain="yes").to_dict()
    assert yes == chest
    assert seal_path(Path("me.json")).name == "me.json.seal"
