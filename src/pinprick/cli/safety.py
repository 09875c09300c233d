"""`pinprick screen`, and the safety questions of a day: answers come in, their outcome is kept, and no answer is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from pinprick.cli.options import AsJson, Today, is_asking, now
from pinprick.cli.terminal import hear, say, speak
from pinprick.errors import ProtocolError


def screen(
    protocol: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="A ready-made trial, or a protocol file of your own.")
    ] = None,
    trial: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The trial's file; made anew if it is not there.")
    ] = None,
    country: Annotated[str | None, typer.Option(help="Whose emergency numbers to show.")] = None,
    answers: Annotated[Path | None, typer.Option(metavar="FILE", help="Answers as JSON, by rule.")] = None,
    cleared: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="A rule that a doctor or nurse has said yes to.")
    ] = None,
    list_them: Annotated[bool, typer.Option("--list", help="Only list the questions.")] = False,
    after: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The finished trial before this one, in a sequence of trials.")
    ] = None,
    today: Today = None,
    as_json: AsJson = False,
) -> None:
    """Answer the safety questions before a trial. No answer counts as yes; answers are never kept."""
    from pinprick.cli.screen import answers_from_file, ask_country, ask_start
    from pinprick.report import screen as words
    from pinprick.trial.conduct import Conduct
    from pinprick.trial.safety import evaluate
    from pinprick.trial.safety_rules import Occasion, rules_for
    from pinprick.trial.store import writing

    moment = now(today)
    if trial is None:
        plan, _ = _plan_of(protocol, after)
        conduct = None
    else:
        with writing(trial) as book:
            known = None if book.is_new else book.conduct
        if known is None:
            plan, sequence = _plan_of(protocol, after)
            conduct = Conduct.opened(plan, moment, sequence=sequence)
        else:
            if protocol is not None and _plan_of(protocol, after)[0] != known.plan:
                raise ProtocolError(
                    f"{trial} holds a trial of {known.plan.name}; leave --protocol out, or give a file of its own."
                )
            plan, conduct = known.plan, known
    kinds = [kind.value for kind in plan.safety_kinds]
    rules = rules_for(kinds, occasion=Occasion.START, groups=plan.screen)
    if list_them:
        _list(rules, as_json)
        return
    if answers is not None:
        given = answers_from_file(answers)
    elif is_asking() and not as_json:
        country = country or ask_country(read=hear, say=speak)
        given = ask_start(rules, country=country, read=hear, say=speak)
    else:
        raise ProtocolError(
            "The safety questions need answers, and nobody is at the keyboard; give --answers FILE, "
            "an object of rule and answer. pinprick screen --list names the rules."
        )
    opened = list(cleared or ())
    outcome = evaluate(given, kinds, occasion=Occasion.START, groups=plan.screen, cleared=opened)
    if outcome.ask_clinician and not outcome.stopped and is_asking() and not as_json and answers is None:
        opened += [one.id for one in outcome.met if one.clinician_can_clear and _has_said_yes(one.tell_the_person)]
        outcome = evaluate(given, kinds, occasion=Occasion.START, groups=plan.screen, cleared=opened)
    lines = words.said(outcome, country)
    remarks: tuple[str, ...] = ()
    if trial is not None and conduct is not None:
        with writing(trial) as book:
            conduct = conduct.with_screening(outcome, moment, country=country)
            book.write(conduct)
            remarks = book.remarks
        lines.append(f"The outcome is in {trial}; your answers are not.")
    if as_json:
        print(json.dumps({"protocol": plan.name, **outcome.to_dict(), "lines": lines}, ensure_ascii=False, indent=2))
    else:
        say(lines, remarks)


def _has_said_yes(advice: str) -> bool:
    say(["", advice])
    return typer.confirm("  Has a doctor or nurse said that you may?", default=False)


def _list(rules: Any, as_json: bool) -> None:
    if as_json:
        listed = {
            rule.id: {"question": rule.question, "answer": "0 to 6" if rule.items else "yes or no"} for rule in rules
        }
        print(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    say([f"{rule.id}: {rule.question}" for rule in rules])


def _plan_of(protocol: str | None, after: Path | None) -> tuple[Any, dict[str, Any] | None]:
    """The plan to screen for; of a sequence, the stage that is due."""
    from pinprick.trial.plan import Plan
    from pinprick.trial.protocol_file import read_protocol, ready_names
    from pinprick.trial.store import load_trial

    if protocol is None:
        raise ProtocolError(f"Which trial? Give --protocol, one of {', '.join(ready_names())}, or a file of your own.")
    found = read_protocol(protocol)
    if isinstance(found, Plan):
        if after is not None:
            raise ProtocolError(f"{found.name} is a trial by itself, so nothing comes before it; leave --after out.")
        return found, None
    stage, before = 1, None
    if after is not None:
        conduct = load_trial(after).conduct
        sequence = conduct.sequence
        if not sequence or sequence["name"] != found.name:
            raise ProtocolError(f"{after} is no stage of {found.name}; give the stage before this one.")
        if conduct.revealed is None:
            raise ProtocolError(f"{after} has not ended; pinprick verdict ends it. Then comes the next stage.")
        stage = sequence["stage"] + 1
        before = {"file": after.name, "commitment": conduct.start["commitment"]}
        before |= {"finding": _finding(conduct), "protocol": conduct.plan.name}
    if stage > len(found.stages):
        raise ProtocolError(f"{found.name} has {len(found.stages)} stages, and all are done.")
    sequence_facts = {"name": found.name, "stage": stage, "stages": [plan.name for plan in found.stages]}
    return found.stages[stage - 1], sequence_facts | ({"before": before} if before else {})


def _finding(conduct: Any) -> str:
    result = conduct.revealed["verdict"]["result"]
    return str(result["finding"]) if result else "cannot_tell"


def todays_answers(conduct: Any, day: date, *, well: bool, answers: Path | None, can_ask: bool) -> Any:
    """The outcome of a day's safety questions; None where they were answered already, or nobody answers.

    ``well`` says no to every sign on the day's list. The weekly question about self-harm is then skipped, as
    anybody may; it is never answered for somebody.
    """
    from pinprick.cli.screen import answers_from_file, ask_daily
    from pinprick.trial.safety import evaluate
    from pinprick.trial.safety_rules import rules_for

    if answers is None and (conduct.answered_on(day) or not (well or can_ask)):
        return None
    kinds = [kind.value for kind in conduct.plan.safety_kinds]
    occasion = conduct.safety.occasion(day)
    rules = rules_for(kinds, occasion=occasion, groups=conduct.plan.screen)
    if answers is not None:
        given = answers_from_file(answers)
    elif well:
        given = {rule.id: None if rule.skippable else 0 if rule.items else "no" for rule in rules}
    else:
        given = ask_daily(rules, country=conduct.country, read=hear, say=speak)
    return evaluate(given, kinds, occasion=occasion, groups=conduct.plan.screen)


def todays_signs(conduct: Any, day: date) -> list[str]:
    """The signs on a day's list, in a few words each, for somebody who has not answered yet."""
    from pinprick.trial.safety_rules import rules_for

    kinds = [kind.value for kind in conduct.plan.safety_kinds]
    rules = rules_for(kinds, occasion=conduct.safety.occasion(day), groups=conduct.plan.screen)
    return [f"- {rule.sign}" for rule in rules if rule.sign]
