"""The challenge: a network of your own, under 100,000 parameters, checked, trained and placed on a board.

    from course import challenge
    challenge.check(build_model)

A network goes from left to right: building, saved -> rules -> protocols -> verifying -> board.
"""

from course.challenge.building import BUDGET, BuildError
from course.challenge.rules import RULES, Checked, Rule, check

__all__ = ["BUDGET", "RULES", "BuildError", "Checked", "Rule", "check"]
