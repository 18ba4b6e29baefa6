"""Can this machine run the kit? `python -m course doctor`, for when something does not work.

At import it needs the standard library only, and every check is on its own, so that it still
reports when TensorFlow, NumPy or Jupyter is missing or broken. It downloads nothing.
"""

import html
import shutil
import textwrap
from dataclasses import dataclass

from course.doctor import machine, software
from course.table import Table

__all__ = ["Check", "Report", "examine", "main"]

LOOKS = {
    "python": software.python,
    "packages": software.packages,
    "tensorflow": software.tensorflow,
    "widgets": software.widgets,
    "data": machine.data,
    "memory": machine.memory,
    "this folder": machine.this_folder,
    "keras cache": machine.cache_folder,
    "processor": machine.processor,
    "threads": machine.threads,
}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Parameters
    ----------
    name : str
        What was looked at.
    status : str
        "ok"; "note" for something worth knowing that stops nothing; or "problem".
    finding : str
        One sentence with the figures.
    fix : str
        A sentence or a command. Empty when `status` is "ok".
    """

    name: str
    status: str
    finding: str
    fix: str = ""


@dataclass(frozen=True, repr=False)
class Report:
    """All checks: text in a terminal, a table in a notebook.

    Parameters
    ----------
    checks : tuple of Check
        Iterating over the report gives these.
    """

    checks: tuple

    def __iter__(self):
        return iter(self.checks)

    @property
    def ready(self):
        """Whether no check found a problem."""
        return all(check.status != "problem" for check in self)

    @property
    def verdict(self):
        """One line, the same on every machine that is ready."""
        if self.ready:
            return "Ready: nothing on this machine stops the notebooks."
        names = ", ".join(check.name for check in self if check.status == "problem")
        return f"Not ready: follow the fix under each problem ({names}), then check again."

    def __str__(self):
        name_width = max((len(check.name) for check in self), default=0)
        indent = " " * (name_width + 11)
        width = max(80, shutil.get_terminal_size((100, 24)).columns)
        lines = []
        for check in self:
            label = f"{check.status:<7}  {check.name:<{name_width}}  "
            lines += textwrap.wrap(
                check.finding, width, initial_indent=label, subsequent_indent=indent,
                break_long_words=False, break_on_hyphens=False,
            )  # fmt: skip
            if check.fix:
                # In one line, however long, so that a command can be copied.
                lines.append(f"{indent}fix: {check.fix}")
        return "\n".join([*lines, "", self.verdict])

    __repr__ = __str__

    def _repr_html_(self):
        rows = [(check.status, check.name, _Finding(check)) for check in self]
        return Table(("status", "check", "finding"), rows, caption=self.verdict, left=(0, 1, 2))._repr_html_()


class _Finding:
    def __init__(self, check):
        self.check = check

    def _repr_html_(self):
        fix = f"<br><b>fix:</b> {html.escape(self.check.fix)}" if self.check.fix else ""
        return html.escape(self.check.finding) + fix


def examine():
    """Look at this machine and return what was found.

    Returns
    -------
    Report
        Iterates over its Checks. `ready` is True when none of them is a problem; `verdict` says so
        in one line that is the same on every ready machine.
    """
    checks = []
    for name, look in LOOKS.items():
        try:
            found = look()
        except Exception as why:  # whatever is broken here, the other checks are still wanted
            found = (
                "note",
                f"This could not be checked ({type(why).__name__}: {software.first_line(why)}).",
                "Mend the problems in this list first, then check again.",
            )
        if found is not None:
            checks.append(Check(name, *found))
    return Report(tuple(checks))


def main():
    """Print the report; return 0 when nothing is a problem, otherwise 1."""
    found = examine()
    print(found)
    return 0 if found.ready else 1
