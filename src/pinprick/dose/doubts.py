"""What may be wrong with an answer, as sentences that travel with it."""

from __future__ import annotations

from pinprick.dose.body import Profile
from pinprick.dose.calibration import Calibration
from pinprick.dose.data import parameter
from pinprick.dose.lying import coverage
from pinprick.dose.setup import Setup
from pinprick.dose.sharpness import ENOUGH_TRIES, Threshold, blunting
from pinprick.dose.uncertainty import Range
from pinprick.trial.safety_rules import safety_table
from pinprick.words import _, ngettext


def doubts(
    setup: Setup, relative_sharpness: Range, calibration: Calibration | None = None, *, disagrees: bool = False
) -> tuple[str, ...]:
    """Name what is not known of a set-up, the widest doubt first.

    Parameters
    ----------
    setup : Setup
        What was asked.
    relative_sharpness : Range
        What was found, against bare spikes.
    calibration : Calibration or None
        What was measured at home.
    disagrees : bool
        Whether what was counted goes with hardly any draw of the model.
    """
    mat, own = setup.mat, calibration or Calibration()
    said = [_("This is a model, not a measurement: nobody has published a force on a spike mat.")]
    if relative_sharpness.mid < parameter("model.gone_below").central:
        said.append(_("With this much cloth the sharpness is gone. What is left is pressure, as on a firm mattress."))
    elif setup.layer_mm.central > 0:
        said.append(_("Cloth is the least tested part of the model. Let your own rating decide."))
        by_area = relative_sharpness.mid * blunting(mat.known("tip_radius").central, setup.layer_mm.central)
        said.append(
            _("An older rule, by the area of a tip and not its edge, would leave about {n} of every 100 parts.").format(
                n=max(1, round(100 * by_area))
            )
        )
    said += first_sharp_doubts(own.first_sharp)
    if own.touching is not None and setup.is_lying:
        if disagrees:
            said.append(_("The model and your count of touching spikes disagree. The numbers here follow your count."))
        said += own.touching.doubts
    is_tip_needed = own.first_sharp is None or setup.layer_mm.central > 0
    if mat.tip_radius is None and is_tip_needed:
        said.append(_("The tips of your spikes were not measured, so how sharp they are may be half or twice as much."))
    if mat.is_count_unsure:
        said.append(_("The count of spikes is second-hand. Count one disc, and the discs."))
    if mat.is_size_assumed:
        said.append(
            _("The size of this mat is assumed to be {length} by {width} mm. Measure the spiked face.").format(
                length=f"{mat.length:g}", width=f"{mat.width:g}"
            )
        )
    if setup.is_lying:
        covered = coverage(mat, setup.person, Profile.DEFAULT)
        if min(covered) < 0.995:
            said.append(_("This mat is shorter or narrower than your back, so how much of you lies on it is a guess."))
    else:
        said.append(_("The area that touches is taken from a table for this use and not worked out for you."))
    if setup.use == "standing":
        said.append(
            _("Standing puts about ten times more on each spike than lying, enough to break skin. Do not do it bare.")
        )
    most = safety_table()["usage_ladder"]["max_minutes_per_session"]
    if setup.minutes > most:
        said.append(_("A trial here never asks for more than {most} minutes.").format(most=most))
    return tuple(said)


def first_sharp_doubts(first: Threshold | None) -> list[str]:
    """What is not known of a first sharp feel; nothing where nobody measured one.

    Examples
    --------
    >>> len(first_sharp_doubts(Threshold(0.08, 0.04, 0.1, n_tries=2)))
    5
    """
    if first is None:
        return []
    said = []
    if first.is_unsteady:
        said.append(_("Your tries on the scale differ by more than a factor of two. Try again on another day."))
    if first.n_tries < ENOUGH_TRIES:
        said.append(
            ngettext(
                "{n} try on the scale does not show how steady your feeling is. Take {enough}.",
                "{n} tries on the scale do not show how steady your feeling is. Take {enough}.",
                first.n_tries,
            ).format(n=first.n_tries, enough=ENOUGH_TRIES)
        )
    said += [
        _("The first sharp feel was measured on your hand or forearm. Your back may feel sooner or later."),
        _("What first feels sharp drifts in a couple of weeks. Measure it again after two weeks."),
        _("Skin that is thin, scarred or numb feels less and is hurt sooner. It is no reason to press harder."),
    ]
    return said
