"""Ready-made trials hold what they promise, in plain words; one's own file works; a bad one is refused in a line."""

import os
import re
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from pinprick.errors import FileError, PinprickError, ProtocolError
from pinprick.trial.instruments import effect_names, instrument_names, outcomes_table
from pinprick.trial.outcome import Outcome
from pinprick.trial.plan import Arm, Asked, Beliefs, Blocks, Kind, Plan, Rating, Sequence, StartDay
from pinprick.trial.protocol import Mode, Question
from pinprick.trial.protocol_file import (
    ARM_FIELDS,
    LARGEST,
    RATING_FIELDS,
    RED_FLAGS,
    TOP_FIELDS,
    read_protocol,
    ready_names,
)

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "src" / "pinprick" / "trial" / "ready"
PAGE = (ROOT / "docs" / "trials.md").read_text(encoding="utf-8")

READY = {
    "acupuncture-course",
    "mat-then-acupuncture",
    "mat-vs-rest-back-pain",
    "mat-vs-rest-circulation",
    "mat-vs-rest-muscle-tension",
    "mat-vs-rest-neck-pain",
    "mat-vs-rest-sleep",
    "mat-vs-rest-stress",
    "mat-vs-usual-pain",
}
PLANS = sorted(READY - {"mat-then-acupuncture"})
ON_THE_MAT = [name for name in PLANS if name.startswith("mat-")]
AGAINST_REST = [name for name in ON_THE_MAT if "-rest-" in name]

MINE = """\
format: pinprick-protocol/1
name: my-knee
title: Does a warm pack help my knee?
control: nothing
treatments:
  - name: warm_pack
    kind: rest
    what_to_do: Sit down with the warm pack on your knee.
    minutes: 20
  - name: nothing
    kind: usual_care
    what_to_do: Do what you do on any other day.
outcomes:
  - name: pain
    instrument: pain_nrs
  - name: mood
    question: How was your mood today?
    better: higher
schedule:
  kind: blocks
  period_days: 2
  ceiling_days: 40
"""


def plan(name: str) -> Plan:
    found = read_protocol(name)
    assert isinstance(found, Plan)
    return found


def raw(name: str) -> dict:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


# --- Every ready-made trial -------------------------------------------------------------------------------------------


def test_every_trial_of_the_design_is_there() -> None:
    assert set(ready_names()) == READY


@pytest.mark.parametrize("name", sorted(READY))
def test_a_ready_trial_says_everything_itself_and_is_called_as_its_file(name: str) -> None:
    assert "based_on" not in raw(name)
    found = read_protocol(name)
    assert found.name == name
    assert found.version >= 1
    assert found.title.endswith("?")
    assert found.about


@pytest.mark.parametrize("name", PLANS)
def test_a_ready_plan_survives_its_own_values(name: str) -> None:
    found = plan(name)
    assert Plan.from_dict(found.to_dict()) == found
    assert Plan.from_dict(found.to_dict()).to_dict() == found.to_dict()


@pytest.mark.parametrize("name", PLANS)
def test_the_values_of_a_ready_plan_are_a_protocol_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "again.yaml"
    path.write_text(yaml.safe_dump(plan(name).to_dict(), sort_keys=False, allow_unicode=True), encoding="utf-8")
    assert read_protocol(path) == plan(name)


@pytest.mark.parametrize("name", PLANS)
def test_a_ready_plan_is_whole(name: str) -> None:
    found = plan(name)
    assert len(found.arms) == 2
    assert found.control == found.arms[1].name
    assert found.question is Question.AGAINST_CONTROL
    assert found.estimand.endswith(".")
    assert found.effect in effect_names()
    assert found.screen
    assert set(found.screen) <= set(RED_FLAGS)
    for arm in found.arms:
        assert arm.label
        assert arm.what_to_do.endswith(".")
        assert arm.set_up.endswith(".")
        assert arm.when.endswith(".")
    for rating in found.ratings:
        assert rating.question.endswith("?")
        assert rating.low_means
        assert rating.high_means
        assert (rating.outcome.low, rating.outcome.high) == (0, 10)


@pytest.mark.parametrize("name", PLANS)
def test_the_smallest_difference_is_the_published_or_the_tables_own_with_its_reason(name: str) -> None:
    table = {one["id"]: one["mcid"]["value"] for one in outcomes_table()["instruments"]}
    for rating in plan(name).ratings:
        assert rating.outcome.smallest_difference == table.get(rating.instrument, 1)
    for one in raw(name)["outcomes"]:
        assert "smallest_difference" in one  # also where it is the table's, so that a reader sees it
    assert "\n# smallest_difference: " in "\n" + (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


def test_each_ready_plan_rates_what_it_asks_about_and_at_its_rhythm() -> None:
    rhythm = {
        name: (plan(name).primary.name, plan(name).design.period_days)  # type: ignore[union-attr]
        for name in ON_THE_MAT
    }
    assert rhythm == {
        "mat-vs-rest-back-pain": ("pain", 3),
        "mat-vs-rest-circulation": ("stiffness", 3),
        "mat-vs-rest-muscle-tension": ("tension", 3),
        "mat-vs-rest-neck-pain": ("pain", 3),
        "mat-vs-rest-sleep": ("sleep", 3),
        "mat-vs-rest-stress": ("stress", 2),
        "mat-vs-usual-pain": ("pain", 3),
    }
    for name in ON_THE_MAT:
        assert plan(name).n_days == 84


@pytest.mark.parametrize("name", ON_THE_MAT)
def test_time_on_the_mat_is_the_trial_dose_after_a_ladder_that_fits_the_run_in(name: str) -> None:
    found = plan(name)
    assert found.ladder
    assert found.run_in_days >= 2 + 2 + 3  # steps 1 to 3 of safety.yaml's usage ladder
    assert found.arms[0].kind is Kind.MAT
    for arm in found.arms:
        if arm.on_the_mat:
            assert arm.minutes == 15


@pytest.mark.parametrize("name", AGAINST_REST)
def test_a_rest_day_is_a_mat_day_with_the_spikes_covered(name: str) -> None:
    mat, rest = plan(name).arms
    assert rest.kind is Kind.REST
    assert rest.over_the_mat
    assert rest.minutes == mat.minutes
    assert "Fold a thick towel twice" in rest.what_to_do
    assert "same clothes, " in mat.set_up
    assert "same clothes, " in rest.set_up
    assert rest.when.startswith("At the same time as on mat ")
    assert mat.set_up.endswith(("until the trial ends.", "stay awake."))


@pytest.mark.parametrize("name", ON_THE_MAT)
def test_a_mat_trial_says_how_to_be_safe(name: str) -> None:
    found = plan(name)
    for said in ("face, ", "belly, groin and armpits", "fever", "alcohol", "two days after acupuncture", "medicines"):
        assert said in found.about
    assert re.search(r"front (of|and the sides of) your neck", found.about)
    assert re.search(r"not stand, kneel or sleep|Never sleep on it", found.about)
    assert "Keep taking the medicines prescribed for you." in found.about
    for arm in found.arms:
        if arm.on_the_mat:
            assert "Set a timer" in arm.what_to_do
            assert "roll to your side" in arm.what_to_do
    if len(found.arms) == 2 and found.arms[1].on_the_mat:
        assert re.search(r"holds on towel (days|evenings) too", found.about)


@pytest.mark.parametrize("name", PLANS)
def test_a_rating_comes_three_hours_after_the_session_or_the_next_morning(name: str) -> None:
    found = plan(name)
    for rating in found.ratings:
        if rating.asked is Asked.EVENING and found.on_the_mat:
            assert "at least 3 hours before you rate" in found.arms[0].when
    assert (found.primary.asked is Asked.NEXT_MORNING) == (name == "mat-vs-rest-sleep")


def test_the_sleep_trial_ends_on_the_mat_before_bed() -> None:
    found = plan("mat-vs-rest-sleep")
    assert "never take it into bed" in found.about
    assert "sleeping pill" in found.about
    for arm in found.arms:
        assert "timer that rings" in arm.what_to_do
        assert arm.what_to_do.endswith("put the mat away. Then go to bed.")


def test_the_neck_trial_keeps_to_the_back_of_the_neck() -> None:
    found = plan("mat-vs-rest-neck-pain")
    assert "the front and the sides of your neck" in found.about
    assert "the back of your neck" in found.arms[0].what_to_do


def test_the_circulation_trial_says_that_it_only_explores() -> None:
    found = plan("mat-vs-rest-circulation")
    assert found.exploratory
    assert [rating.name for rating in found.ratings] == ["stiffness", "cold"]
    assert "only explores" in found.about
    assert "cannot say whether the mat changes it" in found.about
    assert [name for name in PLANS if plan(name).exploratory] == ["mat-vs-rest-circulation"]


def test_the_course_starts_on_a_drawn_day_and_says_what_that_is_worth() -> None:
    found = plan("acupuncture-course")
    assert found.design == StartDay(usual_days=14, start_days=28, ceiling_days=84)
    assert [arm.name for arm in found.arms] == ["acupuncture", "usual"]
    assert not found.ladder
    assert not found.on_the_mat
    assert "weaker evidence" in found.about


def test_mat_then_acupuncture_is_two_plans_each_judged_by_its_own_rule() -> None:
    found = read_protocol("mat-then-acupuncture")
    assert isinstance(found, Sequence)
    assert found.stages == (plan("mat-vs-usual-pain"), plan("acupuncture-course"))
    assert "judged by its own rule" in found.about
    assert "side by side" in found.about


# --- The words --------------------------------------------------------------------------------------------------------

BANNED = re.compile(
    r"\b(compliance|fail\w*|patients?|subjects?|arms?|p[- ]values?|streaks?"  # not to a person (experience.md, U22)
    r"|blood flow|toxins?|detox\w*|organs?|energy|qi|chi|meridians?|points? (on|of) the body|acupoints?|endorphins?"
    r"|oxytocin|heal(s|ed|ing)?|cures?|cured|treats?|remed\w+|miracle\w*|natural\w*|proven|guarantee\w*|boosts?"
    r"|will (help|ease|relieve|work|feel better))\b",
    re.IGNORECASE,
)
HARDEST = 5.0  # a school grade: a reading age of 10, within the 9 to 11 that the NHS aims at
LONGEST_SENTENCE, MEAN_SENTENCE = 25, 14


def syllables(word: str) -> int:
    """Count the groups of vowels; a silent e at the end is none."""
    word = re.sub(r"[^a-z]", "", word.lower())
    word = re.sub(r"(?<=[^l])es?$|ed$" if len(word) > 3 and not word.endswith(("ted", "ded")) else r"$^", "", word)
    return max(1, len(re.findall(r"[aeiouy]+", word)))


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.?!:])\s+", text) if part]


def n_words(text: str) -> int:
    return sum(any(sign.isalnum() for sign in word) for word in text.split())


def grade(text: str) -> float:
    """Flesch-Kincaid grade: 0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid and others, 1975)."""
    words = [word for word in text.split() if any(sign.isalnum() for sign in word)]
    return 0.39 * len(words) / len(sentences(text)) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def said_to_a_person(name: str) -> list[str]:
    """Everything that a participant reads, apart from the estimand, which is for researchers as well."""
    found = read_protocol(name)
    texts = [found.title, found.about]
    if isinstance(found, Plan):
        for arm in found.arms:
            texts += [arm.what_to_do, arm.set_up, arm.when]
        for rating in found.ratings:
            texts.append(rating.question)
    return texts


def test_the_count_of_syllables_is_about_right() -> None:
    known = {"mat": 1, "towel": 2, "minutes": 2, "folded": 2, "place": 1, "acupuncture": 4, "medicine": 3, "little": 2}
    assert {word: syllables(word) for word in known} == known


@pytest.mark.parametrize("name", sorted(READY))
def test_words_are_easy_to_read(name: str) -> None:
    assert grade(" ".join(said_to_a_person(name))) <= HARDEST


@pytest.mark.parametrize("name", sorted(READY))
def test_sentences_are_short(name: str) -> None:
    all_of_them = [sentence for text in said_to_a_person(name) for sentence in sentences(text)]
    assert [sentence for sentence in all_of_them if n_words(sentence) > LONGEST_SENTENCE] == []
    assert sum(map(n_words, all_of_them)) / len(all_of_them) <= MEAN_SENTENCE


@pytest.mark.parametrize("name", sorted(READY))
def test_nothing_is_claimed_or_promised(name: str) -> None:
    found = read_protocol(name)
    texts = said_to_a_person(name) + ([found.estimand] if isinstance(found, Plan) else [])
    assert [text for text in texts if BANNED.search(text)] == []


# --- A person's own file ----------------------------------------------------------------------------------------------


def test_a_persons_own_file_is_a_plan(tmp_path: Path) -> None:
    path = tmp_path / "knee.yaml"
    path.write_text(MINE, encoding="utf-8")
    found = read_protocol(path)
    assert isinstance(found, Plan)
    assert found.protocol.treatments == ("warm_pack", "nothing")
    assert found.arms[0].label == "warm_pack"
    assert found.version == 1
    assert found.primary.question == "How bad has your pain been today, taking the whole day together?"
    assert found.ratings[1].outcome == Outcome("mood")
    assert found.n_days == 40


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_it_may_be_saved_by_any_editor(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / "knee.yaml"
    path.write_bytes(MINE.replace("\n", end).replace("warm pack help", "wärme pack help").encode(encoding))
    assert read_protocol(path).title == "Does a wärme pack help my knee?"


def test_three_treatments_work(tmp_path: Path) -> None:
    third = (
        "  - {name: cold_pack, kind: rest, what_to_do: Sit with the cold pack on your knee., minutes: 20}\noutcomes:"
    )
    path = tmp_path / "knee.yaml"
    path.write_text(MINE.replace("outcomes:", third), encoding="utf-8")
    found = read_protocol(path)
    assert isinstance(found, Plan)
    assert found.contrasts == (("warm_pack", "nothing"), ("warm_pack", "cold_pack"), ("nothing", "cold_pack"))
    assert found.n_days == 36


def test_a_plan_based_on_another_changes_what_it_names_and_keeps_the_rest(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "knee.yaml").write_text(MINE.replace("title:", "version: 7\ntitle:"), encoding="utf-8")
    mine = tmp_path / "sub" / "other.yaml"
    mine.write_text(
        "format: pinprick-protocol/1\nname: other-knee\nbased_on: ../knee.yaml\n"
        "schedule: {kind: blocks, period_days: 3, ceiling_days: 30}\n",
        encoding="utf-8",
    )
    base = plan(str(tmp_path / "knee.yaml"))
    assert read_protocol(mine) == replace(base, name="other-knee", version=1, design=Blocks(3, 30))


def test_a_plan_may_be_based_on_a_ready_made_one(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "format: pinprick-protocol/1\nname: mine\nbased_on: mat-vs-rest-back-pain\nrule: {mode: strict}\n",
        encoding="utf-8",
    )
    assert read_protocol(mine).mode.value == "strict"  # type: ignore[union-attr]


def test_stages_may_be_files_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "knee.yaml").write_text(MINE, encoding="utf-8")
    both = tmp_path / "both.yaml"
    both.write_text(
        "format: pinprick-protocol/1\nname: both\ntitle: One after the other?\nstages: [knee.yaml, acupuncture-course]",
        encoding="utf-8",
    )
    found = read_protocol(both)
    assert isinstance(found, Sequence)
    assert [stage.name for stage in found.stages] == ["my-knee", "acupuncture-course"]


def test_words_that_look_like_something_else_are_text(tmp_path: Path) -> None:
    path = tmp_path / "knee.yaml"
    path.write_text(MINE.replace("title: Does a warm pack help my knee?", "title: 2026-05-04"), encoding="utf-8")
    assert read_protocol(path).title == "2026-05-04"


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="this system does not name open files")
def test_what_a_shell_writes_is_read() -> None:
    """As in ``pinprick plan <(echo ...)``, whose path leads to no file."""
    reading, writing = os.pipe()
    os.write(writing, MINE.encode())
    os.close(writing)
    assert read_protocol(f"/dev/fd/{reading}").name == "my-knee"
    os.close(reading)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("comment", [0, LARGEST])
def test_a_pipe_is_read_as_a_file_is(tmp_path: Path, comment: int) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(MINE + "#" * comment,), daemon=True)
    writer.start()
    if comment:
        with pytest.raises(FileError, match=r"pipe\.yaml has 6.* KiB, more than the 64 KiB"):
            read_protocol(pipe)
    else:
        assert read_protocol(pipe).name == "my-knee"
    writer.join(timeout=5)


# --- The page about them ----------------------------------------------------------------------------------------------


def test_the_page_names_every_ready_made_trial_with_its_question() -> None:
    rows = {cells[1].strip(" `"): cells for line in PAGE.splitlines() if len(cells := line.split("|")) == 7}
    for name in ready_names():
        assert rows[name][2].strip().startswith(read_protocol(name).title.rstrip("?")), name
    for name in ON_THE_MAT:
        assert rows[name][5].strip() == f"{plan(name).design.period_days} days"  # type: ignore[union-attr]


def test_the_page_explains_every_field_of_a_protocol_file() -> None:
    explained = {
        name
        for line in PAGE.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    schedule = ("kind", *Blocks.__dataclass_fields__, *StartDay.__dataclass_fields__)
    for name in (*TOP_FIELDS, *ARM_FIELDS, *RATING_FIELDS, *schedule):
        assert name in explained, name
    for name in (*Beliefs.__dataclass_fields__, *RED_FLAGS, *instrument_names(), *Kind, *Asked, *Mode):
        assert re.search(rf"`(mode: )?{name}`", PAGE), name


def test_the_example_on_the_page_is_a_protocol(tmp_path: Path) -> None:
    path = tmp_path / "knee.yaml"
    path.write_text(re.search(r"```yaml\n(.+?)```", PAGE, re.DOTALL).group(1), encoding="utf-8")
    found = read_protocol(path)
    assert isinstance(found, Plan)
    assert found.n_days == 60
    assert found.question is Question.AGAINST_CONTROL


def test_the_message_on_the_page_is_a_real_one(tmp_path: Path) -> None:
    path = tmp_path / "knee.yaml"
    path.write_text(MINE.replace("minutes", "minuts"), encoding="utf-8")
    assert f"\n{refusal(path)}\n" in PAGE


# --- Bad input --------------------------------------------------------------------------------------------------------


def refusal(path: Path) -> str:
    with pytest.raises(PinprickError) as caught:
        read_protocol(path)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert len(message) < 600
    assert message.endswith((".", "?"))
    assert ";" in message  # what is wrong; what to do
    return message


CHANGES = {
    # what was written, what is written instead, the line, what the message says
    "unknown field": ("minutes: 20", "minuts: 20", 9, "'minuts' here; did you mean minutes?"),
    "unknown field at the top": ("control:", "kontrol:", 4, "'kontrol' here; did you mean control?"),
    "unknown field like none": ("control:", "zzz:", 4, "'zzz' here; choose from format, name"),
    "unknown instrument": ("pain_nrs", "pain_nsr", 15, "outcomes[1].instrument is 'pain_nsr'.*did you mean pain_nrs?"),
    "an instrument like none": ("pain_nrs", "steps", 15, "or give question, scale and better instead"),
    "outcome without a question": ("    question: How was your mood today?\n", "", 16, "outcomes[2] has no question"),
    "empty field that is required": ("title: Does a warm pack help my knee?", "title:", 3, "has no title; add it"),
    "blank field that is required": ("title: Does a warm pack help my knee?", "title: ' '", 3, "has no title; add it"),
    "no treatments": ("treatments:", "version: 1\nbeliefs:", 1, "the protocol has no treatments; add it"),
    "washout without a day": ("period_days: 2", "period_days: 2\n  washout_days: 2", 19, "leaves no day to rate"),
    "block longer than the ceiling": ("ceiling_days: 40", "ceiling_days: 3", 19, "give 8 days or more"),
    "ceiling past a year": ("ceiling_days: 40", "ceiling_days: 999999", 19, "give at most 366"),
    "control not second": ("control: nothing", "control: warm_pack", 4, "name the control second"),
    "control that is none": ("control: nothing", "control: towel", 4, "the second treatment is 'nothing'"),
    "control: no": ("control: nothing", "control: no", 4, "'no' (which YAML takes for false), not text"),
    "name: on": ("name: warm_pack", "name: On", 6, "'On' (which YAML takes for true), not text"),
    "treatments of one name": ("name: warm_pack", "name: nothing", 5, "give two or more different names"),
    "outcomes of one name": ("name: mood", "name: pain", 13, "give one or more different names"),
    "outcome called as a column": ("name: mood", "name: note", 16, "call it differently"),
    "name of two words": ("name: warm_pack", "name: warm pack", 6, "'warm pack' is not one word"),
    "name like an option": ("name: my-knee", "name: --json", 2, "a letter first"),
    "text for a number": ("minutes: 20", "minutes: twenty", 9, "'twenty', not a whole number"),
    "number for text": ("name: my-knee", "name: 5", 2, "'5', not text"),
    "list for text": ("title: Does a warm pack help my knee?", "title: [a, b]", 3, "title is a list, not text"),
    "text for a list": ("control:", "screen: red_flag_back\ncontrol:", 4, "not a list; start each item with a dash"),
    "text for a group": ("control:", "rule: strict\ncontrol:", 4, "'strict', not a group of fields"),
    "a number with a comma": ("minutes: 20", "minutes: 7,5", 9, "'7,5', not a whole number"),
    "half a day": ("period_days: 2", "period_days: 1.5", 21, "'1.5', not a whole number"),
    "base sixty": ("minutes: 20", "minutes: 1:30", 9, "'1:30', not a whole number"),
    "base eight": ("minutes: 20", "minutes: 015", 9, "'015', not a whole number"),
    "a date for a number": ("minutes: 20", "minutes: 2026-05-04", 9, "'2026-05-04', not a whole number"),
    "a day that is none": ("minutes: 20", "minutes: 2026-99-99", 9, "'2026-99-99', not a whole number"),
    "yes for a number": ("minutes: 20", "minutes: yes", 9, "not a whole number"),
    "text for a truth": ("control:", "ladder: maybe\ncontrol:", 4, "'maybe', not true or false"),
    "version below one": ("control:", "version: 0\ncontrol:", 4, "count from 1"),
    "ladder without a mat": ("control:", "ladder: true\ncontrol:", 4, "no treatment on the mat"),
    "run-in too long": ("control:", "run_in_days: 99\ncontrol:", 4, "give 0 to 56"),
    "unknown kind": ("kind: usual_care", "kind: usual", 11, "did you mean usual_care?"),
    "unknown schedule": ("kind: blocks", "kind: block", 20, "did you mean blocks?"),
    "no kind of schedule": ("  kind: blocks\n", "", 19, "schedule has no kind"),
    "unknown screen": ("control:", "screen: [red_flag_bak]\ncontrol:", 4, "did you mean red_flag_back?"),
    "unknown effect": ("control:", "effect: mat_vs_rset\ncontrol:", 4, "did you mean mat_vs_rest?"),
    "unknown mode": ("control:", "rule: {mode: hard}\ncontrol:", 4, "one of standard, strict"),
    "scale of one end": ("better: higher", "better: higher\n    scale: [10]", 19, "not two numbers"),
    "scale upside down": ("better: higher", "better: higher\n    scale: [10, 0]", 16, "the lower one first"),
    "difference wider than the scale": (
        "better: higher",
        "better: higher\n    smallest_difference: 11",
        16,
        "at most 10",
    ),
    "infinity": ("better: higher", "better: higher\n    smallest_difference: .inf", 19, "'.inf', not a number"),
    "not a number": ("better: higher", "better: higher\n    smallest_difference: .nan", 19, "'.nan', not a number"),
    "1e999": ("better: higher", "better: higher\n    smallest_difference: 1.0e+999", 19, "not a number"),
    "huge number": ("minutes: 20", f"minutes: {'9' * 5000}", 9, "not a whole number"),
    "huge number in hexadecimal": ("minutes: 20", f"minutes: 0x{'f' * 5000}", 9, "not a whole number"),
    "long name": ("name: warm_pack", f"name: {'w' * 61}", 6, "has 61 characters; give at most 60"),
    "longer control": ("control: nothing", f"control: {'w' * 9000}", 4, "9,000 characters; give at most 60"),
    "control character": ("title: Does a warm pack help my knee?", 'title: "a\\x07b"', 3, "take its control char"),
    "twice the same field": ("control:", "title: Again?\ncontrol:", 4, "'title' stands here twice; keep one"),
    "a tab": ("  - name: warm_pack", "\t- name: warm_pack", 6, "indent with spaces, not with tabs"),
    "a colon in a text": ("title: Does", "title: Question: does", 3, "put the text in quotation marks"),
    "a quotation mark left open": ("title: Does", "title: 'Does", 3, "never closed"),
    "a bracket left open": ("control:", "screen: [a, b\ncontrol:", 4, "a bracket is opened"),
    "a line indented too little": ("    minutes: 20", "   minutes: 20", 9, "indent it as its neighbours are"),
    "a sign at the start of a text": ("title: Does", "title: 'a' Does", 3, "put text that begins with a sign"),
    "a line without a colon": ("control: nothing", "control nothing", 5, "a colon is missing"),
    "two documents": ("control:", "---\ncontrol:", 4, "keep one in a file"),
    "an anchor": ("title: Does", "title: &a Does", 3, "which a protocol may not; write it out"),
    "an alias": ("control: nothing", "control: *a", 4, "which a protocol may not; write it out"),
    "a tag of YAML": ("minutes: 20", "minutes: !!int '20'", 9, "a tag .* has no place"),
    "a custom tag": ("minutes: 20", "minutes: !mine 20", 9, "a tag .* has no place"),
    "a merge": ("control:", "<<: {name: x}\ncontrol:", 4, "no field '<<' here"),
    "a key that is a list": ("control:", "? [a, b]\n: 1\ncontrol:", 4, "no field '?' here"),
    "newer format": ("protocol/1", "protocol/2", 1, "not 'pinprick-protocol/1'; install a newer Pinprick"),
    "other format": ("pinprick-protocol/1", "docker/1", 1, "'docker/1', not 'pinprick-protocol/1'; write that"),
    "no format": ("format: pinprick-protocol/1\n", "", 1, "begin it with format: pinprick-protocol/1"),
    "based on nothing": ("control:", "based_on: nowhere.yaml\ncontrol:", 4, "There is no protocol file"),
    "based on a slip": ("control:", "based_on: mat-vs-rest-slep\ncontrol:", 4, "did you mean mat-vs-rest-sleep?"),
    "based on stages": ("control:", "based_on: mat-then-acupuncture\ncontrol:", 4, "name one of its stages"),
    "based on itself": (
        "control:",
        "based_on: knee.yaml\ncontrol:",
        4,
        "refers back to itself (knee.yaml → knee.yaml)",
    ),
    "based on no name": ("control:", "based_on: [a]\ncontrol:", 4, "based_on is a list, not text"),
    "based on a very long name": ("control:", f"based_on: {'x' * 900}\ncontrol:", 4, "There is no protocol file"),
    "based on half a letter": ("control:", 'based_on: "\\ud800"\ncontrol:', 4, "take its control characters out"),
    "based on a zero": ("control:", 'based_on: "a\\0b"\ncontrol:', 4, "take its control characters out"),
    "based on a folder": ("control:", "based_on: .\ncontrol:", None, "is a folder"),
    "stages beside a plan": ("control:", "stages: [a, b]\ncontrol:", 5, "control belongs to one plan"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_slip_is_refused_in_one_line_that_says_where_and_what_to_do(case: str, tmp_path: Path) -> None:
    before, after, line, says = CHANGES[case]
    assert MINE.count(before) >= 1
    path = tmp_path / "knee.yaml"
    path.write_text(MINE.replace(before, after, 1), encoding="utf-8")
    message = refusal(path)
    if line is not None:
        assert re.match(rf"knee\.yaml, line {line}[,:]", message), message
    assert re.search(".*".join(map(re.escape, says.split(".*"))), message), message


@pytest.mark.parametrize("towel", ["kind: mat", "kind: rest\n    over_the_mat: true"])
def test_nobody_lies_on_the_mat_for_more_than_20_minutes(towel: str, tmp_path: Path) -> None:
    path = tmp_path / "knee.yaml"
    path.write_text(MINE.replace("kind: rest", towel).replace("minutes: 20", "minutes: 21"), encoding="utf-8")
    assert refusal(path) == "knee.yaml, line 6: warm_pack lasts 21 minutes; on a mat give 1 to 20."
    path.write_text(MINE.replace("kind: rest", towel).replace("    minutes: 20\n", ""), encoding="utf-8")
    assert refusal(path) == "knee.yaml, line 6: warm_pack lasts 0 minutes; on a mat give 1 to 20."
    path.write_text(MINE.replace("kind: rest", towel), encoding="utf-8")
    assert read_protocol(path).arms[0].on_the_mat  # type: ignore[union-attr]


def test_more_than_six_treatments_are_too_many(tmp_path: Path) -> None:
    more = "".join(f"  - {{name: t{i}, kind: usual_care, what_to_do: Wait.}}\n" for i in range(5))
    path = tmp_path / "knee.yaml"
    path.write_text(MINE.replace("outcomes:", more + "outcomes:"), encoding="utf-8")
    assert refusal(path).startswith("knee.yaml, line 5: 7 treatments are too many for one person's trial; give at most")


def test_the_mat_and_acupuncture_do_not_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "knee.yaml"
    changed = MINE.replace("kind: rest", "kind: mat").replace("kind: usual_care", "kind: acupuncture")
    path.write_text(changed, encoding="utf-8")
    assert refusal(path).startswith("knee.yaml, line 5: The mat and acupuncture take turns here")


def test_a_circle_of_references_is_shown(tmp_path: Path) -> None:
    for name, other in [("a", "b"), ("b", "c"), ("c", "a")]:
        text = f"format: pinprick-protocol/1\nname: {name}\nbased_on: {other}.yaml\n"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    message = "c.yaml, line 3: this refers back to itself (a.yaml → b.yaml → c.yaml → a.yaml); "
    assert refusal(tmp_path / "a.yaml") == message + "take one of these references out."


def test_stages_that_lead_to_themselves_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "me.yaml"
    path.write_text(
        "format: pinprick-protocol/1\nname: me\ntitle: Me?\nstages:\n  - acupuncture-course\n  - me.yaml\n",
        encoding="utf-8",
    )
    assert refusal(path).startswith("me.yaml, line 6: this refers back to itself (me.yaml → me.yaml); ")


def test_a_long_way_of_references_is_cut(tmp_path: Path) -> None:
    for i in range(400):
        text = f"format: pinprick-protocol/1\nname: a\nbased_on: {i + 1}.yaml\n"
        (tmp_path / f"{i}.yaml").write_text(text, encoding="utf-8")
    assert refusal(tmp_path / "0.yaml").startswith("7.yaml, line 3: these are 9 plans based on one another; ")


@pytest.mark.parametrize(
    ("stages", "says"),
    [
        ("[acupuncture-course]", "not 2 to 6 plans; it names 1; name 2 to 6"),
        (f"[{'acupuncture-course, ' * 3000}]", "it names 3000"),
        ("[acupuncture-course, acupuncture-course]", "give 2 to 6 plans of different names"),
        ("[acupuncture-course, mat-then-acupuncture]", "name its stages here instead"),
        ("[acupuncture-course, missing.yaml]", "There is no protocol file"),
        ("acupuncture-course", "not a list; start each item with a dash"),
    ],
)
def test_stages_are_some_different_plans(stages: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "both.yaml"
    path.write_text(f"format: pinprick-protocol/1\nname: both\ntitle: Both?\nstages: {stages}\n", encoding="utf-8")
    message = refusal(path)
    assert message.startswith("both.yaml, line 4: ")
    assert says in message


def test_a_mistake_in_a_file_that_another_is_based_on_is_named_there(tmp_path: Path) -> None:
    (tmp_path / "knee.yaml").write_text(MINE.replace("minutes: 20", "minutes: many"), encoding="utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text("format: pinprick-protocol/1\nname: mine\nbased_on: knee.yaml\n", encoding="utf-8")
    assert refusal(path).startswith("knee.yaml, line 9: treatments[1].minutes is 'many'")


def test_a_name_that_does_not_exist_says_what_does(tmp_path: Path) -> None:
    assert refusal(Path("mat-vs-rest-slep")).endswith("did you mean mat-vs-rest-sleep?")
    assert "the ready-made ones are acupuncture-course, " in refusal(tmp_path / "qqqq")
    assert "There is no protocol file" in refusal(Path("x" * 5000))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "knee.yaml is empty; a protocol starts with format: pinprick-protocol/1."),
        (b"# only a remark\n", "knee.yaml is empty; "),
        (b"---\n", "knee.yaml is empty; "),
        (b"hello\n", "knee.yaml, line 1: the protocol is 'hello', not a group of fields; begin with format: "),
        (b"- a\n- b\n", "knee.yaml, line 1: the protocol is a list, not a group of fields; "),
        (bytes(range(256)) * 4, "knee.yaml is not a text file"),
        (b"PK\x03\x04 and more", "knee.yaml is a ZIP archive or a spreadsheet; a protocol is a page of plain text"),
        (b"%PDF-1.7", "knee.yaml is a PDF; a protocol is a page of plain text"),
        (b"format: \xef\xbf\xbf", "knee.yaml, line 1: there is a character that no text needs; take it out."),
    ],
)
def test_what_is_no_protocol_at_all_is_refused(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "knee.yaml"
    path.write_bytes(content)
    message = refusal(path)
    assert message.startswith(says)
    assert "CSV" not in message
    assert "diary" not in message


def test_a_folder_is_no_protocol(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)


# --- Files meant to do harm -------------------------------------------------------------------------------------------


def quick_refusal(path: Path, seconds: float) -> str:
    start = time.process_time()
    message = refusal(path)
    assert time.process_time() - start < seconds
    return message


def test_ten_megabytes_are_refused_before_they_are_parsed(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(MINE.encode() + b"# more\n" * 1_500_000)
    assert "KiB, more than the 64 KiB that a protocol may have" in quick_refusal(path, 0.1)


def test_a_bomb_of_aliases_is_refused_at_the_first(tmp_path: Path) -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    path = tmp_path / "bomb.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert quick_refusal(path, 0.1).startswith("bomb.yaml, line 1, column 5: & and * repeat text by reference")


@pytest.mark.parametrize("text", ["[" * 30_000, "{a: " * 15_000, "- " * 30_000, "? " * 30_000])
def test_deep_nesting_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "deep.yaml"
    path.write_text(text, encoding="utf-8")
    assert "nested deeper than 12 levels" in quick_refusal(path, 5)


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!python/object/new:os.system", "!<x>", "!!set"])
def test_a_tag_runs_nothing(tag: str, tmp_path: Path) -> None:
    made = tmp_path / "made"
    path = tmp_path / "knee.yaml"
    path.write_text(MINE.replace("my-knee", f"{tag} ['touch {made}']"), encoding="utf-8")
    message = refusal(path)
    assert message.startswith("knee.yaml, line 2, column 7: a tag (")
    assert message.endswith("has no place in a protocol; take it out.")
    assert not made.exists()


def test_a_page_of_nothing_but_fields_is_quick(tmp_path: Path) -> None:
    path = tmp_path / "knee.yaml"
    path.write_text(MINE + "".join(f"field{i}: 1\n" for i in range(4000)), encoding="utf-8")
    assert "there is no field 'field0' here" in quick_refusal(path, 5)


# --- The parts ------------------------------------------------------------------------------------------------------


def test_every_instrument_of_the_table_can_be_asked(tmp_path: Path) -> None:
    path = tmp_path / "knee.yaml"
    for name in instrument_names():
        path.write_text(MINE.replace("pain_nrs", name), encoding="utf-8")
        rating = read_protocol(path).primary  # type: ignore[union-attr]
        assert rating.instrument == name
        assert rating.question.endswith("?")


def test_a_difference_is_a_tenth_of_a_scale_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "knee.yaml"
    path.write_text(MINE.replace("better: higher", "better: higher\n    scale: [0, 100]"), encoding="utf-8")
    assert read_protocol(path).ratings[1].outcome.smallest_difference == 10  # type: ignore[union-attr]


def test_what_the_plan_refuses_is_a_protocol_error() -> None:
    with pytest.raises(ProtocolError):
        Plan(
            "mine",
            1,
            "?",
            "",
            (Arm("a", "a", Kind.REST, "Rest."), Arm("a", "a", Kind.REST, "Rest.")),
            (Rating(Outcome("pain"), "How bad?"),),
            Blocks(),
        )
