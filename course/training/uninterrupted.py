"""Let Ctrl-C wait."""

import contextlib
import signal
import threading


@contextlib.contextmanager
def uninterrupted():
    """Let Ctrl-C wait until what is inside is done: no step is then half taken, no file half written.

    Yields
    ------
    list
        One entry for each time that it was pressed. Who clears it lets Ctrl-C come to nothing.
    """
    pressed = []
    before = signal.getsignal(signal.SIGINT)
    # Python hands signals to its main thread alone, and some programs deal with them without Python.
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield pressed
        return
    signal.signal(signal.SIGINT, lambda *signalled: pressed.append(signalled))
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        before(*pressed[0])
