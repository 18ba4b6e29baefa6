"""The one progress bar of the kit: for training and for downloads."""

import os
import sys

from tqdm.auto import tqdm


def bar(total, title, hide=False, **options):
    """Return a tqdm bar that shows in a notebook and in a terminal, and stays out of a log file.

    Parameters
    ----------
    total : int or None
        How many units there are to do, if that is known.
    title : str
        What is being done.
    hide : bool
        Whether it is not shown anywhere.
    **options
        More of tqdm's own, such as `unit`.

    Returns
    -------
    tqdm.tqdm
        To be used in a `with` statement.
    """
    # tqdm reads TQDM_DISABLE for its terminal bar only.
    # In a notebook `tqdm.auto` makes a class of its own, so the class alone does not tell.
    in_notebook = any(base.__module__ == "tqdm.notebook" for base in tqdm.__mro__)
    shown = (in_notebook or sys.stderr.isatty()) and not (hide or os.environ.get("TQDM_DISABLE"))
    hidden = {} if shown else {"disable": True}
    return tqdm(total=total, desc=title, leave=False, mininterval=0.2, **hidden, **options)
