"""The command line: `python -m course`."""

import argparse
import json
import sys


def main(arguments=None):
    """Run one command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m course", description="The compact-CNN teaching kit.")
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train a model and record the run")
    train.add_argument("model")
    train.add_argument("--epochs", type=int)
    train.add_argument("--data")
    train.add_argument("--out")
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--resume", action="store_true")
    train.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    from course import models, training
    from course.data import read_cifar10

    data = read_cifar10(options.data)
    run = training.train(
        models.build(options.model, options.seed), data, training.published_for(options.model),
        epochs=options.epochs, seed=options.seed, out=options.out, resume=options.resume,
    )
    if options.json:
        print(json.dumps(run.about))


if __name__ == "__main__":
    sys.exit(main())
