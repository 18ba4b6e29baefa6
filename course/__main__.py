"""The command line: `python -m course`. Each command says what it does with --help."""

import argparse
import contextlib
import json
import sys

from course import MODELS


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"{self.prog}: {message}. See '{self.prog} --help'.\n")


def _parser():
    parser = _Parser(prog="python -m course", description="The compact-CNN teaching kit.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(run, name, summary):
        made = commands.add_parser(name, help=summary, description=summary)
        made.set_defaults(run=run)
        return made

    command(_doctor, "doctor", "Check that this machine can run the kit, and say how to mend what can't.")

    data = command(_data, "data", "Get CIFAR-10: find it on this machine, or download and verify it.")
    data.add_argument(
        "--data", metavar="DIR", help="a folder or archive with CIFAR-10; nothing is downloaded"
    )

    ledger = command(_ledger, "ledger", "Print what each layer of a model costs and sees.")
    ledger.add_argument("model", metavar="MODEL", help=f"{', '.join(MODELS[:-1])} or {MODELS[-1]}")
    ledger.add_argument("--json", action="store_true", help="print JSON instead of a table")

    check = command(_check, "check", "Check the sizes and receptive fields that are noted beside layers.")
    check.add_argument("file", metavar="FILE", help="code, a notebook, a page or a pasted summary; - for stdin")
    check.add_argument(
        "--input", default="32x32x3", metavar="HxWxC", help="the image, where the code does not say; 32x32x3"
    )
    check.add_argument("--json", action="store_true", help="print JSON instead of a table")

    train = command(_train, "train", "Train a model and record the run.")
    train.add_argument("model", metavar="MODEL", help=f"{', '.join(MODELS[:-1])} or {MODELS[-1]}")
    train.add_argument("--epochs", type=int, metavar="N", help="instead of the recipe's 50")
    train.add_argument(
        "--recipe", metavar="NAME", help="how to train; the model's published recipe if not given"
    )
    train.add_argument("--data", metavar="DIR", help="a folder or archive with CIFAR-10, or the word shapes")
    train.add_argument("--out", metavar="DIR", help="where the record goes; runs/MODEL if not given")
    train.add_argument("--seed", type=int, default=0, metavar="N", help="fixes weights, order and masks; 0")
    train.add_argument("--accelerate", action="store_true", help="train the same model with cheaper steps")
    train.add_argument("--resume", action="store_true", help="go on with the run in the --out folder")
    train.add_argument("--json", action="store_true", help="print the record as JSON; the log goes to stderr")

    books = command(_notebooks, "notebooks", "Execute the notebooks and tidy their outputs.")
    books.add_argument("names", nargs="*", metavar="NAME", help="beginnings of file names, such as 01")
    books.add_argument("--data", default="shapes", metavar="DIR", help="CIFAR-10 instead of the shapes")
    books.add_argument("--out", metavar="DIR", help="write here instead of in place")
    return parser


def _doctor(options):
    from course import doctor

    return doctor.main()


def _data(options):
    from course.data import cifar10

    print(cifar10(options.data))


def _ledger(options):
    _known(options.model)
    from course import models
    from course.inspection import ledger_of

    found = ledger_of(models.build(options.model))
    print(json.dumps(found.as_dict(), indent=1) if options.json else found)


def _check(options):
    from pathlib import Path

    from course import annotations

    shape = options.input.lower().split("x")
    if len(shape) != 3 or not all(part.isdecimal() and 0 < int(part) < 10**6 for part in shape):
        raise ValueError(f"--input is {options.input!r}; it must be such as 32x32x3.")
    text = sys.stdin.read() if options.file == "-" else Path(options.file)
    found = annotations.check(text, tuple(map(int, shape)))
    print(json.dumps(found.as_dict(), indent=1, ensure_ascii=False) if options.json else found)
    return 0 if found.all_right else 1


def _known(model):
    """Refuse a misspelt name at once: TensorFlow takes seconds to load, and images longer."""
    if model not in MODELS:
        raise ValueError(f"There is no model {model!r}: choose one of {', '.join(MODELS)}.")


def _train(options):
    _known(options.model)
    from course import models, training
    from course.data import load

    model = models.build(options.model, options.seed)
    if options.recipe not in (None, *training.RECIPES):
        raise ValueError(
            f"There is no recipe {options.recipe!r}: choose one of {', '.join(training.RECIPES)}."
        )
    recipe = training.RECIPES[options.recipe] if options.recipe else training.published_for(options.model)
    with contextlib.redirect_stdout(sys.stderr) if options.json else contextlib.nullcontext():
        run = training.train(
            training.accelerate(model) if options.accelerate else model,
            load(options.data),
            recipe,
            epochs=options.epochs,
            seed=options.seed,
            out=options.out or f"runs/{options.model}",
            resume=options.resume,
        )
    if options.json:
        print(json.dumps(run.about, indent=1))
    return 0 if run.about["status"] == "complete" else 1


def _notebooks(options):
    from course import notebooks

    return 1 if notebooks.run_all(options.names, options.data, options.out) else 0


def main(arguments=None):
    """Run one command.

    Parameters
    ----------
    arguments : list of str, optional
        Instead of the process's own.

    Returns
    -------
    int
        Exit status: 0 when all is well, 1 when the work itself failed, 2 when it was asked wrongly.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except ValueError as why:
        print(f"python -m course {options.command}: {why}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
