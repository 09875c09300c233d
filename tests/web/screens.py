"""The safety questions answered no, as a screen of all kinds gives it."""

from pinprick import Screening, evaluate, rules_for
from pinprick.trial.safety_rules import KINDS, Occasion


def screening_of_nothing() -> Screening:
    """What follows from a no to everything, before there is a plan."""
    no = {rule.id: 0 if rule.items else "no" for rule in rules_for(KINDS, occasion=Occasion.START)}
    return evaluate(no, KINDS, occasion=Occasion.START)
