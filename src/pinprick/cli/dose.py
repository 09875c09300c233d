"""`pinprick dose`: what a spike mat does to the skin, and what a shirt, a towel, a bed or the floor changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinprick.cli.options import AsJson
from pinprick.cli.terminal import check_output, print_json, say, write_output
from pinprick.errors import ProtocolError

if TYPE_CHECKING:
    from pinprick.dose.answer import Dose
    from pinprick.dose.calibration import Calibration
    from pinprick.dose.mat import Mat
    from pinprick.dose.setup import Setup

OTHERS_DRAWS = 60  # for what stands beside an answer


def dose(
    mat: Annotated[str | None, typer.Option(metavar="NAME|FILE", help="A mat by name, or a file about it.")] = None,
    spikes: Annotated[int | None, typer.Option(help="How many spikes, 1 to 1,000,000.")] = None,
    length: Annotated[float | None, typer.Option(metavar="MM", help="The spiked face, down the back.")] = None,
    width: Annotated[float | None, typer.Option(metavar="MM", help="The spiked face, across.")] = None,
    discs: Annotated[int | None, typer.Option(help="Counted; with --spikes-per-disc, for --spikes.")] = None,
    spikes_per_disc: Annotated[float | None, typer.Option(help="Counted on one disc.")] = None,
    spacing: Annotated[float | None, typer.Option(metavar="MM", help="Between neighbours on a disc.")] = None,
    tip_radius: Annotated[float | None, typer.Option(metavar="MM", help="Of a spike, as measured.")] = None,
    foam_thickness: Annotated[float | None, typer.Option(metavar="MM", help="Of the mat's own foam.")] = None,
    mass: Annotated[float | None, typer.Option(metavar="KG", help="What you weigh, 35 to 200.")] = None,
    height: Annotated[float | None, typer.Option(metavar="CM", help="How tall you are, 130 to 220.")] = None,
    sex: Annotated[str, typer.Option(help="Whose measured body is nearer: male or female.")] = "male",
    use: Annotated[str, typer.Option(help="back, neck, seat, feet or standing.")] = "back",
    layer: Annotated[
        str, typer.Option(help="none, vest, t_shirt, sweatshirt, towel, folded_towel, or mm of pressed cloth.")
    ] = "none",
    surface: Annotated[str, typer.Option(help="floor, carpet, sofa or bed.")] = "floor",
    minutes: Annotated[float, typer.Option(help="How long, 1 to 60.")] = 10,
    first_sharp: Annotated[
        list[float] | None,
        typer.Option(
            metavar="GRAMS",
            help="What a kitchen scale shows when a disc on it first feels sharp under your hand; give it three times.",
        ),
    ] = None,
    disc_spikes: Annotated[
        int | None, typer.Option(help="Spikes that you pressed on the scale; else --spikes-per-disc.")
    ] = None,
    photo: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A picture of your bare back, right after a session: its red dots are counted. It is read here, goes "
            "nowhere and is not kept.",
        ),
    ] = None,
    compare: Annotated[
        list[str] | None,
        typer.Option(metavar="CHANGES", help="Another set-up, such as t_shirt+bed or 8000; may be repeated."),
    ] = None,
    ladder: Annotated[bool, typer.Option("--ladder", help="A gentle start, step by step.")] = False,
    needle: Annotated[bool, typer.Option("--needle", help="The mat beside an acupuncture needle.")] = False,
    points: Annotated[bool, typer.Option("--points", help="Which named points lie under it.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write all of it as a page to this file.")] = None,
    svg: Annotated[Path | None, typer.Option(help="Write the picture to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a spike mat does to your skin: how many spikes touch, how hard, and what cloth and surface change.

    A model, not a measurement; what you measure at home makes it yours. Needs no connection.
    """
    check_output("--html", html)
    check_output("--svg", svg)
    if mass is None or height is None:
        raise ProtocolError(
            "Say who lies on it with --mass and --height: 35 to 200 kg and 130 to 220 cm, such as --mass 70 "
            "--height 175."
        )
    from pinprick.dose.answer import dose as answer
    from pinprick.dose.body import Person
    from pinprick.dose.setup import Setup, layer_from_text

    if ladder and use != "back":
        raise ProtocolError("--ladder is for a mat under the back, which its steps were written for; leave --use out.")
    if photo is not None and use != "back":
        raise ProtocolError("--photo is for a mat under the back; leave --use out.")
    measured = {
        "spikes": _counted(discs, spikes_per_disc, spikes),
        "length": length,
        "width": width,
        "spikes_per_disc": spikes_per_disc,
        "spacing": spacing,
        "tip_radius": tip_radius,
        "foam_thickness": foam_thickness,
    }
    person = Person(mass, height, sex)  # type: ignore[arg-type]  # it says what is allowed
    minutes = int(minutes) if minutes == int(minutes) else minutes
    own = Setup(_mat(mat, use, measured), person, use, layer_from_text(layer), surface, minutes)
    others = [_changed(own, text) for text in compare or ()]
    measured_at_home = _calibration(own, first_sharp or [], disc_spikes, spikes_per_disc, photo)
    if others:
        from pinprick.dose.answer import compare as side_by_side

        doses = list(side_by_side([own, *others], calibration=measured_at_home))
    else:
        doses = [answer(own.mat, person, use, own.layer, surface, minutes, calibration=measured_at_home)]
    if svg is not None:
        write_output(svg, _pictures(doses[0], ladder=ladder, needle=needle, points=points).encode())
    if html is not None:
        from pinprick.dose_page import dose_html

        write_output(html, dose_html(doses[0], doses[1:]).encode())
    if as_json:
        print_json(_contract(doses, ladder=ladder, needle=needle, points=points))
    elif html is None and svg is None:
        _tell(doses, ladder=ladder, needle=needle, points=points)


def _counted(discs: int | None, per_disc: float | None, spikes: int | None) -> int | None:
    """The mat's spikes: from its discs where they were counted, and then nothing else may stand beside it."""
    if discs is None:
        return spikes
    from pinprick.dose.calibration import counted_spikes

    if per_disc is None:
        raise ProtocolError("--discs needs the spikes on one disc; count them and give --spikes-per-disc.")
    found = counted_spikes(discs, per_disc)
    if spikes not in (None, found):
        raise ProtocolError(
            f"{discs:,} discs of {per_disc:g} spikes are {found:,} spikes, and --spikes says {spikes:,}; leave "
            "--spikes out, or count again."
        )
    return found


def _calibration(
    own: Setup, grams: list[float], disc_spikes: int | None, per_disc: float | None, photo: Path | None
) -> Calibration | None:
    """What was measured at home; None where nothing was."""
    if disc_spikes is not None and not grams:
        raise ProtocolError(
            "--disc-spikes is for a disc on a scale; add what the scale showed, such as --first-sharp 230."
        )
    if not grams and photo is None:
        return None
    from pinprick.dose.calibration import Calibration
    from pinprick.dose.sharpness import own_threshold

    first = None
    if grams:
        pressed = disc_spikes if disc_spikes is not None else per_disc
        if pressed is None:
            raise ProtocolError(
                "--first-sharp needs how many spikes you pressed; count those on the disc and give --disc-spikes, such "
                "as --disc-spikes 27."
            )
        first = own_threshold(grams, round(pressed))
    touching = None
    if photo is not None:
        from pinprick.dose.photo import red_dots

        touching = red_dots(photo, own.mat).touching
    return Calibration(first, touching, None if touching is None else own)


def _mat(name: str | None, use: str, measured: dict[str, Any]) -> Mat:
    """The mat that was named, with what was measured put over it."""
    from pinprick.dose.answer import which_mat
    from pinprick.dose.data import table
    from pinprick.dose.mat import DEFAULT_NAME, Mat

    given = {key: value for key, value in measured.items() if value is not None}
    if name is None and "spikes" in given:
        return Mat(**given)
    found = which_mat(name or table("model")["uses"].get(use, {}).get("mat", DEFAULT_NAME))
    return found.measured(**given)


def _changed(own: Setup, text: str) -> Setup:
    """A set-up with some things changed, as "t_shirt+bed" has it."""
    from pinprick.dose.mat import mat_names
    from pinprick.dose.setup import LAYERS, SURFACES, USES, layer_from_text

    setup = own
    for part in filter(None, (part.strip() for part in text.replace(",", "+").split("+"))):
        layer = layer_from_text(part)
        name = part.lower().replace("-", "_").replace(" ", "_")
        if layer in LAYERS or (isinstance(layer, float) and name.endswith("mm")):
            setup = replace(setup, layer=layer)
        elif name in SURFACES:
            setup = replace(setup, surface=name)
        elif name in USES:
            setup = replace(setup, use=name)
        elif name in mat_names() or name.endswith((".yaml", ".yml")):
            setup = replace(setup, mat=_mat(part, own.use, {}))
        elif part.isdecimal():
            setup = replace(setup, mat=replace(own.mat, spikes=int(part), spacing=None))
        else:
            raise ProtocolError(
                f"--compare has {part[:30]!r}, which is no cloth, surface, use, mat or count of spikes; join some of "
                f"{', '.join((*LAYERS, *SURFACES))} with +."
            )
    return setup


def _contract(doses: list[Dose], *, ladder: bool, needle: bool, points: bool) -> Any:
    """One object for a set-up, a list of them for several; with more asked, each part under its name."""
    from pinprick.dose.ladder import ladder as made
    from pinprick.report import dose as words

    told = [one.to_dict() for one in doses]
    if not (ladder or needle or points):
        return told[0] if len(told) == 1 else told
    first = doses[0]
    body: dict[str, Any] = {"setups": told}
    if ladder:
        body["ladder"] = words.ladder_dict(made(first.setup.person, first.setup.mat))
    if needle:
        body["needle"] = words.needle_dict(first)
    if points:
        body["points"] = words.points_dict(first)
    return body


def _tell(doses: list[Dose], *, ladder: bool, needle: bool, points: bool) -> None:
    from pinprick.dose.ladder import ladder as made
    from pinprick.report import dose as words

    first = doses[0]
    if ladder:
        say(words.ladder_lines(made(first.setup.person, first.setup.mat)))
    if needle:
        say(words.needle_lines(first))
    if points:
        say(words.points_lines(first))
    if ladder or needle or points:
        return
    if len(doses) > 1:
        say(words.compare_lines(doses))
    else:
        say(words.dose_lines(first, words.others_of(first, OTHERS_DRAWS)))


def _pictures(dose: Dose, *, ladder: bool, needle: bool, points: bool) -> str:
    """The pictures that were asked for below each other: the back, unless only others were."""
    from pinprick.charts import dose as draw
    from pinprick.dose.ladder import ladder as made

    found = [draw.body_picture(dose, points=points)] if points or not (ladder or needle) else []
    if ladder:
        found.append(draw.ladder_picture(made(dose.setup.person, dose.setup.mat)))
    if needle:
        found.append(draw.needle_picture(dose))
    return draw.to_svg(found)
