"""What a compact CNN costs, what it sees and how it learns: the code behind the notebooks.

Importing `course` loads nothing heavy. An arrow leads from a module to one that imports it, and nothing imports
what stands right of it:

    table -> arithmetic -> costs -> models -> benchmarks  what a network costs, in counts and time
    arithmetic -> inspection -> experiments               what it sees; networks that prove it
    arithmetic -> annotations -> exercises                what a learner notes or predicts, checked
    arithmetic -> anatomy, separable -> plots -> widgets  how a person sees it
    progress -> data -> training -> studies, published    how it learns: one run, many, others' runs
    published -> challenge -> widgets, __main__           a network of your own, checked, trained, on a board
    runs, evaluation -> plots                             records of runs, and how far to trust them
    exercises, notebooks -> start -> __main__             copies to work in; the command line
    exercises, plots -> handouts -> __main__              what a class is handed
    notebooks -> export -> __main__                       the notebooks as web pages
    benchmarks, experiments, published -> making -> __main__  how each of the kit's records is made
    doctor -> __main__                                    whether this machine can run the kit
"""

import os

# TensorFlow reads these once, when it is imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

__version__ = "0.1.0"

# The names of `course.models.MODELS`, for those who ask before TensorFlow is loaded, which takes seconds.
MODELS = ("baseline", "separable_65k", "separable_99k", "compact_100k", "compact_fine", "compact_quick")
# Those of them without branches, which widgets can take apart layer by layer.
CHAINS = ("baseline", "separable_65k", "separable_99k")
# Those of `course.training.RECIPES`, likewise.
RECIPES = (
    "published_baseline",
    "published_separable_65k",
    "published_separable_99k",
    "quick",
    "annealed",
    "annealed_muon",
    "qualifier",
)
# Parameters: the assignment asks for a network with fewer.
BUDGET = 100_000
