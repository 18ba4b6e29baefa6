"""How the kit names a command: as one that works where it is copied to, whatever environment is active there."""

import shlex
import sys


def command(words, module="course"):
    """Return the command line `python -m MODULE WORDS` with the path of the Python that runs now.

    Parameters
    ----------
    words : str
        The command and its options, such as "data".
    module : str
        Whose command it is.

    Returns
    -------
    str
    """
    python = sys.executable or "python"
    if sys.platform == "win32":
        return f'& "{python}" -m {module} {words}' if " " in python else f"{python} -m {module} {words}"
    return f"{shlex.quote(python)} -m {module} {words}"
