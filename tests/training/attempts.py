"""Train in processes that can be killed: a program for `test_resume.py`.

It reads one JSON object a line, {"folder", "quicker", "die"}, and trains that run in a process of its
own, or goes on with it. It prints "pid N", then what the process is about to do ("batch", "step",
"save", "saved"), one a line, and "ended STATUS".

"die" is null or [moment, file, call]: the process kills itself at that moment of the call-th time that
it writes that file. With ["wait", "", call] it stops before the call-th step and waits to be killed.

TensorFlow is imported once. The process forks before it has computed anything.
"""

import contextlib
import json
import os
import signal
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path

# Before TensorFlow is imported. Why without oneDNN: see conftest.py.
os.environ.update(TF_ENABLE_ONEDNN_OPTS="0", TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")

import tensorflow as tf
from tiny_runs import RECIPE, dataset, keras, network

sys.path.append(str(Path(__file__).parents[1]))
from thorough import THOROUGH

from course import runs
from course.training import accelerate, checkpoint, loop, train

EPOCHS, STEPS = 5, 4
RECIPE = replace(RECIPE, epochs=EPOCHS, batch_size=24, steps_per_epoch=STEPS)
# Compiling would be most of what a process does before it is killed.
tf.config.run_functions_eagerly(not THOROUGH)


def tell(word):
    os.write(1, f"{word}\n".encode())


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def telling(owner, name, before, after=None):
    real = getattr(owner, name)

    def told(*arguments, **others):
        tell(before)
        result = real(*arguments, **others)
        if after:
            tell(after)
        return result

    setattr(owner, name, told)


def waiting(call):
    real, calls = loop.batch, []

    def batch(*arguments, **others):
        calls.append(1)
        if len(calls) == call:
            tell("waiting")
            time.sleep(600)
        return real(*arguments, **others)

    loop.batch = batch


def dying(moment, file, call):
    leave, flush, move, calls = runs.replacing.__exit__, os.fsync, os.replace, []

    def leaving(self, *why):
        calls.extend([1] if self.target.name == file else [])
        if self.target.name != file or len(calls) != call:
            return leave(self, *why)
        if moment == "half written":
            os.truncate(self.draft, self.draft.stat().st_size // 2)
        if moment in ("half written", "written"):
            die()

        def flushing(descriptor):
            flush(descriptor)
            if moment == "flushed":
                die()

        def moving(source, target):
            move(source, target)
            if moment == ("in place" if target == self.target else "old one moved"):
                die()

        os.fsync, os.replace = flushing, moving
        return leave(self, *why)

    runs.replacing.__exit__ = leaving


def attempt(folder, quicker, die):
    if die and die[0] == "wait":
        waiting(die[2])
    elif die:
        dying(*die)
    telling(loop, "batch", "batch")
    telling(keras.Model, "train_on_batch", "step")
    telling(checkpoint.RunFolder, "save", "save", "saved")
    telling(checkpoint.RunFolder, "write_record", "save", "saved")
    model = network()
    if quicker:
        model = accelerate(model, bfloat16=False)
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        train(model, dataset(), RECIPE, seed=1, out=folder, resume=True, checkpoint_minutes=0)


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                tell(f"pid {os.getpid()}")
                attempt(**json.loads(line))
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        tell(f"ended {status}")
