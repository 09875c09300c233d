"""A protocol file: YAML that a person can write by hand, read with errors that name the line.

Nothing in a file is ever run: tags and aliases are refused, and so is a file that is large or deeply nested.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import yaml

from pinprick.errors import FileError, ProtocolError
from pinprick.trial.instruments import rating_by_instrument
from pinprick.trial.outcome import Outcome
from pinprick.trial.plan import Arm, Asked, Beliefs, Blocks, Kind, Plan, Rating, Sequence, StartDay
from pinprick.trial.protocol import Mode
from pinprick.trial.text import decode, read_text

FORMAT = "pinprick-protocol/1"
LARGEST = 64 * 1024  # bytes; the longest ready-made one has 3 KiB
DEEPEST = 12  # levels of nesting; a protocol has 4

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
RED_FLAGS = ("red_flag_back", "red_flag_sleep", "red_flag_mood")

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


def _read(reference: str, *, beside: Path | None, on_the_way: tuple[str, ...]) -> Plan | Sequence:
    """Read a file or a ready-made plan; ``on_the_way`` holds whoever refers to it, so that a circle is seen."""
    text, name, identity, folder = _found(reference, beside)
    if identity in on_the_way:
        raise ProtocolError(
            f"{name} refers to itself in a circle: {' → '.join(Path(one).name for one in (*on_the_way, identity))}; "
            "take one of these references out."
        )
    top = _parsed(text, name)
    return _plan_from(top, lambda other: _read(other, beside=folder, on_the_way=(*on_the_way, identity)))


def _found(reference: str, beside: Path | None) -> tuple[str, str, str, Path | None]:
    """Text, name for messages, identity and folder of what a reference names."""
    ready = files("pinprick.trial").joinpath("ready", f"{reference}.yaml")
    if reference in ready_names():
        return decode(ready.read_bytes(), name=reference), reference, reference, None
    path = Path(reference) if beside is None else beside / reference
    if not path.exists():
        near = difflib.get_close_matches(reference, ready_names(), n=1, cutoff=0.5)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise FileError(
            f"There is no protocol file {path} and no ready-made trial {reference!r}{meant} "
            f"(ready-made: {', '.join(ready_names())})."
        )
    if path.is_file() and path.stat().st_size > LARGEST:
        raise FileError(
            f"{path} has {path.stat().st_size / 1024:,.0f} KiB, more than the {LARGEST // 1024} KiB that a protocol "
            "may have; a protocol is a page of text."
        )
    return read_text(path), path.name, str(path.resolve()), path.resolve().parent


@dataclass(frozen=True, slots=True)
class _Node:
    """A piece of YAML that knows its line, and refuses to be read as what it is not."""

    value: Any  # str, int, float, bool, None, list of _Node, or dict of str to _Node
    name: str
    line: int
    path: str

    def wrong(self, what: str, todo: str) -> ProtocolError:
        shown = repr(self.value) if not isinstance(self.value, list | dict) else "a list or a group of fields"
        return ProtocolError(f"{self.at}: {self.path} is {shown}, not {what}; {todo}.")

    @property
    def at(self) -> str:
        return f"{self.name}, line {self.line}"

    def fields(self, allowed: tuple[str, ...], required: tuple[str, ...] = ()) -> dict[str, _Node]:
        """The fields of a group; none that is required is missing or empty, and none is unknown."""
        if not isinstance(self.value, dict):
            raise self.wrong("a group of fields", f"write one a line, such as {allowed[0]}: ...")
        for key, node in self.value.items():
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, n=1)
                meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(allowed)}."
                raise ProtocolError(f"{node.at}: there is no field {key!r} here; {meant}")
        for key in required:
            if key not in self.value or self.value[key].value in (None, ""):
                raise ProtocolError(f"{self.at}: {self.path or 'the protocol'} has no {key}; add it.")
        return {key: node for key, node in self.value.items() if node.value is not None}

    def items(self) -> list[_Node]:
        if not isinstance(self.value, list):
            raise self.wrong("a list", "start each item with a dash")
        return self.value

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.wrong("text", "put it in quotation marks")
        return " ".join(self.value.split())

    def whole(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int) or abs(self.value) > 10**6:
            raise self.wrong("a whole number", "give one such as 3")
        return self.value

    def number(self) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float) or abs(self.value) > 10**9:
            raise self.wrong("a number", "give one such as 1.5")
        return float(self.value)

    def truth(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.wrong("true or false", "write one of them")
        return self.value

    def choice(self, *allowed: str) -> str:
        value = self.text()
        if value not in allowed:
            raise self.wrong(f"one of {', '.join(allowed)}", "choose one")
        return value


class _Composer(yaml.SafeLoader):
    """Composes YAML without anchors, aliases or custom tags, and not deeper than a protocol needs."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(
                problem="& and * repeat text by reference, which a protocol may not; write it out",
                problem_mark=event.start_mark,
            )
        self.depth += 1
        if self.depth > DEEPEST:
            raise yaml.MarkedYAMLError(
                problem=f"this is nested deeper than {DEEPEST} levels; a protocol needs 4",
                problem_mark=event.start_mark,
            )
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _parsed(text: str, name: str) -> _Node:
    try:
        composer = _Composer(text)
        root = composer.get_single_node()
        if root is None:
            raise FileError(f"{name} is empty; a protocol starts with format: {FORMAT}.")
        return _noded(composer, root, name, "")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise FileError(f"{name}{where}: {error.problem or 'this is no YAML'}; correct it there.") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise FileError(f"{name} cannot be read as YAML ({' '.join(str(error).split())}); correct it.") from None


def _noded(composer: _Composer, node: yaml.Node, name: str, path: str) -> _Node:
    line = node.start_mark.line + 1
    if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.startswith("tag:yaml.org,2002:python"):
        raise FileError(f"{name}, line {line}: the tag {node.tag!r} has no place in a protocol; take it out.")
    if isinstance(node, yaml.MappingNode):
        values: dict[str, _Node] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
            if key in values:
                raise FileError(f"{name}, line {key_node.start_mark.line + 1}: {key} stands here twice; keep one.")
            child = _noded(composer, value_node, name, f"{path}.{key}" if path else key)
            values[key] = replace(child, line=key_node.start_mark.line + 1)
        return _Node(values, name, line, path)
    if isinstance(node, yaml.SequenceNode):
        items = [_noded(composer, item, name, f"{path}[{i + 1}]") for i, item in enumerate(node.value)]
        return _Node(items, name, line, path)
    value = composer.construct_object(node)  # type: ignore[no-untyped-call]
    if not isinstance(value, str | int | float | bool | None):
        value = str(node.value)  # a date, which no field of ours is
    return _Node(value, name, line, path)


def _plan_from(top: _Node, read_other: Callable[[str], Plan | Sequence]) -> Plan | Sequence:
    fields = top.fields(TOP_FIELDS, required=("format", "name"))
    if fields["format"].value != FORMAT:
        raise fields["format"].wrong(repr(FORMAT), "write that, or install a newer version of Pinprick")
    if "stages" in fields:
        return _sequence_from(top, fields, read_other)
    values = _base_values(fields, read_other)
    if values is None:
        top.fields(TOP_FIELDS, required=("title", "treatments", "outcomes", "schedule"))
        values = {"version": 1}
    readers: dict[str, Callable[[_Node], object]] = {
        "name": _name,
        "version": _Node.whole,
        "title": _Node.text,
        "about": _Node.text,
        "control": _Node.text,
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
        "effect": _Node.text,
    }
    called = {"treatments": "arms", "outcomes": "ratings", "schedule": "design", "rule": "mode"}
    for key, read in readers.items():
        if key in fields:
            values[called.get(key, key)] = read(fields[key])
    values.setdefault("about", "")
    try:
        return Plan(**values)
    except ProtocolError as error:
        raise ProtocolError(f"{top.name}, line {_line_about(str(error), fields, top)}: {error}") from None


def _base_values(fields: dict[str, _Node], read_other: Callable[[str], Plan | Sequence]) -> dict[str, Any] | None:
    """The fields of the plan that this one is based on; None where it is based on none."""
    if "based_on" not in fields:
        return None
    base = read_other(fields["based_on"].text())
    if isinstance(base, Sequence):
        raise fields["based_on"].wrong("one plan, but a sequence of them", "name one of its stages")
    return {name: getattr(base, name) for name in Plan.__dataclass_fields__}


def _sequence_from(top: _Node, fields: dict[str, _Node], read_other: Callable[[str], Plan | Sequence]) -> Sequence:
    top.fields(("format", "name", "version", "title", "about", "stages"), required=("title",))
    stages = []
    for item in fields["stages"].items():
        stage = read_other(item.text())
        if isinstance(stage, Sequence):
            raise item.wrong("one plan, but a sequence of them", "name its stages here instead")
        stages.append(stage)
    if len(stages) < 2:
        raise fields["stages"].wrong("two or more plans", "name at least two")
    version = fields["version"].whole() if "version" in fields else 1
    about = fields["about"].text() if "about" in fields else ""
    return Sequence(_name(fields["name"]), version, fields["title"].text(), about, tuple(stages))


def _name(node: _Node) -> str:
    name = node.text()
    if not name.replace("-", "_").isidentifier():
        raise node.wrong("a name", "write it with letters, digits and -, such as my-back")
    return name


def _group(node: _Node, allowed: tuple[str, ...], readers: Mapping[str, Callable[[_Node], T]]) -> dict[str, T]:
    fields = node.fields(allowed)
    return {key: readers[key](fields[key]) for key in fields}


def _arm(node: _Node) -> Arm:
    allowed = ("name", "label", "kind", "what_to_do", "minutes", "set_up", "when", "over_the_mat")
    fields = node.fields(allowed, required=("name", "kind", "what_to_do"))
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
    allowed = (
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
    fields = node.fields(allowed, required=("name",))
    name = fields["name"].text()
    if "instrument" in fields:
        instrument = fields["instrument"]
        base = _placed(instrument, lambda: rating_by_instrument(instrument.text(), name=name))
        low, high = base.outcome.low, base.outcome.high
    else:
        fields = node.fields(allowed, required=("name", "question", "better"))
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
        "treatments": "treatments",
    }
    for word, key in words.items():
        if word in message and key in fields:
            return fields[key].line
    return top.line
