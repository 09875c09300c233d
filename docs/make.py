"""Make the pages that come from the code: cli.md, api.md, README's real answer and its picture.

    .venv/bin/python docs/make.py

``tests/unit/test_docs.py`` fails when a page no longer says what the code does.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import json
import math
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pinprick
from pinprick import charts, report
from pinprick.charts.dose import body_picture, ladder_picture, needle_picture, to_svg
from pinprick.cli import COMMANDS, main
from pinprick.dose.answer import N_DRAWS, Dose, compare
from pinprick.dose.body import Person, Profile
from pinprick.dose.data import entry
from pinprick.dose.ladder import Ladder, ladder
from pinprick.dose.ladder import sentences as climbing
from pinprick.dose.lying import run
from pinprick.dose.mat import Mat
from pinprick.dose.points import sentences as point_sentences
from pinprick.dose.points import sites_under
from pinprick.dose.setup import SURFACES, Setup
from pinprick.dose.uncertainty import Range
from pinprick.evidence.claims import claims, popular_claims
from pinprick.report import dose as words
from pinprick.report.dose import Table
from pinprick.report.evidence import certainty_line, limits, quoted, word_of
from pinprick.report.evidence_lines import check_lines, claim_lines, compare_lines, priors_lines, studies_lines

ROOT = Path(__file__).resolve().parents[1]
DIARY = "data/diary/melatonin_mood.csv"
CONSOLE = re.compile(r"(```console\n)(.*?)(```)", re.DOTALL)
MARK = re.compile(r"(<!-- answer -->\n)(.*?)(<!-- /answer -->)", re.DOTALL)


def pages() -> dict[Path, bytes]:
    """Every page made here, and what it must hold."""
    readme = ROOT / "README.md"
    text = MARK.sub(lambda m: f"{m[1]}\n```\n{answer()}\n```\n\n{m[3]}", readme.read_text(encoding="utf-8"))
    return {
        readme: text.encode(),
        ROOT / "docs" / "verdict.svg": charts.to_svg(pinprick.analyse(ROOT / DIARY, control="control")).encode(),
        ROOT / "docs" / "cli.md": cli_page().encode(),
        ROOT / "docs" / "first-trial.md": first_trial_page().encode(),
        ROOT / "docs" / "api.md": api_page().encode(),
        ROOT / "docs" / "evidence.md": evidence_page().encode(),
    }


def dose_pages() -> dict[Path, bytes]:
    """The page about mats and its pictures, from as many draws as the command takes: half a minute's work."""
    bare = Setup(Mat(6000), Person())
    surfaces = compare([replace(bare, surface=name) for name in SURFACES])
    made = ladder(mat=bare.mat)
    folder = ROOT / "docs" / "dose"
    drawn = {
        **{f"{one.setup.surface}.svg": body_picture(one) for one in (surfaces[0], surfaces[-1])},
        "ladder.svg": ladder_picture(made),
        "needle.svg": needle_picture(surfaces[0]),
    }
    pictures = {folder / name: to_svg([picture]).encode() for name, picture in drawn.items()}
    return {ROOT / "docs" / "dose.md": dose_page(surfaces, made).encode(), **pictures}


def answer() -> str:
    """What the README's verdict prints, without colour and 80 columns wide."""
    return report.terminal(pinprick.analyse(ROOT / DIARY, control="control"), width=80, colour=False).rstrip()


def cli_page() -> str:
    """The command line's own help, and the JSON contract from its schema."""
    schema = json.loads((ROOT / "src/pinprick/verdict.schema.json").read_text(encoding="utf-8"))
    return "\n".join([
        "# The command line",
        "",
        "Made from the code by `docs/make.py`. Exit codes: 0 on an answer (“cannot tell” is one), 2 on bad input "
        "with one line that says what is wrong and what to do.",
        "",
        *_commands(),
        "## `verdict --json`",
        "",
        "One object for one person, a list of them for several. The schema is "
        "[`verdict.schema.json`](../src/pinprick/verdict.schema.json); `version` changes when a field changes its "
        "meaning or goes, and not when one is added.",
        "",
        "| field | what it holds |",
        "|---|---|",
        *_fields(schema),
        "",
    ])  # fmt: skip


def _commands() -> list[str]:
    """Every command with its help, in the order of a trial's life."""
    return [line for name, told in _helps([*COMMANDS]).items() for line in (f"## {name}", "", "```", told, "```", "")]


def evidence_page() -> str:
    """What `pinprick evidence` says, all of it: claims, comparisons, priors, studies, doubts about the records."""
    said = [
        "# What published trials say",
        "",
        "Made by `docs/make.py` from what `pinprick evidence` says; the numbers come from the records in "
        "[src/pinprick/evidence/studies](../src/pinprick/evidence/studies), the judgements from "
        "[claims.yaml](../src/pinprick/evidence/claims.yaml).",
        "",
        *(f"**{limit}**\n" if i == 0 else f"{limit}\n" for i, limit in enumerate(limits())),
        "| | claim | in a word | certainty |",
        "|---|---|---|---|",
        *(f"| {one.number} | [{one.says}](#{one.id}) | {word_of(one)} | {certainty_line(one)} |" for one in claims()),
        "",
    ]
    for one in claims():
        title, *lines = claim_lines(one)
        said += [f'<a id="{one.id}"></a>', "", f"## {title}", "", *_paragraphs(lines[:-1]), ""]
    said += ["## Said by shops and pages", ""]
    for popular in popular_claims():
        links = ", ".join(f"[seen here]({url})" for url in popular.seen_at)
        seen = f" ({links})" if links else ""
        said.append(f"- **{quoted(popular.says)}** {word_of(popular)}. {popular.answer}{seen}")
    for lines in (compare_lines(), priors_lines(), check_lines(), studies_lines()):
        said += ["", f"## {lines[0]}", "", *_paragraphs(lines[1:])]
    return "\n".join(said).rstrip() + "\n"


MISSED = re.compile(r'^    \("([^"]+)", "([^"]+)"\): (-?[\d.]+),  # (.+)$', re.MULTILINE)


def dose_page(surfaces: Sequence[Dose], made: Ladder) -> str:
    """What `pinprick dose` says of the reference person: four surfaces, the ladder, the needle, and what is missed."""
    floor = surfaces[0]
    bare = floor.setup
    said = [
        "# What a mat does to the skin",
        "",
        "Made by `docs/make.py` from what `pinprick dose` says of somebody of 70 kg and 175 cm on a mat of 6,000 "
        f"spikes, with the command's own {N_DRAWS} draws behind each range.",
        "",
        f"**{words.NO_CLINICIAN}** {words.NOT_A_MEASUREMENT}",
        "",
        *_bullets(words.safety_sentences()),
        "",
        "A disc on a kitchen scale, counted spikes or a photograph make it yours: "
        "[calibrate at home](calibrate-at-home.md).",
        "",
        "## On a hard floor, a carpet, a sofa and a bed",
        "",
        "    pinprick dose --mass 70 --height 175 --spikes 6000 --compare carpet --compare sofa --compare bed",
        "",
        "Bare skin. Ranges hold 9 draws in 10. Ratios come first: what is not known of a person is the same on each "
        "surface and cancels.",
        "",
        "| | floor | carpet | sofa | bed |",
        "|---|---|---|---|---|",
        *(f"| {name} | " + " | ".join(map(told, surfaces)) + " |" for name, told in DOSE_ROWS.items()),
        "",
        *(f"{words.headline(one)} {' '.join(words.lead(one))}\n" for one in surfaces),
        *_side_by_side({"floor": "On a hard floor", "bed": "On a bed"}, floor, surfaces[-1]),
        f"## {words.ladder_lines(made)[0]}",
        "",
        "    pinprick dose --mass 70 --height 175 --spikes 6000 --ladder",
        "",
        "![A gentle start](dose/ladder.svg)",
        "",
        words.first_step_sentence(made),
        "",
        *_bullets([words.step_words(one) for one in made.steps]),
        "",
        *_grid(words.ladder_table(made)),
        "",
        *_bullets(climbing()),
        "",
        "## A mat beside a needle",
        "",
        "    pinprick dose --mass 70 --height 175 --spikes 6000 --needle",
        "",
        words.needle_lines(floor)[1],
        "",
        "![A spike in its dent and a needle under the skin, to one scale](dose/needle.svg)",
        "",
        *_grid(words.needle_table(floor)),
        "",
        words.needle_lines(floor)[-2],
        "",
        "## Named points",
        "",
        f"{len(sites_under(bare.mat, bare.person))} places with a name lie under this mat. "
        + " ".join(point_sentences()),
        "",
        *_changed_from_prototype(),
        *_missed(),
    ]
    return "\n".join(said).rstrip() + "\n"


def _ranged(found: Range, *, percent: bool = False) -> str:
    """A range as its middle and both ends; alone where there is no range."""
    mid, low, high = (f"{100 * one:.0f}" if percent else f"{one:.2g}" for one in (found.mid, found.low, found.high))
    return mid if low == high else f"{mid} ({low} to {high})"


DOSE_ROWS: dict[str, Callable[[Dose], str]] = {
    "sharpness, floor = 100": lambda one: _ranged(one.relative_sharpness, percent=True),
    "force of a spike, floor = 100": lambda one: _ranged(one.relative_force, percent=True),
    "spikes that touch": lambda one: " to ".join(map(words.about, (one.touching.low, one.touching.high))),
    "force of a spike, N": lambda one: _ranged(one.force_per_spike_n),
    "the hardest, N": lambda one: _ranged(one.peak_force_n),
    "mean pressure, kPa": lambda one: _ranged(one.mean_pressure_kpa),
    "dent, mm": lambda one: f"{one.dent_mm.low:.0f} to {one.dent_mm.high:.0f}",
    "in a word": lambda one: one.sharpness,
    "load on the mat, N": lambda one: f"{one.load_on_mat_n:.0f}",
}


def _side_by_side(titles: Mapping[str, str], *doses: Dose) -> list[str]:
    """Pictures beside each other, each with what it shows as its alternative text."""
    shown = [f"![{words.picture_sentence(one)}](dose/{name}.svg)" for name, one in zip(titles, doses, strict=True)]
    return [f"| {' | '.join(titles.values())} |", "|" + "---|" * len(doses), f"| {' | '.join(shown)} |", ""]


def _bullets(lines: Iterable[str]) -> list[str]:
    return [f"- {line}" for line in lines]


def _grid(table: Table) -> list[str]:
    """A table of the report as Markdown."""
    rows = [f"| {' | '.join(row)} |" for row in (table.heads, ("---",) * len(table.heads), *table.rows)]
    return [*rows, "", f"{table.caption}"]


def _changed_from_prototype() -> list[str]:
    """What the back that people are told of has otherwise than the prototype's, and what that did on a bed."""
    old, new = Profile.PROTOTYPE, Profile.DEFAULT
    rows = []
    for field in fields(Profile):
        was, now = getattr(old, field.name), getattr(new, field.name)
        if was != now and field.name != "name":
            rows.append(f"| {field.name} | {_short(was)} | {_short(now)} |")
    one = Setup(Mat(6000), Person(), surface="bed")
    found = [(run(replace(one, surface=name), profile=kind)) for name in SURFACES for kind in (old, new)]
    told = [
        f"| {name} | {before.touching:,.0f} | {after.touching:,.0f} | {1000 * before.mean_n:.0f} "
        f"| {1000 * after.mean_n:.0f} | {before.mean_kpa:.1f} | {after.mean_kpa:.1f} |"
        for name, before, after in zip(SURFACES, found[::2], found[1::2], strict=True)
    ]
    seen = entry("tissue.interface_pressure_kPa.mattress_one_volunteer_mat_area")
    area, mean, peak = (seen[key] for key in ("contact_area_m2", "mean", "peak"))
    return [
        "## What was changed from the prototype, and what it did",
        "",
        "The model began as a prototype whose verification cases are in "
        "[tests/published/test_dose.py](../tests/published/test_dose.py). Against the one open pressure map, of one "
        f"man of 96 kg on one mattress ({area[0]} to {area[1]} m², mean {mean[0]} to {mean[1]} kPa, peak {peak[0]} to "
        f"{peak[1]} kPa), it had a quarter too little area and a third to a half too much pressure. The back is now "
        "wider and flatter, and the bed and the sofa are softer. Sources are in "
        "[tissue.yaml](../src/pinprick/dose/tissue.yaml), the numbers in "
        "[model.yaml](../src/pinprick/dose/model.yaml).",
        "",
        "| | prototype | now |",
        "|---|---|---|",
        *rows,
        "",
        "| bare, 70 kg | touching, before | now | mN a spike, before | now | kPa, before | now |",
        "|---|---|---|---|---|---|---|",
        *told,
        "",
        "With that the map is met within its own spread; it is one man, so it shows a fit and proves none.",
        "",
    ]


def _short(value: object) -> str:
    """A parameter of a back in a cell."""
    if isinstance(value, Mapping):
        return ", ".join(
            f"{key} {'rigid' if math.isinf(one) else f'{one / 1000:,.0f} kN/m³'}" for key, one in value.items()
        )
    if isinstance(value, tuple):
        return ", ".join(f"{number:g} at {at:g}" for at, number in value)
    return str(value)


def _missed() -> list[str]:
    """The misses that the tests name, from the file that holds them."""
    text = (ROOT / "tests" / "published" / "test_dose.py").read_text(encoding="utf-8")
    rows = [
        f"| {case} | {name} | {100 * float(miss):+.1f} % | {what} |".replace("-", "\N{MINUS SIGN}")
        for case, name, miss, what in MISSED.findall(text)
    ]
    return [
        "## What is still missed",
        "",
        "Only part of the prototype is written down; the rest was fitted to what it had printed. Where the model put "
        "together again does not reach a printed number, the tests name the distance and hold it there.",
        "",
        "| case | number | off by | found of printed |",
        "|---|---|---|---|",
        *rows,
        "",
        "Nobody has measured a force on a spike mat, so nothing here was held against one.",
    ]


def _paragraphs(lines: list[str]) -> list[str]:
    """Paragraphs and lists, with addresses as links."""
    said: list[str] = []
    for line in lines:
        if not line.startswith("- ") or (said and not said[-1].startswith("- ")):
            said.append("")
        said.append(re.sub(r"(https?://[^\s,;)]+)", r"<\1>", line))
    return said


def first_trial_page() -> str:
    """The transcript of a whole trial: its commands are run again, and their answers written below them."""
    page = (ROOT / "docs" / "first-trial.md").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        for file in (ROOT / "docs" / "first-trial").iterdir():
            shutil.copy(file, folder)
        session = Session(Path(folder))
        return CONSOLE.sub(lambda m: m[1] + "\n".join(map(session.told, _typed(m[2]))) + m[3], page)


def _typed(block: str) -> list[str]:
    """The commands of a block: lines after a dollar sign, with those that continue them."""
    commands: list[str] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            commands.append(line[2:])
        elif line.startswith("> ") and commands and (commands[-1].endswith("\\") or " do" in commands[-1]):
            commands[-1] += "\n" + line[2:]
    return commands


class Session:
    """A terminal in a folder: pinprick runs in this process, which is quicker; everything else in a shell."""

    LOOP = re.compile(r"while read (\w+) (\w+); do\n(.*)\ndone < (\S+) > (\S+)", re.DOTALL)

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.commitment = ""  # what start printed last

    def told(self, command: str) -> str:
        """A command as it was typed, and what it said."""
        loop = self.LOOP.fullmatch(command)
        if loop:
            one, other, body, source, log = loop.groups()
            said = ""
            for line in (self.folder / source).read_text(encoding="utf-8").splitlines():
                values = line.split()
                for part in body.replace("\n", " ").split(";"):
                    typed = part.strip().replace(f"${one}", values[0]).replace(f"${other}", values[1])
                    said += self.said(typed) if typed else ""
            (self.folder / log).write_text(said, encoding="utf-8")
            said = ""
        else:
            said = self.said(command.replace("\\\n", " "))
        shown = "$ " + command.replace("\n", "\n> ")
        return f"{shown}\n{said}"

    def said(self, command: str) -> str:
        """What a command printed, and the code it ended with where that is not 0."""
        words = [self.commitment if word == "COMMITMENT" else word for word in shlex.split(command)]
        if words[0] != "pinprick":
            done = subprocess.run(["bash", "-c", command], cwd=self.folder, capture_output=True, text=True, check=True)
            return done.stdout
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        here, argv, columns = Path.cwd(), sys.argv, os.environ.get("COLUMNS")
        code: object = 0
        try:
            os.chdir(self.folder)
            sys.argv, os.environ["COLUMNS"] = words, "80"
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                try:
                    main()
                except SystemExit as leave:
                    code = leave.code
        finally:
            os.chdir(here)
            sys.argv = argv
            if columns is None:
                del os.environ["COLUMNS"]
            else:
                os.environ["COLUMNS"] = columns
        out.seek(0)
        shown = out.read()
        text = "\n".join(line.rstrip() for line in shown.rstrip().splitlines())
        found = re.search(r"^ +([0-9a-f]{64})$", text, re.MULTILINE)
        self.commitment = found[1] if found else self.commitment
        return text + "\n" + (f"(exit code {code})\n" if code else "")


def _helps(names: Sequence[str]) -> dict[str, str]:
    """The help of each command, 100 columns wide: all in one process that has no other terminal."""
    environment = {**os.environ, "COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1"}
    program = """
import contextlib, io, json, sys
from pinprick.cli import main
found = {}
for name in sys.argv[1:]:
    sys.argv = ["pinprick", name, "--help"]
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
        main()
    found[name] = out.getvalue()
print(json.dumps(found))
"""
    command = [sys.executable, "-c", program, *names]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    told: dict[str, str] = json.loads(done.stdout)
    return {name: "\n".join(line.rstrip() for line in text.strip().splitlines()) for name, text in told.items()}


def _fields(schema: dict[str, Any]) -> list[str]:
    """A row for each field of one person's answer, nested ones by their path."""
    definitions = schema.get("$defs", {})

    def resolve(node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            node = {**definitions[node["$ref"].rsplit("/", 1)[1]], **{k: v for k, v in node.items() if k != "$ref"}}
        for choice in node.get("oneOf", node.get("anyOf", [])):
            inner = resolve(choice)
            if inner.get("type") == "object" or "properties" in inner:
                return {**inner, "description": node.get("description", inner.get("description", ""))}
        return node

    def rows(node: dict[str, Any], prefix: str) -> list[str]:
        found = []
        for name, child in resolve(node).get("properties", {}).items():
            child = resolve(child)
            found.append(f"| `{prefix}{name}` | {child.get('description', '')} |")
            found += rows(child, f"{prefix}{name}.")
        return found

    return rows(schema, "")


CALLED = {"dose": "answer", "sessions": "each"}
"""Rooms that can be called, and where the function lies that has their name."""


def api_page() -> str:
    """Every public name with its signature and docstring."""
    parts = [
        "# From Python",
        "",
        "Made from the code by `docs/make.py`. These names are public: what they take and give changes only with a "
        "line in the changelog. Everything else may move.",
    ]
    for name in pinprick.__all__:
        thing = getattr(pinprick, name)
        if inspect.ismodule(thing):  # a room that can be called by its main function's name
            thing = getattr(import_module(f"{thing.__name__}.{CALLED[name]}"), name)
        text = inspect.getdoc(thing) or ""
        if inspect.isclass(thing) and issubclass(thing, Exception):
            parts += ["", f"## {name}", "", text]
            continue
        signature = f"{name}{inspect.signature(thing)}" if callable(thing) and not _is_enum(thing) else name
        parts += ["", f"## {name}", "", "```", signature, "", text, "```"]
    return "\n".join(parts) + "\n"


def _is_enum(thing: object) -> bool:
    return hasattr(thing, "__members__")


if __name__ == "__main__":
    for page, content in (pages() | dose_pages()).items():
        page.parent.mkdir(exist_ok=True)
        page.write_bytes(content)
        print(page.relative_to(ROOT))
