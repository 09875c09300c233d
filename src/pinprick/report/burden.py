"""Words for what the two treatments asked of a person, as the rows of a table."""

from __future__ import annotations

from pinprick.analysis.burden import Burden
from pinprick.report.names import exact
from pinprick.words import _


def rows(burden: tuple[Burden, Burden]) -> list[tuple[str, str, str]]:
    """What the two treatments asked, a row each; a row that nobody filled is left out.

    Parameters
    ----------
    burden : (Burden, Burden)
        Of the first and the second treatment, as `pinprick.analysis.burden.burden` gives it.

    Returns
    -------
    list of (label, first, second)
        A cell whose treatment nobody spoke of says so, and is never a 0.

    Examples
    --------
    >>> mat = Burden("mat", 20, 18, 16, stopped_early=2, too_sharp=2, marks=1, prick=6.0, minutes=None)
    >>> towel = Burden("towel", 18, 17, 17, stopped_early=0, too_sharp=0, marks=None, prick=1.0, minutes=None)
    >>> for row in rows((mat, towel)):
    ...     print(*row, sep=" | ")
    Days planned | 20 | 18
    Days answered | 18 | 17
    Done as planned | 16 | 17
    Stopped early | 2 | 0
    Stopped because too sharp | 2 | 0
    Marks the next day | 1 | not said
    Sharpness, 0 to 10, median | 6 | 1
    """
    first, second = burden
    counted: list[tuple[str, float | None, float | None]] = [
        (_("Days planned"), first.planned, second.planned),
        (_("Days answered"), first.answered, second.answered),
        (_("Done as planned"), first.done, second.done),
    ]
    if first.stopped_early or second.stopped_early:
        counted.append((_("Stopped early"), first.stopped_early, second.stopped_early))
        counted.append((_("Stopped because too sharp"), first.too_sharp, second.too_sharp))
    counted += [
        (_("Marks the next day"), first.marks, second.marks),
        (_("Sharpness, 0 to 10, median"), first.prick, second.prick),
        (_("Minutes, median"), first.minutes, second.minutes),
    ]
    return [(label, _cell(one), _cell(other)) for label, one, other in counted if one is not None or other is not None]


def _cell(value: float | None) -> str:
    return _("not said") if value is None else exact(value)
