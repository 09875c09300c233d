"""A YAML file in parts that know their line: read with errors that say where, what is allowed, and what to do.

The parser is libyaml's where there is one. Nothing in a file is ever run: only nodes are composed, no objects.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, TypeVar

import yaml

from pinprick.errors import FileError

Choice = TypeVar("Choice", bound=StrEnum)

WHOLE: Final = re.compile(r"[-+]?\d+")
NUMBER: Final = re.compile(r"[-+]?\d+(\.\d+)?")
ADDRESS: Final = re.compile(r"https?://[^\s/]+\.[^\s/]+(/\S*)?")
MOST_NAMED: Final = 16  # words that a message lists
LONGEST_SHOWN: Final = 60


class Part:
    r"""A piece of YAML: a group of fields, a list or one value, with its line, its path and its record's id.

    Examples
    --------
    >>> part = parse("pain: 6.5\n", "diary.yaml")
    >>> part.fields(("pain",))["pain"].number()
    6.5
    >>> part.fields(("sleep",))
    Traceback (most recent call last):
        ...
    pinprick.errors.FileError: diary.yaml, line 1: there is no field 'pain' here; choose from sleep.
    """

    __slots__ = ("file", "line", "node", "path", "record")

    def __init__(self, node: yaml.Node, file: str, *, path: str = "", record: str = "", line: int = 0) -> None:
        self.node = node
        self.file = file
        self.path = path
        self.record = record
        self.line = line or node.start_mark.line + 1

    @property
    def at(self) -> str:
        """Where it stands, to start a message with."""
        return f"{self.file}, line {self.line}{f', {self.record}' if self.record else ''}"

    @property
    def is_group(self) -> bool:
        """Whether it has fields."""
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written here, which is the same as leaving it out."""
        return isinstance(self.node, yaml.ScalarNode) and (self._kind == "null" or not self.written.strip())

    @property
    def written(self) -> str:
        """A single value as it stands in the file."""
        return str(self.node.value) if isinstance(self.node, yaml.ScalarNode) else ""

    @property
    def _kind(self) -> str:
        return str(self.node.tag).rpartition(":")[2]

    def error(self, message: str) -> FileError:
        """An error that begins with where this stands."""
        return FileError(f"{self.at}: {message}")

    def wrong(self, what: str, todo: str) -> FileError:
        """The error that this is not what it should be, which shows it as it was written."""
        if isinstance(self.node, yaml.ScalarNode):
            shown = "empty" if self.is_empty else _short(self.written)
        else:
            shown = "a group of fields" if self.is_group else "a list"
        todo = todo if todo.endswith("?") else f"{todo}."
        return self.error(f"{self.path or 'the file'} is {shown}, not {what}; {todo}")

    def named(self, record: str) -> Part:
        """The same part, in a record whose id is known."""
        return Part(self.node, self.file, record=record, line=self.line)

    def fields(self, allowed: Iterable[str], required: Iterable[str] = ()) -> dict[str, Part]:
        """The fields that are not empty; none that is required is missing, none is unknown, none stands twice.

        Raises
        ------
        FileError
            If this has no fields, or not these.
        """
        allowed = tuple(allowed)
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong("a group of fields", f"write them below it, one a line, such as {allowed[0]}")
        given: dict[str, Part] = {}
        for key_node, value_node in self.node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            line = key_node.start_mark.line + 1
            part = Part(
                value_node, self.file, path=f"{self.path}.{key}" if self.path else key, record=self.record, line=line
            )
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, n=1)
                meant = f"did you mean {near[0]}?" if near else f"choose from {', '.join(allowed)}."
                inside = f"in {self.path}" if self.path else "here"
                raise part.error(f"there is no field {_short(key)} {inside}; {meant}")
            if key in given:
                raise part.error(f"{part.path} stands here twice; keep one.")
            given[key] = part
        given = {key: part for key, part in given.items() if not part.is_empty}
        for key in required:
            if key not in given:
                raise self.error(f"{self.path or 'the record'} has no {key}; add it.")
        return given

    def field(self, key: str) -> Part:
        """One field that is needed, whatever else stands beside it; `FileError` if it is missing or empty."""
        pairs = self.node.value if isinstance(self.node, yaml.MappingNode) else []
        for key_node, value_node in pairs:
            part = Part(value_node, self.file, path=key, record=self.record, line=key_node.start_mark.line + 1)
            if key_node.value == key and not part.is_empty:
                return part
        if not self.is_group:
            raise self.wrong("a group of fields", f"write them below it, one a line, beginning with {key}")
        raise self.error(f"{self.path or 'the record'} has no {key}; add it.")

    def items(self) -> list[Part]:
        """The items of a list; `FileError` if it is none."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong("a list", "start each item with a dash")
        return [
            Part(node, self.file, path=f"{self.path}[{i}]" if self.path else f"record {i}", record=self.record)
            for i, node in enumerate(self.node.value, 1)
        ]

    def text(self) -> str:
        """Words, on one line; `FileError` if it is a number or anything else."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.wrong("text", "write words")
        if self._kind in ("bool", "int", "float", "null"):
            raise self.wrong("text", "put it in quotation marks")
        return " ".join(self.written.split())

    def number(self, *, least: float | None = None, most: float | None = None, whole: bool = False) -> int | float:
        """A number within limits, whole if it has to be.

        Raises
        ------
        FileError
            If it is something else, or lies outside.
        """
        what = "a whole number" if whole else "a number"
        limits = _limits(least, most)
        if not isinstance(self.node, yaml.ScalarNode) or self._kind not in ("int", "float"):
            raise self.wrong(what + limits, f"write digits such as {'3' if whole else '1.5'}, or leave it out")
        if not (WHOLE if whole else NUMBER).fullmatch(self.written):
            raise self.wrong(what + limits, f"write digits such as {'3' if whole else '1.5'}, or leave it out")
        value = int(self.written) if WHOLE.fullmatch(self.written) else float(self.written)
        if (least is not None and value < least) or (most is not None and value > most):
            raise self.wrong(what + limits, "look it up again, or leave it out")
        return value

    @property
    def decimals(self) -> int:
        """Digits after the point, as written."""
        return len(self.written.partition(".")[2])

    def truth(self) -> bool:
        """True or false; `FileError` for any other word."""
        if self._kind != "bool" or self.written.lower() not in ("true", "false"):
            raise self.wrong("true or false", "write one of them, or leave it out")
        return self.written.lower() == "true"

    def choice(self, words: type[Choice]) -> Choice:
        """One of the words that are allowed; the error says which comes nearest."""
        if isinstance(self.node, yaml.ScalarNode) and self._kind in ("str", "bool"):
            try:
                return words(self.written)
            except ValueError:
                pass
        near = difflib.get_close_matches(self.written, [*words], n=1)
        some = ", ".join([*words][:MOST_NAMED]) + ("" if len(words) <= MOST_NAMED else " and others")
        raise self.wrong(f"one of {some}", f"did you mean {near[0]}?" if near else "choose one")

    def matching(self, pattern: re.Pattern[str], what: str, example: str) -> str:
        """Text of a given shape."""
        text = self.text()
        if not pattern.fullmatch(text):
            raise self.wrong(what, f"write it like {example}")
        return text

    def address(self) -> str:
        """The address of a page."""
        return self.matching(ADDRESS, "the address of a page", "https://example.org/paper")


def parse(text: str, name: str) -> Part:
    """The whole of a YAML file as one part.

    Raises
    ------
    FileError
        If it is empty or no YAML, with line and column.
    """
    try:
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise FileError(
            f"{name}{where}: this is no YAML ({error.problem}); compare it with the record above, space by space."
        ) from None
    except yaml.YAMLError as error:
        raise FileError(
            f"{name} is no YAML ({' '.join(str(error).split())}); save it as UTF-8 without control characters."
        ) from None
    if root is None or (isinstance(root, yaml.ScalarNode) and not str(root.value).strip()):
        raise FileError(f"{name} is empty; it holds a list of records, each beginning with - id.")
    return Part(root, name)


def _limits(least: float | None, most: float | None) -> str:
    low, high = ("" if end is None else f"{end:g}" if abs(end) < 10_000 else f"{end:,}" for end in (least, most))
    if low and high:
        return f" from {low} to {high}"
    return f" of at least {low}" if low else f" of at most {high}" if high else ""


def _short(text: str) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "...")
