"""Let Ctrl-C wait."""

import contextlib
import signal
import threading


@contextlib.contextmanager
def uninterrupted():
    """Let Ctrl-C wait until what is inside is done: no step is then half taken, no file half written."""
    before = signal.getsignal(signal.SIGINT)
    # Python hands signals to its main thread alone, and some programs deal with them without Python.
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    pressed = []
    signal.signal(signal.SIGINT, lambda *signalled: pressed.append(signalled))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        before(*pressed[0])
