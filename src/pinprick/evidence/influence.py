"""What single studies do to a synthesis: without each of them, and as they came."""

from __future__ import annotations

from collections.abc import Sequence

from pinprick.errors import ComputationError
from pinprick.evidence.synthesis import Synthesis, synthesise


def leave_one_out(synthesis: Synthesis) -> tuple[Synthesis, ...]:
    """The synthesis without each study in turn, in the order of its studies; all else the same.

    Raises
    ------
    ComputationError
        If there is only one study.

    Examples
    --------
    >>> pooled = synthesise([0.1, 0.5, -0.2, 0.9], [0.02, 0.05, 0.03, 0.1])
    >>> [round(without.estimate, 2) for without in leave_one_out(pooled)]
    [0.36, 0.22, 0.43, 0.11]
    """
    if synthesis.k == 1:
        raise ComputationError(f"Without {synthesis.labels[0]} no study is left; leave-one-out needs at least two.")
    everyone = range(synthesis.k)
    return tuple(_only(synthesis, [i for i in everyone if i != out]) for out in everyone)


def cumulative(synthesis: Synthesis, order: Sequence[int] | None = None) -> tuple[Synthesis, ...]:
    """The synthesis of the first study, the first two, and so on to all.

    Parameters
    ----------
    synthesis : Synthesis
    order : (k,) sequence of int, optional
        Positions of the studies, from 0, in the order in which they are added, such as by year; as they stand without.

    Raises
    ------
    ComputationError
        If the order does not name each study once.

    Examples
    --------
    >>> pooled = synthesise([0.1, 0.5, -0.2, 0.9], [0.02, 0.05, 0.03, 0.1])
    >>> [(step.k, round(step.estimate, 2)) for step in cumulative(pooled, order=[3, 1, 0, 2])]
    [(1, 0.9), (2, 0.64), (3, 0.43), (4, 0.27)]
    """
    positions = list(range(synthesis.k)) if order is None else [int(i) for i in order]
    if sorted(positions) != list(range(synthesis.k)):
        raise ComputationError(
            f"The order {positions} does not name each of the {synthesis.k} studies once; give their positions, from 0."
        )
    return tuple(_only(synthesis, positions[:k]) for k in range(1, synthesis.k + 1))


def _only(synthesis: Synthesis, positions: Sequence[int]) -> Synthesis:
    chosen = list(positions)
    return synthesise(
        synthesis.yi[chosen],
        synthesis.vi[chosen],
        labels=[synthesis.labels[i] for i in chosen],
        measure=synthesis.measure,
        method=synthesis.method,
        test=synthesis.test,
        level=synthesis.level,
    )
