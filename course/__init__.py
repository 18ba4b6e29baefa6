"""What a compact CNN costs, what it sees and how it learns: the code behind the notebooks.

Importing `course` loads nothing heavy. The modules, from left to right as data flows:

    arithmetic -> models -> inspection      what a network costs and sees
    arithmetic -> annotations               what a learner says it costs and sees
    arithmetic -> anatomy, separable        one output value with its numbers; a separable layer as algebra
    arithmetic -> costs -> benchmarks       what has to move, and the time it takes on this machine
    data -> runs -> training, experiments   how it learns, and the record of it
    runs -> evaluation                      how far a result can be trusted
    training -> studies                     many runs at once
    plots -> widgets -> exercises           how a person sees it
"""

import os

# TensorFlow reads these once, when it is imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

__version__ = "0.1.0"

# The names of `course.models.MODELS`, for those who ask before TensorFlow is loaded, which takes seconds.
MODELS = ("baseline", "separable_65k", "separable_99k")
