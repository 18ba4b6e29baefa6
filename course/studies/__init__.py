"""Many training runs at once: every model with every recipe and every seed. For runs of your own.

A study is a folder with a folder for each run, called model-recipe-seed:

    baseline-quick-seed0/
        run.json, epochs.csv ...   the run's record
        log.txt                    what training printed
        errors.txt                 what went wrong, if anything did: an entry for each failed attempt

The runs go through dask.distributed, which is not among the kit's own dependencies:
pip install "dask[distributed]".
"""

from course.studies.study import Study, run

__all__ = ["Study", "run"]
