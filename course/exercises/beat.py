"""The exercises of notebook 05."""

from functools import cache
from math import cos, pi

from course import runs
from course.exercises.exercise import Exercise, Mistake

IMAGES, BATCH, EPOCHS = 50_000, 128, 50
EPOCH = 25  # of which the learning rate is asked
DOUBTFUL = 54  # test images whose label fewer than three of five people agreed with (Northcutt et al., 2021)


@cache
def _recipe():
    # Training imports Keras, which takes seconds, so only when a question is asked.
    from course.training.recipes import annealed

    return annealed


@cache
def _ledger():
    from course import models
    from course.inspection import ledger_of

    return ledger_of(models.compact_100k())


def _row(name):
    return _ledger()[name]


def _steps():
    return IMAGES // BATCH * EPOCHS


def _rate():
    return _recipe().learning_rate_at(EPOCH * _steps() // EPOCHS, _steps())


def _left():
    """Return the share of the way down that is left when `EPOCH` epochs are done."""
    return 1 - (EPOCH / EPOCHS - _recipe().warm_up) / (1 - _recipe().warm_up)


def _averaged():
    return 1 / (1 - _recipe().ema_momentum)


CHANNELS = 80


def _block():
    return sum(row.parameters for row in _ledger() if row.name.startswith("stage2_block1"))


def _field():
    return _row("stage2_block4_add").receptive_field[0]


def _pointwise():
    return _row("stage1_block1_pointwise").macs


@cache
def _mistakes(name):
    run = runs.load(name)
    return int((run.probabilities.argmax(axis=1) != run.labels).sum())


def _before():
    return _mistakes("separable_65k")


def _after():
    return _mistakes("separable_65k_annealed")


EXERCISES = {
    "all_steps": Exercise(
        question="How many steps does the recipe take in 50 epochs of 50,000 images, with batches of 128?",
        answer=_steps,
        working=lambda: (
            f"{IMAGES:,} / {BATCH} = {IMAGES / BATCH:.1f}, so {IMAGES // BATCH} full batches an epoch; "
            f"× {EPOCHS} = {_steps():,} steps."
        ),
        hint="How many full batches does an epoch hold? What is left over waits for the next epoch's order.",
        mistakes=(
            Mistake(
                lambda: (IMAGES // BATCH + 1) * EPOCHS,
                "You counted the last batch, which is not full. The kit takes full batches only.",
            ),
            Mistake(lambda: IMAGES // BATCH, "That is one epoch. There are fifty."),
            Mistake(lambda: IMAGES * EPOCHS, "That is how many images are shown. A step takes 128 of them."),
            Mistake(lambda: BATCH * EPOCHS, "That is what fifty batches hold. How many batches make an epoch?"),
        ),
    ),
    "rate": Exercise(
        question=f"What is the learning rate after {EPOCH} of the 50 epochs?",
        answer=_rate,
        working=lambda: (
            f"{EPOCH} epochs are {EPOCH / EPOCHS - _recipe().warm_up:.1f} of the run past the warm-up, of "
            f"{1 - _recipe().warm_up:.1f}. {_left():.3f} of the way down is left: "
            f"{_recipe().learning_rate} × (1 − cos(π × {_left():.3f})) / 2 = {_rate():.3f}."
        ),
        hint="The way down begins after the warm-up of five epochs, and ends with the last step.",
        mistakes=(
            Mistake(
                lambda: _recipe().learning_rate / 2,
                "That is half of the peak, as if the way down began at once. It begins after five epochs.",
            ),
            Mistake(
                lambda: _recipe().learning_rate * _left(),
                "That is a straight line down. This one is half a cosine: slow at both ends, fast in between.",
            ),
            Mistake(
                lambda: _recipe().learning_rate,
                "That is the peak, after five epochs. Since then it has come down.",
            ),
            Mistake(
                lambda: _recipe().learning_rate * (1 + cos(pi * _left())) / 2,
                "You took the cosine from the other end: before the middle of the way down, over half is left.",
            ),
        ),
        within=0.005,
    ),
    "averaged_steps": Exercise(
        question="Over about how many steps does a moving average with momentum 0.998 reach back?",
        answer=_averaged,
        working=lambda: (
            f"Each step adds 1 − {_recipe().ema_momentum} = {1 - _recipe().ema_momentum:.3f} of the new weights. "
            f"1 / {1 - _recipe().ema_momentum:.3f} = {_averaged():.0f} steps, or "
            f"{_averaged() * BATCH / IMAGES:.1f} epochs."
        ),
        hint="How much of the average is new after one step? How many such parts make a whole?",
        mistakes=(
            Mistake(lambda: 998, "That reads the decimals. How much is replaced at each step?"),
            Mistake(lambda: IMAGES // BATCH, "That is one epoch of steps. The momentum alone decides."),
            Mistake(lambda: 2, "Two thousandths are replaced at each step. How many steps replace it all?"),
            Mistake(lambda: 1 / 0.998, "Divide 1 by what is replaced, not by what is kept."),
        ),
        within=5,
        unit=" steps",
    ),
    "block": Exercise(
        question=f"How many parameters does one block with {CHANNELS} channels hold?",
        answer=_block,
        working=lambda: (
            f"depthwise 3 × 3 × {CHANNELS} = {9 * CHANNELS:,}, pointwise {CHANNELS} × {CHANNELS} = "
            f"{CHANNELS**2:,}, two normalisations of 4 × {CHANNELS} = {4 * CHANNELS}: "
            f"together {_block():,}. The sum has none."
        ),
        hint="Two convolutions without biases, and BatchNormalization after each.",
        mistakes=(
            Mistake(
                lambda: _block() - 8 * CHANNELS,
                "Those are the two convolutions. Each is normalised, with four numbers a channel.",
            ),
            Mistake(
                lambda: _block() - 4 * CHANNELS,
                "That is four numbers a channel too few: two normalisations learn two, and keep track of two.",
            ),
            Mistake(
                lambda: _block() + 2 * CHANNELS,
                "These convolutions have no biases: the normalisation that follows has its own.",
            ),
            Mistake(
                lambda: 9 * CHANNELS**2 + 8 * CHANNELS,
                "That is a standard 3×3 convolution. A depthwise one has a single kernel for each channel.",
            ),
        ),
    ),
    "stage_field": Exercise(
        question="How wide is the receptive field after the second stage?",
        answer=_field,
        working=lambda: (
            f"3 after the first convolution, + 3 × 2 at full size: "
            f"{_row('stage1_block3_add').receptive_field[0]}, "
            f"+ 1 for the pooling = {_row('stage2_pool').receptive_field[0]}, + 4 × 4 at half size = {_field()}."
        ),
        hint="Each block adds two steps of its own map. The pooling adds one pixel and doubles the step.",
        mistakes=(
            Mistake(
                lambda: 3 + 3 * 2 + 4 * 2, "After the pooling a step is two pixels wide, so each block adds 4."
            ),
            Mistake(lambda: _field() - 1, "The pooling has a window of two: it adds one pixel."),
            Mistake(
                lambda: _field() + 1, "The pooling adds one pixel: (2 − 1) × 1. The step doubles only after it."
            ),
            Mistake(lambda: 2 * 9 + 4 * 4, "Pooling doubles the step, not the field."),
            Mistake(lambda: _field() + 7 * 2, "The 1×1 convolutions have a window of one, and add nothing."),
        ),
        unit=" pixels",
    ),
    "pointwise_macs": Exercise(
        question="How many multiplications does the pointwise convolution of a block in the first stage do?",
        answer=_pointwise,
        working=lambda: f"At each of 32 × 32 places, 48 channels to 48: 1,024 × 48 × 48 = {_pointwise():,}.",
        hint="At each place of the map, each channel that leaves looks at each that arrives.",
        mistakes=(
            Mistake(lambda: 48 * 48, "That is at one place. The map has 32 × 32 of them."),
            Mistake(lambda: 32 * 32 * 48, "Each of the 48 channels that leave looks at all 48 that arrive."),
            Mistake(lambda: 9 * 32 * 32 * 48 * 48, "That is a window of 3×3. This one is 1×1."),
            Mistake(lambda: 9 * 32 * 32 * 48, "That is the depthwise step."),
        ),
    ),
    "mistakes_gone": Exercise(
        question="What share of the mistakes of our first run is gone, in per cent?",
        answer=lambda: 100 * (1 - _after() / _before()),
        working=lambda: (
            f"{_before():,} mistakes before, {_after():,} after: {_before() - _after():,} fewer, "
            f"{100 * (1 - _after() / _before()):.1f} % of {_before():,}."
        ),
        hint="Count mistakes, not right answers: what is left of what was wrong?",
        mistakes=(
            Mistake(
                lambda: (_before() - _after()) / 100,
                "Those are points of accuracy. What share of the mistakes are they?",
            ),
            Mistake(
                lambda: 100 * (_before() - _after()) / (10_000 - _before()),
                "That is a share of the right answers. Divide by the mistakes that there were.",
            ),
            Mistake(lambda: 100 * _after() / _before(), "That is the share that is left."),
        ),
        within=0.3,
        unit=" %",
    ),
    "doubtful_labels": Exercise(
        question=f"{DOUBTFUL} labels are in doubt. What share of our best run's mistakes is that at most?",
        answer=lambda: 100 * DOUBTFUL / _after(),
        working=lambda: (
            f"If it is wrong on all {DOUBTFUL}: {DOUBTFUL} of {_after():,} mistakes, "
            f"{100 * DOUBTFUL / _after():.1f} %. If it is right on some of them, fewer."
        ),
        hint="At most it is called wrong on each of them. How many mistakes are there in all?",
        mistakes=(
            Mistake(
                lambda: 100 * DOUBTFUL / 10_000,
                "That is their share of all test images. The question is about the mistakes.",
            ),
            Mistake(
                lambda: 100 * DOUBTFUL / 275, "275 labels were looked at. How many mistakes does the network make?"
            ),
            Mistake(lambda: 100 * DOUBTFUL / _before(), "Those are the mistakes of the first run."),
        ),
        within=0.1,
        unit=" %",
    ),
}
