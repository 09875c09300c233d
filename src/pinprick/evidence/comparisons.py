"""Mat, needles, sham, waiting and usual care side by side for pain, also where nobody compared them.

Each comparison is a figure of a study record; together they are a network (`pinprick.evidence.network`). How
indirect a comparison is stands beside it. Reviews share trials with each other, so the intervals are too short by an
amount nobody knows; that is said, and nothing here enters a verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from pinprick.evidence.figures import Figure, effect_of, load
from pinprick.words import mark

if TYPE_CHECKING:
    from pinprick.evidence.network import NetworkContrast, NetworkSynthesis

OVERLAP: Final = mark(
    "Reviews share trials with each other, and two sizes for mats are our own sums. So every interval here is too "
    "short by an amount nobody knows."
)
SMALL: Final = mark(
    "The two mat trials are tiny and nobody was blind. Such trials exaggerate. So a mat that looks as good as needles "
    "here is no finding."
)
Z95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Compared:
    """One treatment against another, as one record has it.

    Attributes
    ----------
    treat1, treat2 : str
        Keys of `Beside.treatments`.
    label : str
        What it is, in a few words.
    smd, se : float
        In standard deviations, positive where the first is better, and its standard error.
    points, low, high : float
        The same in points of a 0-10 scale, with its 95 % interval.
    figure : Figure
        The numbers with their pages.
    """

    treat1: str
    treat2: str
    label: str
    smd: float
    se: float
    points: float
    low: float
    high: float
    figure: Figure


@dataclass(frozen=True, slots=True)
class Beside:
    """Every comparison there is, the network they make, and what cannot be reached.

    ``treatments`` names each key; ``unconnected`` says why a treatment is in no comparison; ``sd_points`` is how many
    points one standard deviation is taken for.
    """

    treatments: dict[str, str]
    rows: tuple[Compared, ...]
    network: NetworkSynthesis
    unconnected: tuple[tuple[str, str], ...]
    sd_points: float
    caveats: tuple[str, ...]

    def named(self, key: str) -> str:
        """The words for a treatment."""
        return self.treatments[key]

    def reaches(self, key: str) -> bool:
        """Whether comparisons lead from the mat to this treatment."""
        both = {self.named("mat"), self.named(key)}
        return key != "mat" and any(both <= set(part.treatments) for part in self.network.parts)

    def against(self, key: str) -> NetworkContrast:
        """The mat against a treatment, directly or through what each was compared with."""
        return self.network.compare(self.named("mat"), self.named(key))


@cache
def beside() -> Beside:
    """Set the treatments side by side for pain.

    Examples
    --------
    >>> beside().against("needles").n_direct
    0
    """
    from pinprick.evidence.network import network

    told = load("comparisons.yaml")
    sd = float(told["sd_points"])
    rows = []
    for ref in told["pain"]:
        figure = effect_of(ref)
        smd, se = figure.estimate, figure.se
        rows.append(
            Compared(
                ref["treat1"],
                ref["treat2"],
                ref["label"],
                smd,
                se,
                smd * sd,
                (smd - Z95 * se) * sd,
                (smd + Z95 * se) * sd,
                figure,
            )
        )
    named = told["treatments"]
    made = network(
        [named[row.treat1] for row in rows],
        [named[row.treat2] for row in rows],
        [row.smd for row in rows],
        [row.se**2 for row in rows],
        studies=[row.label for row in rows],
        reference=named["nothing"],
        lower_is_better=False,
    )
    unconnected = tuple((one["treatment"], one["why"]) for one in told["unconnected"])
    return Beside(told["treatments"], tuple(rows), made, unconnected, sd, (SMALL, OVERLAP, *made.caveats))
