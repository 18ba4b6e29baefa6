"""The challenge: a network of your own, under 100,000 parameters, checked, trained and placed on a board.

    from course import challenge
    challenge.check(build_model)
    challenge.qualify(build_model, data, name="Ada", out="class/ada")
    challenge.board("class")

From left to right: building, saved -> rules -> protocols -> verifying -> entries -> board.
"""

from course import BUDGET
from course.challenge.board import Board, Place, board
from course.challenge.building import BuildError
from course.challenge.protocols import PROTOCOLS, full, qualify, score
from course.challenge.rules import RULES, Checked, Rule, check
from course.challenge.verifying import Verdict, verify

__all__ = [
    "BUDGET",
    "PROTOCOLS",
    "RULES",
    "Board",
    "BuildError",
    "Checked",
    "Place",
    "Rule",
    "Verdict",
    "board",
    "check",
    "full",
    "qualify",
    "score",
    "verify",
]
