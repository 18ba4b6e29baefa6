"""The exercises of notebook 05."""

from functools import cache, partial
from math import cos, pi

from course import runs
from course.data.provenance import LABEL_ERRORS, TEST_IMAGES, TRAIN_IMAGES
from course.exercises.exercise import exercise, ledger_of_kit

BATCH, EPOCHS = 128, 50
EPOCH = 25  # of which the learning rate is asked
CHANNELS = 80

_ledger = partial(ledger_of_kit, "compact_100k")


@cache
def _recipe():
    # Training imports Keras, which takes seconds, so only when a question is asked.
    from course.training.recipes import annealed

    return annealed


@exercise(
    "How many steps does the recipe take in 50 epochs of 50,000 images, with batches of 128?",
    hint="How many full batches does an epoch hold? What is left over is dropped.",
    by_hand=19500,
)
def all_steps():
    full = TRAIN_IMAGES // BATCH
    return (
        full * EPOCHS,
        f"{TRAIN_IMAGES:,} / {BATCH} = {TRAIN_IMAGES / BATCH:.1f}, so {full} full batches an epoch; "
        f"× {EPOCHS} = {full * EPOCHS:,} steps.",
        (
            (full + 1) * EPOCHS,
            "You counted the last batch, which is not full. The kit takes full batches only.",
        ),
        (full, "That is one epoch. There are fifty."),
        (
            TRAIN_IMAGES * EPOCHS // BATCH,
            "What is left over in one epoch is not carried into the next. Count each epoch's full batches.",
        ),
        (TRAIN_IMAGES * EPOCHS / BATCH, "A batch is full or it is not: round down, for each epoch."),
        (TRAIN_IMAGES * EPOCHS, "That is how many images are shown. A step takes 128 of them."),
        (BATCH * EPOCHS, "That is what fifty batches hold. How many batches make an epoch?"),
    )


@exercise(
    f"What is the learning rate after {EPOCH} of the 50 epochs?",
    hint="The way down begins after the warm-up of five epochs, and ends with the last step.",
    by_hand=0.235,
    within=0.005,
)
def rate():
    recipe, steps = _recipe(), all_steps.answer
    answer, peak = recipe.learning_rate_at(EPOCH * steps // EPOCHS, steps), recipe.learning_rate
    down, gone = round(EPOCHS * (1 - recipe.warm_up)), round(EPOCH - EPOCHS * recipe.warm_up)

    def at(share):
        return peak * (1 + cos(pi * share)) / 2

    return (
        answer,
        f"{gone} of the {down} epochs after the warm-up are over: t = {gone / down:.3f}, and "
        f"{peak} × (1 + cos(π × {gone / down:.3f})) / 2 = {answer:.3f}.",
        (peak / 2, "That is half of the peak, as if the way down began at once. It begins after five epochs."),
        (
            peak * (1 - gone / down),
            "That is a straight line down. This one is half a cosine: slow at both ends, fast in between.",
        ),
        (peak, "That is the peak, after five epochs. Since then it has come down."),
        (
            at(EPOCH / down),
            f"That is t = {EPOCH}/{down}. Of the way down's {down} epochs {gone} are over: t = {gone}/{down}.",
        ),
        (at(gone / EPOCHS), f"The way down takes {down} epochs, not {EPOCHS}."),
        (at((gone - 1) / down), f"That is the rate with which epoch {EPOCH} begins. Take that of its end."),
    )


@exercise(
    "Over about how many steps does a moving average with momentum 0.998 reach back?",
    hint="A plain mean over n steps gives each of them a share of 1/n. Which n gives the share of a new step?",
    by_hand=500,
    within=5,
    unit=" steps",
)
def averaged_steps():
    momentum = _recipe().ema_momentum
    new = 1 - momentum
    return (
        1 / new,
        f"Each step adds 1 − {momentum} = {new:.3f} of the new weights. "
        f"1 / {new:.3f} = {1 / new:.0f} steps, or {BATCH / new / TRAIN_IMAGES:.1f} epochs.",
        (1000 * momentum, "That reads the decimals. How much is replaced at each step?"),
        (TRAIN_IMAGES // BATCH, "That is one epoch of steps. The momentum alone decides."),
        (1000 * new, "Two thousandths are new at each step. Which n has 1/n = 0.002?"),
        (1 / momentum, "Divide 1 by what is replaced, not by what is kept."),
    )


@exercise(
    f"How many parameters does one block with {CHANNELS} channels hold?",
    hint="Two convolutions without biases, and BatchNormalization after each.",
    by_hand=7760,
)
def block():
    held = sum(row.parameters for row in _ledger() if row.name.startswith("stage2_block1"))
    return (
        held,
        f"depthwise 3 × 3 × {CHANNELS} = {9 * CHANNELS:,}, pointwise {CHANNELS} × {CHANNELS} = "
        f"{CHANNELS**2:,}, two normalisations of 4 × {CHANNELS} = {4 * CHANNELS}: "
        f"together {held:,}. The sum has none.",
        (
            held - 8 * CHANNELS,
            "Those are the two convolutions. Each is normalised, with four numbers a channel.",
        ),
        (
            held - 4 * CHANNELS,
            "There are two normalisations, and each holds four numbers a channel: two learnt and two tracked.",
        ),
        (
            held + 2 * CHANNELS,
            "These convolutions have no biases: the normalisation that follows has its own.",
        ),
        (
            9 * CHANNELS**2 + 8 * CHANNELS,
            "That is a standard 3×3 convolution. A depthwise one has a single kernel for each channel.",
        ),
    )


@exercise(
    "How wide is the receptive field after the second stage?",
    hint="Each block adds two jumps of its own map. The pooling adds one pixel and doubles the jump.",
    by_hand=26,
    unit=" pixels",
)
def stage_field():
    first, pooled, field = (
        _ledger()[name].receptive_field[0] for name in ("stage1_block3_add", "stage2_pool", "stage2_block4_add")
    )
    return (
        field,
        f"3 after the first convolution, + 3 × 2 at full size: {first}, + 1 for the pooling = {pooled}, "
        f"+ 4 × 4 at half size = {field}.",
        (pooled + 4 * 2, "After the pooling the jump is two pixels, so each block adds 4."),
        (first + 4 * 2, "The pooling adds one pixel, and after it each block adds 4."),
        (field - 1, "The pooling has a window of two: it adds one pixel."),
        (field + 1, "The pooling adds one pixel: (2 − 1) × 1. The jump doubles only after it."),
        (2 * 9 + 4 * 4, "Pooling doubles the jump, not the field."),
        (field + 3 * 2 + 4 * 4, "The 1×1 convolutions have a window of one, and add nothing."),
    )


@exercise(
    "How many multiplications does the pointwise convolution of a block in the first stage do?",
    hint="At each place of the map, each channel that leaves looks at each that arrives.",
    by_hand=2359296,
)
def pointwise_macs():
    macs = _ledger()["stage1_block1_pointwise"].macs
    return (
        macs,
        f"At each of 32 × 32 places, 48 channels to 48: 1,024 × 48 × 48 = {macs:,}.",
        (48 * 48, "That is at one place. The map has 32 × 32 of them."),
        (32 * 32 * 48, "Each of the 48 channels that leave looks at all 48 that arrive."),
        (9 * 32 * 32 * 48 * 48, "That is a window of 3×3. This one is 1×1."),
        (9 * 32 * 32 * 48, "That is the depthwise step."),
    )


@cache
def _wrong(name):
    run = runs.load(name)
    return int((run.probabilities.argmax(axis=1) != run.labels).sum())


@exercise(
    "By how many per cent does our annealed run make fewer mistakes than our first run?",
    hint="Count mistakes, not right answers. How many fewer are they, as a share of those before?",
    by_hand=22.2,
    within=0.3,
    unit=" %",
)
def mistakes_gone():
    before, after = _wrong("separable_65k"), _wrong("separable_65k_annealed")
    gone = 100 * (1 - after / before)
    published = TEST_IMAGES * (1 - runs.load("published_separable_65k").about["test_accuracy_last"])
    return (
        gone,
        f"{before:,} mistakes before, {after:,} after: {before - after:,} fewer, {gone:.1f} % of {before:,}.",
        ((before - after) / 100, "Those are points of accuracy. What share of the mistakes are they?"),
        (
            100 * (before - after) / (TEST_IMAGES - before),
            "That is a share of the right answers. Divide by the mistakes that there were.",
        ),
        (100 * after / before, "That is the share that is left."),
        (100 * (before / after - 1), "Divide by the mistakes before, not by those after."),
        (
            100 * (1 - after / published),
            "That starts from the published log. Start from our run, the line 'published recipe'.",
        ),
        (gone / 100, "That is the fraction. The question asks for per cent."),
    )


@exercise(
    f"{LABEL_ERRORS} labels are in doubt. What share of compact_100k's mistakes is that at most, in per cent?",
    hint="At most it is called wrong on each of them. How many mistakes are there in all?",
    by_hand=4.67,
    within=0.1,
    unit=" %",
)
def doubtful_labels():
    wrong = _wrong("compact_100k")
    share = 100 * LABEL_ERRORS / wrong
    return (
        share,
        f"If it is wrong on all {LABEL_ERRORS}: {LABEL_ERRORS} of {wrong:,} mistakes, "
        f"{share:.1f} %. If it is right on some of them, fewer.",
        (100 * LABEL_ERRORS / TEST_IMAGES, "That is their share of all test images, not of the mistakes."),
        (100 * LABEL_ERRORS / 275, "275 labels were looked at. How many mistakes does the network make?"),
        (
            100 * LABEL_ERRORS / _wrong("separable_65k_annealed"),
            "Those are the mistakes of separable_65k, annealed. compact_100k makes fewer.",
        ),
        (share / 100, "That is the fraction. The question asks for per cent."),
    )
