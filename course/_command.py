"""How the kit names a command: as one that works where it is copied to, whatever environment is active there."""

import shlex
import sys


def command(words, module="course", python=None):
    """Return the command line `python -m MODULE WORDS` with the path of a Python.

    Parameters
    ----------
    words : str
        The command and its options, such as "data".
    module : str
        Whose command it is.
    python : str or pathlib.Path, optional
        Which Python; without it, the one that runs now.

    Returns
    -------
    str
    """
    python = str(python or sys.executable or "python")
    if sys.platform == "win32":
        # PowerShell takes a quoted path for a piece of text, unless an & says to run it.
        return f'& "{python}" -m {module} {words}' if " " in python else f"{python} -m {module} {words}"
    return f"{shlex.quote(python)} -m {module} {words}"
