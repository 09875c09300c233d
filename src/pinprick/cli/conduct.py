"""The days of a trial at the terminal: start, today, rate, pause, resume, stop, status, and its verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinprick.cli.options import AsJson, Today, TrialFile, is_asking, now
from pinprick.cli.terminal import hear, parse_today, print_json, say, speak, standing
from pinprick.errors import DiaryError, ProtocolError
from pinprick.trial.commitment import Moment
from pinprick.trial.table import day_name

if TYPE_CHECKING:
    from pinprick.analysis.reading import Reading
    from pinprick.context import InContext
    from pinprick.trial.conduct import Conduct

ANSWER_FIRST = "If none is: pinprick today --well. If any is, or you are not sure: pinprick today, at a keyboard."


def start(
    trial: TrialFile,
    first_day: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The first day; tomorrow otherwise.")
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(metavar="TREATMENT=0..10", help="How much you expect of a treatment; once for each."),
    ] = None,
    choice: Annotated[
        str | None, typer.Option(metavar="TREATMENT", help="What you would go on with today; or neither.")
    ] = None,
    built_up: Annotated[
        bool, typer.Option("--built-up", help="I have lain on a mat for a week or more without trouble.")
    ] = False,
    seed: Annotated[
        str | None, typer.Option(metavar="HEX", help="64 digits, for a rehearsal; the order is then not sealed.")
    ] = None,
    today: Today = None,
    as_json: AsJson = False,
) -> None:
    """Draw the order by chance, seal it, print the commitment, and start."""
    from pinprick import api
    from pinprick.trial.store import load_trial, running_beside, writing

    wanted_day = parse_today(first_day, "--first-day") if first_day else None
    belief = {
        "expectation": dict(_expectation(one) for one in expect) if expect else None,
        "choice_today": choice,
    }
    if is_asking() and not as_json and not expect and choice is None:  # before the trial is held for writing
        known = load_trial(trial).conduct
        known.check_start(now(today), first_day=wanted_day, built_up=built_up)
        belief = _ask_belief(known.plan)
    moment = now(today)
    with writing(trial) as book:
        conduct = book.conduct
        other = running_beside(trial, moment.day)
        if other is not None:
            raise ProtocolError(
                f"{other} is a trial that is still running, and two trials at once cannot be told apart; "
                "stop that one first, or keep this one for later."
            )
        after, seal = api.start(
            conduct,
            moment,
            seed=None if seed is None else _seed(seed),
            belief={key: value for key, value in belief.items() if value is not None},
            first_day=wanted_day,
            built_up=built_up,
        )
        book.write_seal(seal)
        book.write(after)
    first = after.scheduled_days[0]
    if as_json:
        print_json(
            {
                **standing(after, moment),
                "first_day": first.isoformat(),
                "last_day": after.last_day.isoformat(),
                "commitment": after.start["commitment"],
                "not_sealed": not after.start["sealed"],
            }
        )
        return
    lines = [
        f"The order is drawn{' and sealed' if seed is None else ''}. The trial starts on "
        f"{day_name(first, year=True)} and ends on {day_name(after.last_day, year=True)} at the latest.",
        "This number commits to the plan and to the order. Keep it elsewhere: mail it to a friend, or write it down.",
        f"  {after.start['commitment']}",
    ]
    if seed is None:
        lines += [
            f"The order lies in {trial.name}.seal, beside the trial. Do not open it, and do not lose it.",
            f"Each day: pinprick today --trial {trial}, and in the evening pinprick rate.",
        ]
    else:
        lines.append("The seed was given by hand, so the order is not sealed. Every verdict will say so.")
    if after.plan.on_the_mat and not after.set_ups:
        lines.append(f"To keep how you lie, cloth and surface: pinprick setup --trial {trial}.")
    say(lines, book.remarks)


def _expectation(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    try:
        if not equals:
            raise ValueError
        return name, float(value)
    except ValueError:
        raise DiaryError(f"--expect {text!r} is no treatment=number; write it as mat=6.") from None


def _seed(text: str) -> bytes:
    try:
        seed = bytes.fromhex(text)
    except ValueError:
        raise ProtocolError(
            f"--seed {text[:20]!r} is not hexadecimal; give 64 digits, each 0 to 9 or a to f."
        ) from None
    if len(seed) != 32:
        raise ProtocolError(f"--seed has {len(text)} digits; give 64.")
    return seed


def _ask_belief(plan: Any) -> dict[str, Any]:
    speak("")
    speak(plan.beliefs.expectation)
    expectation = {}
    for arm in plan.arms:
        answer = _asked(f"{arm.label}: ", lambda text: 0 <= float(text) <= 10, "a number from 0 to 10, or nothing")
        if answer:
            expectation[arm.name] = float(answer)
    names = [*(arm.name for arm in plan.arms), "neither"]
    choices = ", ".join(names)
    speak("")
    speak(plan.beliefs.choice_today)
    choice = _asked(f"{choices}: ", names.__contains__, choices)
    return {"expectation": expectation or None, "choice_today": choice or None}


def _asked(prompt: str, is_good: Callable[[str], bool], allowed: str) -> str:
    """An answer that is allowed, or nothing."""
    while True:
        try:
            text = hear(prompt).strip()
        except EOFError:
            return ""
        try:
            if not text or is_good(text):
                return text
        except ValueError:
            pass
        speak(f"Give {allowed}.")


def today(
    trial: TrialFile,
    well: Annotated[
        bool, typer.Option("--well", help="None of today's safety signs applies to me (they are listed without it).")
    ] = False,
    answers: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Today's safety answers as JSON, by rule.")
    ] = None,
    set_clock: Today = None,
    as_json: AsJson = False,
) -> None:
    """Today's treatment, after today's safety questions; never another day's."""
    from pinprick.cli.safety import todays_answers, todays_signs
    from pinprick.report import conduct as words
    from pinprick.report import screen as safe_words
    from pinprick.trial.agenda import Due, agenda
    from pinprick.trial.store import load_trial, writing

    given, day = None, now(set_clock).day
    known = load_trial(trial).conduct
    if _asks(known, day):  # before the trial is held for writing
        given = todays_answers(known, day, well=well, answers=answers, can_ask=is_asking() and not as_json)
    moment = now(set_clock)
    day = moment.day
    lines: list[str] = []
    with writing(trial) as book:
        conduct = book.conduct
        if _asks(conduct, day):
            if given is not None:
                conduct = conduct.with_screening(given, moment)
                lines += safe_words.said(given, conduct.country) if not given.may_start or given.cautions else []
            elif agenda(conduct, day).asks:
                lines += ["Is any of this true for you today?", *todays_signs(conduct, day), ANSWER_FIRST]
        if agenda(conduct, day).due is Due.TREATMENT:
            conduct = conduct.begin(book.seal(), moment)
        todays = agenda(conduct, day)
        lines += words.agenda_lines(conduct, todays, day)
        book.write(conduct)
        remarks = book.remarks
    if as_json:
        print_json(
            {
                **standing(conduct, moment),
                "day_number": conduct.day_number(day) if conduct.has_started else None,
                "days_at_most": conduct.plan.n_days,
                "treatment": words.treatment_dict(todays.arm) if todays.arm and not todays.withheld else None,
                "withheld": todays.withheld,
                "lines": lines,
            }
        )
    else:
        say(lines, remarks)


def _asks(conduct: Conduct, day: date) -> bool:
    """Whether this day has safety questions, answered or not."""
    from pinprick.trial.agenda import Due, agenda

    return conduct.plan.on_the_mat and agenda(conduct, day).due in (Due.TREATMENT, Due.BUILD_UP)


def rate(
    trial: TrialFile,
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NUMBER | NAME=NUMBER]...", help="The rating; a bare number is the primary one."),
    ] = None,
    day: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The day it is about; today (or last night) otherwise.")
    ] = None,
    done: Annotated[bool | None, typer.Option("--done/--not-done", help="Whether the treatment was done.")] = None,
    minutes: Annotated[float | None, typer.Option(help="How long it lasted.")] = None,
    note: Annotated[str, typer.Option(help="Your own words; never analysed.")] = "",
    correct: Annotated[bool, typer.Option("--correct", help="Change what is written; the old answer is kept.")] = False,
    felt: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE",
            help="What felt wrong: skin_broken, marks_not_fading, too_painful, faint_or_palpitations, new_numbness.",
        ),
    ] = None,
    prick: Annotated[float | None, typer.Option(help="In the build-up: how hard it pricked at most, 0 to 10.")] = None,
    today: Today = None,
    as_json: AsJson = False,
) -> None:
    """Write down a day. The same again changes nothing; something else needs --correct."""
    from pinprick.report import conduct as words
    from pinprick.trial.conduct import Written, WrittenAlreadyError
    from pinprick.trial.store import writing

    moment = now(today)
    with writing(trial) as book:
        conduct = book.conduct
        about = parse_today(day, "--day") if day else conduct.day_to_rate(moment.day)
        ratings = dict(_rating(text, conduct.plan) for text in values or ())
        lines: list[str] = []
        written: Written | None = None
        for rule in felt or ():
            conduct = conduct.with_felt(rule, moment)
            lines += words.stop_lines(rule)
        if prick is not None:
            conduct = conduct.with_rung(prick=prick, moment=moment)
            lines += words.built_lines(conduct, prick)
        if ratings or done is not None or minutes is not None or note or not (felt or prick is not None):
            before = conduct
            try:
                conduct, written = conduct.with_rating(
                    moment,
                    day=about,
                    ratings=ratings,
                    done=done,
                    minutes=minutes,
                    note=note,
                    correct=correct,
                )
            except WrittenAlreadyError as error:
                if not is_asking() or as_json:
                    raise
                if not typer.confirm(f"  {str(error).split(';')[0]}. Change it?"):
                    raise typer.Exit from None
                conduct, written = before.with_rating(
                    moment, day=about, ratings=ratings, done=done, minutes=minutes, note=note, correct=True
                )
            lines += words.rated_lines(written, conduct.versions(about)[-1], conduct.plan)
            for rule in conduct.stops_in_ratings(about):
                conduct = conduct.with_felt(rule, moment)
                lines += words.stop_lines(rule)
        book.write(conduct)
        remarks = book.remarks
    rated = conduct.rated(about)
    if as_json:
        print_json(
            {
                **standing(conduct, moment),
                "about": about.isoformat(),
                "written": written.value if written else None,
                "ratings": dict(rated.ratings) if rated else {},
                "late": rated.late if rated else False,
                "lines": lines,
            }
        )
    else:
        say(lines, remarks)


def _rating(text: str, plan: Any) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    if not equals:
        name, value = plan.primary.name, text
    plan.rating(name)  # which says what there is
    try:
        return name, float(value)
    except ValueError:
        raise DiaryError(f"{text!r} is no rating; write {plan.primary.name}=4, or only 4.") from None


def pause(trial: TrialFile, today: Today = None, as_json: AsJson = False) -> None:
    """Pause the trial: the order stands still, and nothing is lost."""
    after, moment = _step(trial, today, lambda conduct, moment: conduct.with_pause(moment))
    first = day_name(after.pauses[-1].first_day)
    _tell(after, moment, as_json, [f"Paused from {first}. It goes on where it was left: pinprick resume."])


def resume(
    trial: TrialFile,
    cleared: Annotated[bool, typer.Option("--cleared", help="A doctor or nurse said that I may go on.")] = False,
    healed: Annotated[bool, typer.Option("--healed", help="My skin has healed.")] = False,
    today: Today = None,
    as_json: AsJson = False,
) -> None:
    """Go on after a pause, or after a safety rule that let you come back."""
    from pinprick.trial.conduct import Phase

    def step(conduct: Any, moment: Moment) -> Any:
        if cleared:
            conduct = conduct.with_clearance(moment)
        if healed:
            conduct = conduct.with_healed(moment)
        if conduct.phase(moment.day) is Phase.PAUSED or not (cleared or healed):
            conduct = conduct.with_resumption(moment)
        return conduct

    after, moment = _step(trial, today, step)
    said = "Written down. " if cleared or healed else ""
    _tell(after, moment, as_json, [f"{said}The trial goes on. Today: pinprick today."])


def stop(
    trial: TrialFile,
    why: Annotated[str, typer.Option(help="Why, in a few words.")] = "",
    today: Today = None,
    as_json: AsJson = False,
) -> None:
    """Stop the trial. What was rated is kept, and stopping is a result."""
    after, moment = _step(trial, today, lambda conduct, moment: conduct.with_stop(moment, why=why))
    _tell(after, moment, as_json, ["Stopped. What was rated is kept. What can be said: pinprick verdict."])


def status(trial: TrialFile, today: Today = None, as_json: AsJson = False) -> None:
    """How much of the question is answered, never which way it leans."""
    from pinprick.analysis.reading import progress
    from pinprick.report import conduct as words
    from pinprick.trial.store import load_trial

    moment = now(today)
    loaded = load_trial(trial)
    conduct = loaded.conduct
    phase = conduct.phase(moment.day)
    so_far = progress(conduct, moment.day) if conduct.has_started else None
    lines = (
        words.progress_lines(conduct, so_far, phase, moment.day)
        if so_far
        else words.waiting_lines(conduct, phase, moment.day)
    )
    if as_json:
        body: dict[str, Any] = standing(conduct, moment)
        if so_far:
            body |= {
                "days_done": so_far.days_done,
                "days_rated": so_far.days_rated,
                "days_missing": so_far.days_missing,
                "days_at_most": so_far.days_at_most,
                "answered": round(so_far.answered, 3),
                "days_left": so_far.days_left,
            }
        print_json(body | {"lines": lines})
        return
    rows = [f"  {row}" for row in words.thread(conduct, moment.day)] if so_far else []
    say([*lines, *rows], loaded.remarks)


@dataclass(frozen=True, slots=True)
class Shown:
    """A verdict that was shown, so that it may be drawn, and the day."""

    conduct: Conduct
    reading: Reading
    day: date

    @property
    def beside(self) -> InContext | None:
        """The answer beside published trials; None where there is none, or nothing was published on its question."""
        from pinprick.context import in_context, prior_for

        result = self.reading.result
        if result is None:
            return None
        plan, treatments = self.conduct.plan, result.observations.treatments
        return in_context(result, prior_for(plan, treatments, result.outcome.name))


def conducted_verdict(
    trial: Path, *, unseal: bool, guess: str | None, prefer: str | None, today: str | None, as_json: bool
) -> Shown | None:
    """The verdict of a conducted trial; returns what was shown of it, or None where it is sealed.

    Before the rule fires it says "not yet". With an answer, guess and preference come first, then the reveal.
    """
    from pinprick import api, report
    from pinprick.analysis.reading import progress, read_verdict
    from pinprick.cli.terminal import style
    from pinprick.report import conduct as words
    from pinprick.trial.store import seal_path, writing

    moment = now(today)
    with writing(trial) as book:
        conduct = book.conduct
        _ = conduct.start
        if seal_path(trial).exists() and conduct.revealed is None:
            conduct = conduct.begin(book.seal(), moment)
        reading = read_verdict(conduct, moment.day if conduct.revealed is None else _read_on(conduct))
        if reading.ready and conduct.revealed is None:
            if conduct.belief_after is None:
                guess, prefer = _belief_after(conduct.plan, guess, prefer, can_ask=is_asking() and not as_json)
                conduct = conduct.with_belief_after(moment, guess=guess, preference=prefer)
            conduct, reading = api.reveal(conduct, book.seal(), moment)
        elif unseal and conduct.revealed is None:
            conduct = conduct.with_unsealing(moment)
            reading = read_verdict(conduct, moment.day)  # whose doubts now name this look too
        book.write(conduct)
        remarks = book.remarks
    shown = conduct.revealed is not None or unseal
    if not shown:
        so_far = progress(conduct, moment.day)
        lines = words.not_yet_lines(conduct, so_far)
        if as_json:
            print_json({**standing(conduct, moment), "finding": None, "days_left": so_far.days_left, "lines": lines})
        else:
            say(lines, remarks)
        return None
    told = Shown(conduct, reading, moment.day)
    if reading.result is None:
        lines = ["Nothing was rated in time, so there is nothing to say.", *words.belief_lines(conduct)]
        if as_json:
            print_json({**standing(conduct, moment), "finding": "cannot_tell", "lines": lines})
        else:
            say(lines, remarks)
        return told
    result, beside = reading.result, told.beside
    if as_json:
        body = result.to_dict()
        print_json(
            {
                **standing(conduct, moment),
                **body,
                "belief": dict(conduct.start["belief"]),
                "belief_after": dict(conduct.belief_after) if conduct.belief_after else None,
                "others": [other.to_dict() for other in reading.others],
                "commitment": conduct.start["commitment"],
                "beside_published": beside.to_dict() if beside else None,
            }
        )
        return told
    say([], remarks)
    print(report.terminal(result, beside=beside, **style()))
    if not conduct.revealed:
        say(["This is a look before the end. The trial goes on, and every later verdict will say that you looked."])
    say(
        [
            *words.belief_lines(conduct),
            *words.other_contrasts(reading.others, conduct.plan),
            *words.sequence_lines(conduct, result),
            *_what_next(conduct, trial),
        ],
        heading=False,
    )
    return told


def _what_next(conduct: Any, trial: Path) -> list[str]:
    lines = [f"Anybody can check this: pinprick verify {trial.name} --commitment, with the number kept elsewhere."]
    sequence = conduct.sequence
    if conduct.revealed is not None and sequence and sequence["stage"] < len(sequence["stages"]):
        nxt = sequence["stages"][sequence["stage"]]
        lines.append(
            f"Next comes {nxt}: pinprick screen --protocol {sequence['name']} --after {trial} --trial NEW-FILE."
        )
    return lines


def _read_on(conduct: Any) -> date:
    return date.fromisoformat(conduct.revealed["verdict"]["read_on"])


def _belief_after(plan: Any, guess: str | None, prefer: str | None, *, can_ask: bool) -> tuple[str | None, str | None]:
    names = [*(arm.name for arm in plan.arms), "neither"]
    choices = ", ".join(names)
    if guess is None and prefer is None and can_ask:
        speak("")
        speak("There is an answer. Two questions come first; Enter leaves one out.")
        answers = []
        for question in (plan.beliefs.guess, plan.beliefs.preference):
            speak("")
            speak(question)
            answers.append(_asked(f"{choices}: ", names.__contains__, choices) or "skip")
        guess, prefer = answers
    if guess is None or prefer is None:
        raise ProtocolError(
            f"There is an answer. Two questions come first: give --guess and --prefer, each {choices}, or skip "
            "if you would not say."
        )
    return (None if guess == "skip" else guess), (None if prefer == "skip" else prefer)


def erase(
    trial: TrialFile,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
) -> None:
    """Erase a trial: its file, its journal and its seal. Nothing brings it back."""
    from pinprick.trial.store import erase as erase_files

    if not yes:
        if not is_asking():
            raise ProtocolError(f"Erasing {trial} cannot be undone; say --yes if you mean it.")
        if not typer.confirm(f"  Erase {trial}, its journal and its seal for good?"):
            raise typer.Exit
    names = erase_files(trial)
    say([f"Erased: {', '.join(names)}. Copies and backups that you made elsewhere are still there."])


def _step(
    trial: Path, today: str | None, step: Callable[[Any, Moment], Any], *, begin: bool = True
) -> tuple[Any, Moment]:
    """Take one step in a trial and write it."""
    from pinprick.trial.store import seal_path, writing

    moment = now(today)
    with writing(trial) as book:
        conduct = book.conduct
        if begin and conduct.is_sealed and seal_path(trial).exists():
            conduct = conduct.begin(book.seal(), moment)
        conduct = step(conduct, moment)
        book.write(conduct)
        say([], book.remarks)
    return conduct, moment


def _tell(conduct: Any, moment: Moment, as_json: bool, lines: list[str]) -> None:
    if as_json:
        print_json({**standing(conduct, moment), "lines": lines})
    else:
        say(lines)
