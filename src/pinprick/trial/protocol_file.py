"""A protocol file: YAML that a person can write by hand, read with errors that name the line.

Nothing in a file is ever run: tags and aliases are refused, and so is a file that is large or deeply nested.
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import yaml

from pinprick.errors import FileError, ProtocolError
from pinprick.trial.instruments import effect_names, instrument_names, rating_by_instrument
from pinprick.trial.outcome import Outcome
from pinprick.trial.plan import (
    LONGEST_NAME,
    MOST_STAGES,
    Arm,
    Asked,
    Beliefs,
    Blocks,
    Kind,
    Plan,
    Rating,
    Sequence,
    StartDay,
)
from pinprick.trial.protocol import Mode
from pinprick.trial.text import decode, read_text

FORMAT = "pinprick-protocol/1"
LARGEST = 64 * 1024  # bytes; the longest ready-made one has 3 KiB
DEEPEST = 12  # levels of nesting; a protocol has 4
LONGEST_WAY = 8  # plans based on one another
MOST_NAMED = 12  # choices that a message lists

TOP_FIELDS = (
    "format",
    "name",
    "version",
    "title",
    "about",
    "based_on",
    "stages",
    "control",
    "treatments",
    "outcomes",
    "schedule",
    "run_in_days",
    "ladder",
    "estimand",
    "rule",
    "screen",
    "beliefs",
    "exploratory",
    "effect",
)
SEQUENCE_FIELDS = ("format", "name", "version", "title", "about", "stages")
ARM_FIELDS = ("name", "label", "kind", "what_to_do", "minutes", "set_up", "when", "over_the_mat")
RATING_FIELDS = (
    "name",
    "instrument",
    "question",
    "scale",
    "low_means",
    "high_means",
    "better",
    "smallest_difference",
    "asked",
)
RED_FLAGS = ("red_flag_back", "red_flag_sleep", "red_flag_mood")

WHOLE = re.compile(r"[-+]?(0|[1-9]\d{0,17})")
NUMBER = re.compile(r"[-+]?((0|[1-9]\d{0,17})(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?")
"""Numbers as people write them: to YAML 1:30 would be 90, and 015 would be 13."""

IN_PLAIN_WORDS = {  # what PyYAML says, and what a person can do about it
    "cannot start any token": "a line begins with a sign that it may not; indent with spaces, not with tabs, "
    "or put the text in quotation marks",
    "mapping values are not allowed": "there is a colon where none may be; put the text in quotation marks, or indent "
    "the line as its neighbours are",
    "could not find expected ':'": "a colon is missing after the name of a field; add it, or indent the line as part "
    "of the text above it",
    "expected <block end>": "this line does not belong with those before it; indent it as its neighbours are, and put "
    "text that begins with a sign in quotation marks",
    "unexpected end of stream": "a quotation mark is opened and never closed; close it",
    "expected ',' or": "a bracket is opened and never closed, or a comma is missing; add it",
    "another document": "a second document begins here (---); keep one in a file",
    "document start": "something stands before the first field; take it out",
}
NEVER_CLOSED = ("unexpected end of stream", "expected ',' or")  # of these, the line that opens it is told

T = TypeVar("T")


def ready_names() -> tuple[str, ...]:
    """Names of the ready-made trials, in alphabetical order.

    Examples
    --------
    >>> "mat-vs-rest-sleep" in ready_names()
    True
    """
    folder = files("pinprick.trial").joinpath("ready")
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")))


def read_protocol(protocol: str | Path) -> Plan | Sequence:
    """The plan in a protocol file, or the ready-made one of this name.

    Parameters
    ----------
    protocol : str or path
        A ready-made name, or the path of a YAML file.

    Raises
    ------
    FileError
        If there is no such file or name, it is too large, or it is no YAML.
    ProtocolError
        If a part of it makes no sense; the message names the file and the line.

    Examples
    --------
    >>> plan = read_protocol("mat-vs-rest-back-pain")
    >>> [arm.name for arm in plan.arms], plan.design.period_days
    (['mat', 'towel'], 3)
    """
    return _read(str(protocol), beside=None, on_the_way=())


def _read(
    reference: str, *, beside: Path | None, on_the_way: tuple[str, ...], named_by: _Node | None = None
) -> Plan | Sequence:
    """Read a file or a ready-made plan; ``on_the_way`` holds whoever refers to it, so that a circle is seen."""
    where = f"{named_by.at}: " if named_by else ""
    path = _found(reference, beside, where)
    identity = str(path.resolve()) if path else reference
    way = (*on_the_way, identity)
    if identity in on_the_way:
        circle = " → ".join(Path(one).name for one in way[way.index(identity) :])
        raise ProtocolError(f"{where}this refers back to itself ({circle}); take one of these references out.")
    if len(way) > LONGEST_WAY:
        raise ProtocolError(f"{where}these are {len(way)} plans based on one another; write the fields out instead.")
    name = path.name if path else reference
    top = _parsed(_text(path) if path else _ready_text(name), name)
    folder = path.resolve().parent if path else None
    return _plan_from(top, lambda node: _read(node.word(most=1000), beside=folder, on_the_way=way, named_by=node))


def _found(reference: str, beside: Path | None, where: str) -> Path | None:
    """The path of the file that a reference names; None for a ready-made trial."""
    if reference in ready_names():
        return None
    path = Path(reference) if beside is None else beside / reference
    try:
        if path.exists():
            return path
    except OSError:  # a name too long for any file, or a folder that is closed to us
        pass
    near = difflib.get_close_matches(reference, ready_names(), n=1, cutoff=0.5)
    todo = f"did you mean {near[0]}?" if near else f"the ready-made ones are {', '.join(ready_names())}."
    raise FileError(
        f"{where}There is no protocol file {_short(str(path))} and no ready-made trial {_short(reference)}; {todo}"
    )


def _ready_text(name: str) -> str:
    return decode(files("pinprick.trial").joinpath("ready", f"{name}.yaml").read_bytes(), name=name)


def _text(path: Path) -> str:
    """The text of a file that is no longer than a protocol needs to be."""
    size = path.stat().st_size if path.is_file() else 0
    if size <= LARGEST:
        try:
            text = read_text(path)
        except FileError as error:
            what, _, todo = str(error).partition("; ")
            if "CSV" not in todo:
                raise
            raise FileError(f"{what}; a protocol is a page of plain text, so save it as that.") from None
        size = len(text)  # a pipe says its size is 0
    if size > LARGEST:
        raise FileError(
            f"{path.name} has {size / 1024:,.0f} KiB, more than the {LARGEST // 1024} KiB that a protocol may have; "
            "a protocol is a page of text, so shorten it."
        )
    return text


def _short(text: str) -> str:
    """A text in quotation marks, on one line and no longer than a message can bear."""
    return repr(text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…")


@dataclass(frozen=True, slots=True)
class _Node:
    """A piece of YAML that knows its line, and refuses to be read as what it is not."""

    value: Any  # str, int, float, bool, None, list of _Node, or dict of str to _Node
    name: str
    line: int
    path: str
    written: str = ""

    def wrong(self, what: str, todo: str) -> ProtocolError:
        """The error that this is not what it should be; it is shown as it was written."""
        if isinstance(self.value, dict):
            shown = "a group of fields"
        elif isinstance(self.value, list):
            shown = "a list"
        elif self.value is None:
            shown = "empty"
        else:
            shown = _short(self.written)
            if isinstance(self.value, bool) and self.written.lower() not in ("true", "false"):
                shown += f" (which YAML takes for {str(self.value).lower()})"
        todo = todo if todo.endswith("?") else f"{todo}."
        return ProtocolError(f"{self.at}: {self.path or 'the protocol'} is {shown}, not {what}; {todo}")

    @property
    def at(self) -> str:
        return f"{self.name}, line {self.line}"

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written here, which is the same as leaving it out."""
        return self.value is None or (isinstance(self.value, str) and not self.value.strip())

    def fields(self, allowed: tuple[str, ...], required: tuple[str, ...] = ()) -> dict[str, _Node]:
        """The fields of a group; none that is required is missing or empty, and none is unknown."""
        if not isinstance(self.value, dict):
            raise self.wrong("a group of fields", f"write them below it, one a line, {allowed[0]} among them")
        for key, node in self.value.items():
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, n=1)
                meant = f"did you mean {near[0]}?" if near else f"choose from {', '.join(allowed)}."
                raise ProtocolError(f"{node.at}: there is no field {_short(key)} here; {meant}")
        given = {key: node for key, node in self.value.items() if not node.is_empty}
        for key in required:
            if key not in given:
                line = self.value[key].line if key in self.value else self.line
                raise ProtocolError(f"{self.name}, line {line}: {self.path or 'the protocol'} has no {key}; add it.")
        return given

    def items(self) -> list[_Node]:
        if not isinstance(self.value, list):
            raise self.wrong("a list", "start each item with a dash")
        return self.value

    def text(self) -> str:
        if not isinstance(self.value, str):
            todo = "write words" if self.value is None or not self.written else "put it in quotation marks"
            raise self.wrong("text", todo)
        if any(unicodedata.category(sign) in ("Cc", "Cs") and not sign.isspace() for sign in self.value):
            raise self.wrong("text that can be shown", "take its control characters out")
        return " ".join(self.value.split())

    def word(self, most: int = LONGEST_NAME) -> str:
        """Text that is a name and no longer than one."""
        if len(text := self.text()) > most:
            raise self.wrong(f"a name, with {len(text):,} characters", f"give at most {most}")
        return text

    def whole(self) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool) or abs(self.value) > 10**6:
            raise self.wrong("a whole number", "give one such as 3")
        return self.value

    def number(self) -> float:
        if not isinstance(self.value, int | float) or isinstance(self.value, bool) or not abs(self.value) <= 10**9:
            raise self.wrong("a number", "give one such as 1.5")
        return float(self.value)

    def truth(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.wrong("true or false", "write one of them")
        return self.value

    def choice(self, *allowed: str, todo: str = "choose one") -> str:
        """One of the words that are allowed; the message says which comes nearest."""
        value = self.text()
        if value not in allowed:
            near = difflib.get_close_matches(value[:LONGEST_NAME], allowed, n=1)
            one_of = ", ".join(allowed) if len(allowed) <= MOST_NAMED else "the words that are allowed"
            raise self.wrong(f"one of {one_of}", f"did you mean {near[0]}?" if near else todo)
        return value


class _Composer(yaml.SafeLoader):
    """Composes YAML without anchors, aliases or custom tags, and not deeper than a protocol needs."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(
                problem="& and * repeat text by reference, which a protocol may not; write it out",
                problem_mark=event.start_mark,
            )
        self.depth += 1
        if self.depth > DEEPEST:
            raise yaml.MarkedYAMLError(
                problem=f"this is nested deeper than {DEEPEST} levels; a protocol needs 4, so write it flatter",
                problem_mark=event.start_mark,
            )
        if getattr(event, "tag", None):  # the text says itself what it is, or what is to be run
            raise yaml.MarkedYAMLError(
                problem=f"a tag ({_short(str(event.tag))}) has no place in a protocol; take it out",
                problem_mark=event.start_mark,
            )
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _parsed(text: str, name: str) -> _Node:
    try:
        root = _Composer(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        problem = error.problem or ""
        is_open = any(sign in problem for sign in NEVER_CLOSED)
        mark = (error.context_mark if is_open else None) or error.problem_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise FileError(f"{name}{where}: {_in_plain_words(problem)}.") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise FileError(f"{name}, line {line}: there is a character that no text needs; take it out.") from None
    if root is None or root.tag.endswith(":null"):
        raise FileError(f"{name} is empty; a protocol starts with format: {FORMAT}.")
    return _noded(root, name, "")


def _in_plain_words(problem: str) -> str:
    for start, words in IN_PLAIN_WORDS.items():
        if start in problem:
            return words
    return problem if "; " in problem else f"this is no YAML ({problem}); compare it with a ready-made trial"


def _noded(node: yaml.Node, name: str, path: str) -> _Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        values: dict[str, _Node] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
            at = key_node.start_mark.line + 1
            if key in values:
                raise FileError(f"{name}, line {at}: {_short(key)} stands here twice; keep one.")
            child = _noded(value_node, name, f"{path}.{key}" if path else key)
            values[key] = replace(child, line=at)
        return _Node(values, name, line, path)
    if isinstance(node, yaml.SequenceNode):
        items = [_noded(item, name, f"{path}[{i + 1}]") for i, item in enumerate(node.value)]
        return _Node(items, name, line, path)
    return _Node(_value(node.tag.rpartition(":")[2], node.value), name, line, path, node.value)


def _value(kind: str, written: str) -> str | int | float | bool | None:
    """What a word of YAML stands for; text where it is nothing that a protocol knows, such as a date."""
    if kind == "null":
        return None
    if kind == "bool":
        return written.lower() in ("yes", "true", "on")
    if kind == "int" and WHOLE.fullmatch(written):
        return int(written)
    if kind == "float" and NUMBER.fullmatch(written):
        return float(written)
    return written if kind not in ("int", "float") else math.nan


def _plan_from(top: _Node, read_other: Callable[[_Node], Plan | Sequence]) -> Plan | Sequence:
    _check_format(top)
    fields = top.fields(TOP_FIELDS, required=("name",))
    if "stages" in fields:
        return _sequence_from(top, fields, read_other)
    values = _base_values(fields, read_other)
    if values is None:
        top.fields(TOP_FIELDS, required=("title", "treatments", "outcomes", "schedule"))
        values = {"about": ""}
    values["version"] = 1  # its own, also where it is based on a later version of another
    readers: dict[str, Callable[[_Node], object]] = {
        "name": _name,
        "version": _Node.whole,
        "title": _Node.text,
        "about": _Node.text,
        "control": _Node.word,
        "treatments": lambda node: tuple(_arm(item) for item in node.items()),
        "outcomes": lambda node: tuple(_rating(item) for item in node.items()),
        "schedule": _design,
        "run_in_days": _Node.whole,
        "ladder": _Node.truth,
        "estimand": _Node.text,
        "rule": lambda node: Mode(
            _group(node, ("mode",), {"mode": lambda one: one.choice(*Mode)}).get("mode", "standard")
        ),
        "screen": lambda node: tuple(item.choice(*RED_FLAGS) for item in node.items()),
        "beliefs": lambda node: Beliefs(
            **_group(node, tuple(Beliefs.__dataclass_fields__), dict.fromkeys(Beliefs.__dataclass_fields__, _Node.text))
        ),
        "exploratory": _Node.truth,
        "effect": lambda node: node.choice(*effect_names(), todo="leave it out if none fits"),
    }
    called = {"treatments": "arms", "outcomes": "ratings", "schedule": "design", "rule": "mode"}
    for key, read in readers.items():
        if key in fields:
            values[called.get(key, key)] = read(fields[key])
    try:
        return Plan(**values)
    except ProtocolError as error:
        raise ProtocolError(f"{top.name}, line {_line_about(str(error), fields, top)}: {error}") from None


def _check_format(top: _Node) -> None:
    """Before anything else, as the fields of another format may be others."""
    if not isinstance(top.value, dict):
        raise top.wrong("a group of fields", f"begin with format: {FORMAT}")
    form = top.value.get("format")
    if form is None or form.is_empty:
        raise ProtocolError(f"{top.at}: the protocol has no format; begin it with format: {FORMAT}.")
    if form.value != FORMAT:
        is_newer = re.fullmatch(r"pinprick-protocol/\d+", str(form.value)) is not None
        raise form.wrong(repr(FORMAT), "install a newer Pinprick, which may know it" if is_newer else "write that")


def _base_values(fields: dict[str, _Node], read_other: Callable[[_Node], Plan | Sequence]) -> dict[str, Any] | None:
    """The fields of the plan that this one is based on; None where it is based on none."""
    if "based_on" not in fields:
        return None
    base = read_other(fields["based_on"])
    if isinstance(base, Sequence):
        raise fields["based_on"].wrong("one plan, but a sequence of them", "name one of its stages")
    return {name: getattr(base, name) for name in Plan.__dataclass_fields__}


def _sequence_from(top: _Node, fields: dict[str, _Node], read_other: Callable[[_Node], Plan | Sequence]) -> Sequence:
    for key, node in fields.items():
        if key not in SEQUENCE_FIELDS:
            raise ProtocolError(f"{node.at}: {key} belongs to one plan, and these are stages; write it in a stage.")
    top.fields(TOP_FIELDS, required=("title",))
    named = fields["stages"].items()
    if not 2 <= len(named) <= MOST_STAGES:
        raise fields["stages"].wrong(f"2 to {MOST_STAGES} plans", f"it names {len(named)}; name 2 to {MOST_STAGES}")
    stages = []
    for item in named:
        stage = read_other(item)
        if isinstance(stage, Sequence):
            raise item.wrong("one plan, but a sequence of them", "name its stages here instead")
        stages.append(stage)
    version = fields["version"].whole() if "version" in fields else 1
    about = fields["about"].text() if "about" in fields else ""
    name, title = _name(fields["name"]), fields["title"].text()
    return _placed(fields["stages"], lambda: Sequence(name, version, title, about, tuple(stages)))


def _name(node: _Node) -> str:
    name = node.word()
    if not name.replace("-", "_").isidentifier() or not name[0].isalpha():
        raise node.wrong("a name", "write it with letters, digits and -, a letter first, such as my-back")
    return name


def _group(node: _Node, allowed: tuple[str, ...], readers: Mapping[str, Callable[[_Node], T]]) -> dict[str, T]:
    fields = node.fields(allowed)
    return {key: readers[key](fields[key]) for key in fields}


def _arm(node: _Node) -> Arm:
    fields = node.fields(ARM_FIELDS, required=("name", "kind", "what_to_do"))
    name = fields["name"].text()
    return _placed(
        node,
        lambda: Arm(
            name=name,
            label=fields["label"].text() if "label" in fields else name,
            kind=Kind(fields["kind"].choice(*Kind)),
            what_to_do=fields["what_to_do"].text(),
            minutes=fields["minutes"].whole() if "minutes" in fields else 0,
            set_up=fields["set_up"].text() if "set_up" in fields else "",
            when=fields["when"].text() if "when" in fields else "",
            over_the_mat=fields["over_the_mat"].truth() if "over_the_mat" in fields else False,
        ),
    )


def _rating(node: _Node) -> Rating:
    fields = node.fields(RATING_FIELDS, required=("name",))
    name = fields["name"].text()
    if "instrument" in fields:
        instrument = fields["instrument"]
        known = instrument.choice(*instrument_names(), todo="choose one, or give question, scale and better instead")
        base = _placed(node, lambda: rating_by_instrument(known, name=name))
        low, high = base.outcome.low, base.outcome.high
    else:
        fields = node.fields(RATING_FIELDS, required=("name", "question", "better"))
        base = _placed(node, lambda: Rating(Outcome(name), question=""))
        low, high = 0.0, 10.0
    if "scale" in fields:
        ends = [end.number() for end in fields["scale"].items()]
        if len(ends) != 2:
            raise fields["scale"].wrong("two numbers", "give the ends of the scale, such as [0, 10]")
        low, high = ends
    lower = (
        fields["better"].choice("lower", "higher") == "lower" if "better" in fields else base.outcome.lower_is_better
    )
    if "smallest_difference" in fields:
        smallest = fields["smallest_difference"].number()
    else:
        smallest = base.outcome.smallest_difference if "scale" not in fields else (high - low) / 10
    outcome = _placed(node, lambda: Outcome(name, low, high, lower, smallest))
    words = {key: fields[key].text() for key in ("question", "low_means", "high_means") if key in fields}
    asked = Asked(fields["asked"].choice(*Asked)) if "asked" in fields else base.asked
    return replace(base, outcome=outcome, asked=asked, **words)


def _design(node: _Node) -> Blocks | StartDay:
    if not isinstance(node.value, dict) or "kind" not in node.value:
        raise ProtocolError(f"{node.at}: schedule has no kind; write kind: blocks, or kind: start_day.")
    kind = node.value["kind"].choice("blocks", "start_day")
    design: type[Blocks] | type[StartDay] = Blocks if kind == "blocks" else StartDay
    allowed = tuple(design.__dataclass_fields__)
    fields = node.fields(("kind", *allowed))
    given = {key: fields[key].whole() for key in allowed if key in fields}
    return _placed(node, lambda: design(**given))


def _placed(node: _Node, build: Callable[[], T]) -> T:
    """Build a part, and say in which line it stands if it makes no sense."""
    try:
        return build()
    except ProtocolError as error:
        if str(error).startswith(node.name + ", line "):
            raise
        raise ProtocolError(f"{node.at}: {error}") from None


def _line_about(message: str, fields: Mapping[str, _Node], top: _Node) -> int:
    """The line of the field that a message about the whole plan is about."""
    words = {
        "ceiling": "schedule",
        "start day": "schedule",
        "control": "control",
        "ladder": "ladder",
        "run_in": "run_in_days",
        "outcomes": "outcomes",
        "take turns": "treatments",
        "treatment": "treatments",
        "version": "version",
    }
    for word, key in words.items():
        if word in message and key in fields:
            return fields[key].line
    return top.line
