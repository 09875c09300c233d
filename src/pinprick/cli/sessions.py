"""How a trial's sessions are set up, and what each came to: `pinprick setup` and `pinprick sessions`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinprick.cli.options import AsJson, Today, TrialFile, now
from pinprick.cli.terminal import parse_today, print_json, say, standing
from pinprick.errors import ProtocolError

if TYPE_CHECKING:
    from datetime import date

    from pinprick.trial.conduct import Conduct
    from pinprick.trial.set_up import SetUp


def setup(
    trial: TrialFile,
    mat: Annotated[str | None, typer.Option(metavar="NAME", help="A mat by name.")] = None,
    spikes: Annotated[int | None, typer.Option(help="How many spikes, as counted.")] = None,
    length: Annotated[float | None, typer.Option(metavar="MM", help="The spiked face, down the back.")] = None,
    width: Annotated[float | None, typer.Option(metavar="MM", help="The spiked face, across.")] = None,
    spacing: Annotated[float | None, typer.Option(metavar="MM", help="Between neighbours on a disc.")] = None,
    tip_radius: Annotated[float | None, typer.Option(metavar="MM", help="Of a spike, as measured.")] = None,
    layer: Annotated[
        str | None, typer.Option(help="none, vest, t_shirt, sweatshirt, towel, folded_towel, or mm of pressed cloth.")
    ] = None,
    surface: Annotated[str | None, typer.Option(help="floor, carpet, sofa or bed.")] = None,
    mass: Annotated[float | None, typer.Option(metavar="KG", help="What you weigh, if you wish to say.")] = None,
    height: Annotated[float | None, typer.Option(metavar="CM", help="How tall you are, likewise.")] = None,
    sex: Annotated[str | None, typer.Option(help="Whose measured body is nearer, likewise: male or female.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="The first day it holds on; today otherwise.")
    ] = None,
    today: Today = None,
    as_json: AsJson = False,
) -> None:
    """Write down how you lie on your mat, so that sessions can be compared; with nothing given, show it.

    What is not said stays as it was. It never changes the verdict.
    """
    from pinprick.dose.setup import layer_from_text
    from pinprick.report import sessions as words
    from pinprick.sessions.each import as_setup
    from pinprick.trial.store import load_trial, writing

    moment = now(today)
    given: dict[str, Any] = {
        "mat": mat,
        "spikes": spikes,
        "length": length,
        "width": width,
        "spacing": spacing,
        "tip_radius": tip_radius,
        "layer": None if layer is None else layer_from_text(layer),
        "surface": None if surface is None else surface.strip().lower(),
        "mass_kg": mass,
        "stature_cm": height,
        "sex": None if sex is None else sex.strip().lower(),
    }
    said = {key: value for key, value in given.items() if value is not None}
    if not said and since is None:
        loaded = load_trial(trial)
        conduct, remarks = loaded.conduct, loaded.remarks
        lines, day = words.kept_lines(conduct), moment.day
    else:
        day = parse_today(since, "--from") if since else moment.day
        with writing(trial) as book:
            before = book.conduct
            set_up = _with(before, day, said, moment.day)
            conduct = before.with_set_up(set_up, moment, since=day)
            as_setup(set_up)  # which refuses words and numbers that mean nothing, before anything is written
            book.write(conduct)
            remarks = book.remarks
        lines = words.written_lines(before, conduct, day)
    if as_json:
        kept = conduct.set_up_on(day)
        print_json(
            {
                **standing(conduct, moment),
                "set_up": kept.to_dict() if kept else None,
                "set_ups": [{"from": one.isoformat(), **set_up.to_dict()} for one, set_up in conduct.set_ups],
                "lines": lines,
            }
        )
    else:
        say(lines, remarks, heading=False)


def _with(conduct: Conduct, day: date, said: dict[str, Any], today: date) -> SetUp:
    """What was said put over what is kept; another mat brings its own numbers.

    With nothing said but a day, what holds now is meant.
    """
    from pinprick.dose.setup import LAYERS, SURFACES
    from pinprick.trial.set_up import SetUp

    kept = conduct.set_up_on(day) or conduct.set_up_on(today)
    if kept is None:
        if not {"layer", "surface"} <= said.keys() and conduct.plan.on_the_mat and conduct.revealed is None:
            raise ProtocolError(
                f"Say what lies between you and the spikes with --layer ({', '.join(LAYERS)} or mm) and what the mat "
                f"lies on with --surface ({', '.join(SURFACES)}); afterwards only what changes."
            )
        return SetUp(**said)
    if "mat" in said:
        kept = replace(kept, spikes=None, length=None, width=None, spacing=None, tip_radius=None)
    return replace(kept, **said)


def sessions(trial: TrialFile, today: Today = None, as_json: AsJson = False) -> None:
    """Say what each session came to: minutes, and how sharp beside your usual set-up; after the reveal, what dose says.

    The answer of a trial goes by the treatment that was assigned; dose is secondary. Sharpness is a model.
    """
    from pinprick.report import sessions as words
    from pinprick.sessions.each import sessions as every_session
    from pinprick.sessions.response import dose_response
    from pinprick.trial.store import load_trial

    moment = now(today)
    loaded = load_trial(trial)
    conduct = loaded.conduct
    told = every_session(conduct, until=moment.day)
    dose = dose_response(conduct) if conduct.revealed is not None and conduct.plan.on_the_mat else None
    lines = words.sessions_lines(told, dose)
    bare = next((one.day for one in told.unknown if one.set_up is None), None)
    if bare is not None and conduct.revealed is None:
        lines.append(f"If you know how you lay on those days: pinprick setup --from {bare} --trial {trial}.")
    if as_json:
        body = {**standing(conduct, moment), **told.to_dict()}
        print_json({**body, "dose_response": dose.to_dict() if dose else None, "lines": lines})
    else:
        say(lines, loaded.remarks)
