"""A table of studies from CSV: one row a comparison, columns named as metafor names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pinprick.errors import FileError
from pinprick.trial.csv_diary import NO_VALUE
from pinprick.trial.table import Table, listed, one_line, parse_number, shown, table_from_csv
from pinprick.trial.text import read_text

TWO_MEANS: Final = (("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"),)
TWO_BY_TWO: Final = (("ai", "bi", "ci", "di"), ("ai", "n1i", "ci", "n2i"))
AS_GIVEN: Final = (("yi", "vi"), ("yi", "sei"))
NEEDS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "GEN": AS_GIVEN,
    "MD": TWO_MEANS,
    "SMD": TWO_MEANS,
    "ROM": TWO_MEANS,
    "OR": TWO_BY_TWO,
    "RR": TWO_BY_TWO,
    "RD": TWO_BY_TWO,
    "HR": (*AS_GIVEN, ("hr", "low", "high")),
    "IRR": (("x1i", "t1i", "x2i", "t2i"),),
    "COR": (("ri", "ni"),),
    "ZCOR": (("ri", "ni"),),
}
"""For each measure, the sets of columns from which it can be worked out; the first that is there is used."""

ABOVE_ZERO: Final = {
    "vi": "a variance is above 0",
    "sei": "a standard error is above 0",
    "sd1i": "a standard deviation is above 0",
    "sd2i": "a standard deviation is above 0",
    "t1i": "a time under observation is above 0",
    "t2i": "a time under observation is above 0",
    "hr": "a hazard ratio is above 0",
    "low": "a hazard ratio is above 0",
    "high": "a hazard ratio is above 0",
}
NAMES: Final = ("slab", "study", "studlab")
AUTHORS: Final = ("author", "authors")


@dataclass(frozen=True, slots=True)
class StudyTable:
    """A table of studies as it stands in a file: cells are read as numbers when a column is asked for.

    Parameters
    ----------
    table : Table
        The cells, each in its column.
    labels : (n_row,) tuple of str
        A name for each row: ``slab``, or else ``study``, or else author and year, or else the row's number.
    studies : (n_row,) tuple of str
        The study that each row belongs to. In a network several rows may belong to one.
    pairs : (n_row,) tuple of (str, str), optional
        The two treatments of each row, if the table is a network.
    """

    table: Table
    labels: tuple[str, ...]
    studies: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...] | None
    places: Mapping[str, int] = field(repr=False)

    @property
    def n_rows(self) -> int:
        """How many rows the table has."""
        return len(self.labels)

    def has(self, column: str) -> bool:
        """Whether there is a column of this name, in any case of its letters."""
        return column.casefold() in self.places

    def texts(self, column: str) -> tuple[str, ...]:
        """A column's cells as text, each on one line.

        Raises
        ------
        FileError
            If there is no such column.
        """
        if not self.has(column):
            raise FileError(
                f"{self.table.name} has no column {column!r}; its columns are {listed(self.table.header, most=30)}."
            )
        return tuple(map(one_line, self.table.columns[self.places[column.casefold()]]))

    @staticmethod
    def is_missing(cell: str) -> bool:
        """Whether a cell says that its value is not known: an empty one, or "NA" and its kin."""
        return not cell or cell.casefold() in NO_VALUE

    def numbers(self, column: str) -> tuple[float | None, ...]:
        """A column's cells as numbers; None for an empty cell and for "NA".

        Raises
        ------
        FileError
            If there is no such column, a cell holds something else than a number, or a variance, standard error or
            standard deviation is not above 0.
        """
        found: list[float | None] = []
        for i, cell in enumerate(self.texts(column)):
            if self.is_missing(cell):
                found.append(None)
                continue
            value = parse_number(cell, decimal_comma=self.table.decimal_comma)
            if value is None:
                example = "0.25 or 0,25" if self.table.decimal_comma else "0.25"
                raise FileError(
                    f"{self.table.at(i)}: {column} is {shown(cell)}; write a number such as {example}, "
                    "or leave the cell empty if it is not known."
                )
            if column in ABOVE_ZERO and value <= 0:
                raise FileError(
                    f"{self.table.at(i)}: {column} is {cell} for {shown(self.labels[i])}; {ABOVE_ZERO[column]}. "
                    "Correct it, or leave the cell empty to leave the study out."
                )
            found.append(value)
        return tuple(found)

    def columns_for(self, measure: str) -> tuple[str, ...]:
        """The columns from which this table gives a measure.

        Raises
        ------
        FileError
            If columns are missing: which, what the measure needs, and what this table would be enough for.
        """
        for wanted in NEEDS[measure]:
            if all(map(self.has, wanted)):
                return wanted
        if all(map(self.has, AS_GIVEN[0])):
            return AS_GIVEN[0]
        if all(map(self.has, AS_GIVEN[1])):
            return AS_GIVEN[1]
        closest = min(NEEDS[measure], key=lambda wanted: sum(not self.has(name) for name in wanted))
        missing = [name for name in closest if not self.has(name)]
        others = [m for m in NEEDS if any(all(map(self.has, wanted)) for wanted in NEEDS[m])]
        needs = " or ".join(" ".join(wanted) for wanted in NEEDS[measure])
        advice = f"with its columns choose --measure {' or '.join(others)}" if others else "add them"
        raise FileError(
            f"{self.table.name} lacks {listed(missing, most=6)} for the measure {measure}, which needs {needs}; "
            f"{advice}."
        )


def read_studies(path: Path) -> StudyTable:
    """Read a table of studies from a CSV file, which is only read.

    Raises
    ------
    FileError
        If the file cannot be read, is no table, has no row, or names a study twice.
    """
    return studies_from_csv(read_text(path), name=path.name)


def studies_from_csv(text: str, *, name: str) -> StudyTable:
    r"""Read a table of studies from the text of a CSV.

    Parameters
    ----------
    text : str
        A header row, then one row a comparison. Columns in any order and in any case of their letters; those that
        no measure needs are kept for subgroups and moderators. Commas, semicolons or tabs; with the latter two, 0,25
        is a number. A table with ``treat1`` and ``treat2`` is a network of treatments.
    name : str
        What messages call the text.

    Raises
    ------
    FileError
        If the text is no table, has no row, or names a column, a study or a comparison twice.

    Examples
    --------
    >>> found = studies_from_csv("slab;yi;vi\nAs 1999;-0,5;0,04\nBo 2003;;0,09\n", name="trials.csv")
    >>> found.labels, found.numbers("yi"), found.columns_for("GEN")
    (('As 1999', 'Bo 2003'), (-0.5, None), ('yi', 'vi'))
    >>> studies_from_csv("yi,vi\n0.2,0\n", name="trials.csv").numbers("vi")
    Traceback (most recent call last):
        ...
    pinprick.errors.FileError: trials.csv, row 2: vi is 0 for 'Study 1'; a variance is above 0. ...
    """
    if not text.strip("\ufeff \t\r\n,;"):
        raise FileError(f"{name} is empty; its first row names the columns, such as slab,yi,vi.")
    table = table_from_csv(text, name=name)
    places: dict[str, int] = {}
    for i, column in enumerate(table.header):
        if column.casefold() in places:
            raise FileError(f"{name} has two columns called {column!r}; give each a name of its own.")
        if column:
            places[column.casefold()] = i
    if 2 * sum(parse_number(cell) is not None for cell in table.header) >= len(table.header):
        raise FileError(f"{name} has no header; its first row names the columns, such as slab,yi,vi.")
    if not table.numbers:
        raise FileError(f"{name} has a header but no study; write one row for each study below it.")
    pairs = _pairs(table, places)
    studies, is_named = _names(table, places)
    if pairs is None:
        labels = studies
    else:
        labels = tuple(f"{study}: {one} and {other}" for study, (one, other) in zip(studies, pairs, strict=True))
    if is_named or pairs is not None:
        _refuse_twice(table, labels, "comparison" if pairs is not None else "study")
    else:
        labels = studies = _numbered(labels)
    return StudyTable(table, labels, studies, pairs, places)


def _names(table: Table, places: Mapping[str, int]) -> tuple[tuple[str, ...], bool]:
    """What each row is called, and whether a column was made to name it."""

    def cells(column: str) -> Iterable[str]:
        return map(one_line, table.columns[places[column]])

    unnamed = [f"Study {i + 1}" for i in range(len(table.numbers))]
    for column in NAMES:
        if column in places:
            own = "Study {}" if all(parse_number(cell) is not None for cell in cells(column) if cell) else "{}"
            named = (own.format(cell) if cell else other for cell, other in zip(cells(column), unnamed, strict=True))
            return tuple(named), True
    author = next((column for column in AUTHORS if column in places), None)
    if author is None:
        return tuple(unnamed), False
    years = cells("year") if "year" in places else [""] * len(unnamed)
    pieces = zip(cells(author), years, unnamed, strict=True)
    return tuple(", ".join(filter(None, (who, year))) if who else other for who, year, other in pieces), False


def _numbered(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Tell rows of one author and year apart by a letter."""
    seen: dict[str, int] = {}
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
    count: dict[str, int] = {}
    told = []
    for label in labels:
        count[label] = count.get(label, 0) + 1
        told.append(f"{label} ({count[label]})" if seen[label] > 1 else label)
    return tuple(told)


def _refuse_twice(table: Table, labels: tuple[str, ...], what: str) -> None:
    """Refuse a name that two rows bear: one of them would count twice."""
    first: dict[str, int] = {}
    for i, label in enumerate(map(str.casefold, labels)):
        if label in first:
            raise FileError(
                f"{table.name} names the {what} {shown(labels[i])} twice, in {table.rows_said([first[label], i])}; "
                "take one out, or tell them apart in a column slab."
            )
        first[label] = i


def _pairs(table: Table, places: Mapping[str, int]) -> tuple[tuple[str, str], ...] | None:
    """The two treatments of each row, or None if the table is no network."""
    there = [column for column in ("treat1", "treat2") if column in places]
    if not there:
        return None
    if len(there) == 1:
        other = "treat2" if there == ["treat1"] else "treat1"
        raise FileError(f"{table.name} has {there[0]} but no {other}; a network names both treatments of each row.")
    found = []
    for i, cells in enumerate(zip(*(table.columns[places[column]] for column in there), strict=True)):
        one, other = map(one_line, cells)
        if not one or not other:
            empty = there[0] if not one else there[1]
            raise FileError(f"{table.at(i)}: {empty} is empty; name the treatment, or take the row out.")
        if one.casefold() == other.casefold():
            raise FileError(f"{table.at(i)}: treat1 and treat2 are both {shown(one)}; a row compares two treatments.")
        found.append((one, other))
    return tuple(found)
