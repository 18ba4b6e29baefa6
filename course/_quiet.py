"""Import Keras without TensorFlow's C++ log lines."""

import importlib
import os
import sys


def import_keras():
    """Return the `keras` module, its start-up chatter kept off the screen.

    TensorFlow's C++ code writes "could not find cuda drivers" to file descriptor 2 before it has
    read TF_CPP_MIN_LOG_LEVEL. In a notebook that is a red box above the first result.

    Returns
    -------
    module
        `keras`, with the TensorFlow backend.
    """
    if "keras" in sys.modules:
        return sys.modules["keras"]
    sys.stderr.flush()
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        return importlib.import_module("keras")
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
