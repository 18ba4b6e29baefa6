"""The command line: `python -m course`. Each command says what it does with --help."""

import argparse
import contextlib
import json
import sys

from course import MODELS, RECIPES
from course._given import LARGEST_SEED, check_whole


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"{self.prog}: {message}. See '{self.prog} --help'.\n")


def _whole(least, most=None):
    """Return a reader of an option that is a whole number, which refuses another before anything is loaded."""

    def read(text):
        try:
            number = len(text) < 20 and text.lstrip("-").isdecimal()
            return check_whole("it", int(text) if number else text, least, most)
        except ValueError as why:
            raise argparse.ArgumentTypeError(str(why).rstrip(".")) from None

    return read


def _parser():
    parser = _Parser(prog="python -m course", description="The compact-CNN teaching kit.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(run, name, summary):
        made = commands.add_parser(name, help=summary, description=summary)
        made.set_defaults(run=run)
        return made

    command(_doctor, "doctor", "Check that this machine can run the kit, and say how to mend what can't.")

    start = command(_start, "start", "Write copies of the notebooks to work in, without outputs.")
    start.add_argument("folder", nargs="?", default="my_notebooks", metavar="DIR", help="where to; my_notebooks")
    start.add_argument("--solved", action="store_true", help="with every exercise answered, for a teacher")

    data = command(_data, "data", "Get CIFAR-10: find it on this machine, or download and verify it.")
    data.add_argument("--data", metavar="DIR", help="a folder or archive with CIFAR-10; nothing is downloaded")

    ledger = command(_ledger, "ledger", "Print what each layer of a model costs and sees.")
    ledger.add_argument("model", metavar="MODEL", help=f"{', '.join(MODELS[:-1])} or {MODELS[-1]}")
    ledger.add_argument("--json", action="store_true", help="print JSON instead of a table")

    check = command(_check, "check", "Check the sizes and receptive fields that are noted beside layers.")
    check.add_argument(
        "file", metavar="FILE", help="code, notebook, page or pasted summary; - for stdin; with --summary a folder"
    )
    check.add_argument("--input", metavar="HxWxC", help="the image, such as 32x32x3, where the text does not say")
    check.add_argument("--model", metavar="NAME", help="of several models in the text, by name or number")
    check.add_argument("--all", action="store_true", help="check each of several models")
    check.add_argument("--fix", action="store_true", help="print the text with every note put right")
    check.add_argument("--summary", action="store_true", help="check each file in a folder; one line a file")
    check.add_argument("--csv", metavar="FILE", help="with --summary: write the table to a file too")
    check.add_argument("--json", action="store_true", help="print JSON instead of a table")

    command(_recipes, "recipes", "List the recipes that a model can be trained with.")

    train = command(_train, "train", "Train a model and record the run.")
    train.add_argument("model", metavar="MODEL", help=f"{', '.join(MODELS[:-1])} or {MODELS[-1]}")
    train.add_argument("--epochs", type=_whole(1), metavar="N", help="instead of the recipe's 50")
    train.add_argument(
        "--recipe", metavar="NAME", help="how to train (see recipes); if not given, as the model's record was"
    )
    train.add_argument("--data", metavar="DIR", help="a folder or archive with CIFAR-10, or the word shapes")
    train.add_argument("--out", metavar="DIR", help="where the record goes; runs/MODEL if not given")
    seed = _whole(0, LARGEST_SEED)
    train.add_argument("--seed", type=seed, default=0, metavar="N", help="fixes weights, order and masks; 0")
    train.add_argument("--accelerate", action="store_true", help="train the same model with cheaper steps")
    train.add_argument("--resume", action="store_true", help="go on with the run in the --out folder")
    train.add_argument("--json", action="store_true", help="print the record as JSON; the log goes to stderr")

    record = command(_record, "record", "Make one of the kit's own records again; without a name, list them.")
    record.add_argument("names", nargs="*", metavar="NAME", help="of a record, or of several: 'suspect_*'")
    record.add_argument("--data", metavar="DIR", help="what it is made from: CIFAR-10, or the published reports")

    entries = command(_challenge, "challenge", "Verify a class's entries and print the board.")
    entries.add_argument("folder", metavar="DIR", help="an entry, or a folder of entries")
    entries.add_argument("--data", metavar="DIR", help="a folder or archive with CIFAR-10, or the word shapes")

    sheet = command(_class, "class", "Print what a class answered, and what its wrong answers say.")
    sheet.add_argument("folder", metavar="DIR", help="of files that course.exercises.record_answers wrote")

    books = command(_notebooks, "notebooks", "Execute the notebooks and tidy their outputs.")
    books.add_argument("names", nargs="*", metavar="NAME", help="beginnings of file names, such as 01")
    books.add_argument("--data", default="shapes", metavar="DIR", help="CIFAR-10 instead of the shapes")
    books.add_argument("--out", metavar="DIR", help="write here instead of in place")

    command(_handouts, "handouts", "Write the cheat sheet, and renew the instructor's guide.")

    pages = command(_export, "export", "Write the notebooks and the texts with them as web pages.")
    pages.add_argument("folder", nargs="?", default="site", metavar="DIR", help="where to; site")
    return parser


def _doctor(options):
    from course import doctor

    return doctor.main()


def _start(options):
    from course._command import command
    from course.start import start

    written, kept = start(options.folder, options.solved)
    for path in written:
        print(path)
    if kept:
        print(f"Left as they are, since they were there: {', '.join(path.name for path in kept)}.")
    first = str(min(written + kept))
    print("Open the first one:\n    " + command(f'"{first}"' if " " in first else first, "jupyterlab"))


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

    shape = options.input and options.input.lower().split("x")
    if shape and not (len(shape) == 3 and all(part.isdecimal() and 0 < int(part) < 10**6 for part in shape)):
        raise ValueError(f"--input is {options.input!r}; it must be such as 32x32x3.")
    shape = shape and tuple(map(int, shape))
    if options.summary:
        found = annotations.check_folder(options.file, shape)
        if options.csv:
            try:
                Path(options.csv).write_text(found.as_csv(), encoding="utf-8")
            except OSError as why:
                raise ValueError(f"{options.csv} can't be written to: {why.strerror}.") from None
        print(json.dumps(found.as_dict(), indent=1, ensure_ascii=False) if options.json else found)
        return 0
    if options.csv:
        raise ValueError("--csv holds a table of many submissions: give --summary with it, and their folder.")
    text = sys.stdin.read() if options.file == "-" else Path(options.file)
    if options.fix:
        if options.model or options.all or options.json:
            raise ValueError("--fix writes the text with its notes put right: leave --model, --all and --json.")
        fixed, left = annotations.fixed(text, shape)
        sys.stdout.write(fixed)
        for sentence in left:
            print(sentence, file=sys.stderr)
        return 1 if left else 0
    if options.all:
        found = annotations.check_all(text, shape)
        shown = {"schema": annotations.SCHEMA, "models": [each.as_dict() for each in found]}
    else:
        found = [annotations.check(text, shape, options.model)]
        shown = found[0].as_dict()
    print(json.dumps(shown, indent=1, ensure_ascii=False) if options.json else "\n\n".join(map(str, found)))
    return 0 if all(each.all_right for each in found) else 1


def _recipes(options):
    from course import training

    print("\n".join(f"{name:<24} {recipe}" for name, recipe in training.RECIPES.items()))


def _known(model, recipe=None):
    """Refuse a misspelt name at once: TensorFlow takes seconds to load, and images longer."""
    for what, name, names in (("model", model, MODELS), ("recipe", recipe, (None, *RECIPES))):
        if name not in names:
            raise ValueError(f"There is no {what} {name!r}: choose one of {', '.join(filter(None, names))}.")


def _train(options):
    _known(options.model, options.recipe)
    from course.data import load

    with contextlib.redirect_stdout(sys.stderr) if options.json else contextlib.nullcontext():
        images = load(options.data)
    from course import models, training

    model = models.build(options.model, options.seed)
    recipe = training.RECIPES[options.recipe] if options.recipe else training.recipe_for(options.model)
    with contextlib.redirect_stdout(sys.stderr) if options.json else contextlib.nullcontext():
        run = training.train(
            training.accelerate(model) if options.accelerate else model,
            images,
            recipe,
            epochs=options.epochs,
            seed=options.seed,
            out=options.out or f"runs/{options.model}",
            resume=options.resume,
        )
    if options.json:
        print(json.dumps(run.about, indent=1))
    return 0 if run.about["status"] == "complete" else 1


def _record(options):
    from course import making

    if options.names:
        return 0 if making.make(options.names, options.data) else 1
    print(making.listed())


def _challenge(options):
    from pathlib import Path

    if not Path(options.folder).is_dir():
        raise ValueError(f"There is no folder {options.folder}: name an entry, or a folder of entries.")
    from course import challenge
    from course.data import load

    found = challenge.board(options.folder, data=load(options.data))
    print(f"\n{found}")
    return 1 if found.left_out else 0


def _class(options):
    from course.exercises import class_sheet

    tables, left_out = class_sheet(options.folder)
    print("\n\n".join(map(str, tables.values())))
    for sentence in left_out:
        print(sentence, file=sys.stderr)
    return 1 if left_out else 0


def _notebooks(options):
    from course import notebooks

    return 1 if notebooks.run_all(options.names, options.data, options.out) else 0


def _handouts(options):
    from course.handouts import handouts

    for path in handouts():
        print(path)


def _export(options):
    from course.export import export

    for page in export(options.folder):
        print(f"{page}  {page.stat().st_size / 1000:,.0f} kB")


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
