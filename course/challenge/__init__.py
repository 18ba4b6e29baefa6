"""The challenge: a network under 100,000 parameters, checked, trained under a fixed protocol, on a board."""

from course.challenge.board import board
from course.challenge.entries import full, qualify, verify
from course.challenge.rules import LIMIT, check

__all__ = ["LIMIT", "board", "check", "full", "qualify", "verify"]
