"""The exercises of notebook 00."""

from course.data.provenance import LABEL_ERRORS, TEST_IMAGES, TRAIN_IMAGES
from course.exercises.exercise import exercise

HEIGHT, WIDTH, CHANNELS, CLASSES, BATCH = 32, 32, 3, 10, 128


@exercise(
    "How many numbers make up one 32x32 colour image?",
    hint="Count the pixels, then the numbers in each pixel.",
    by_hand=3072,
)
def image_numbers():
    pixels = HEIGHT * WIDTH
    return (
        pixels * CHANNELS,
        f"{HEIGHT} rows × {WIDTH} columns × {CHANNELS} colours = {pixels * CHANNELS:,} numbers.",
        (pixels, "That is the number of pixels. Each pixel holds three numbers."),
        (pixels + CHANNELS, "You added the colours. Every one of the pixels has all three, so multiply."),
        (HEIGHT * CHANNELS, "That is one row. There are 32 of them."),
        (8 * pixels * CHANNELS, "That is the number of bits. Each of the numbers is one byte."),
    )


@exercise(
    "A network that is never wrong looks at the test images. What accuracy is it given, in per cent with two "
    "decimals?",
    hint="It is marked wrong wherever the label is wrong. Look for the label errors on the card above.",
    by_hand=99.46,
    within=0.004,
    unit=" %",
)
def perfect_score():
    share = LABEL_ERRORS / TEST_IMAGES
    score = 100 * (1 - share)
    return (
        score,
        f"{LABEL_ERRORS} of {TEST_IMAGES:,} labels are wrong, so a faultless network agrees with "
        f"{TEST_IMAGES - LABEL_ERRORS:,} of them: {score:.2f} %.",
        (100, "It is never wrong, but some of the labels are."),
        (100 * share, "That is the share of labels it disagrees with. The question asks for the rest."),
        (1 - share, "That is the fraction. The question asks for per cent."),
    )


@exercise(
    "What accuracy does blind guessing reach on ten classes of equal size, in per cent?",
    hint="Out of ten guesses, how many are right on average?",
    by_hand=10,
    within=0.001,
    unit=" %",
)
def guessing():
    return (
        100 / CLASSES,
        f"One guess in {CLASSES} is right: 100 % / {CLASSES} = {100 / CLASSES:.0f} %.",
        (1 / CLASSES, "That is the fraction. The question asks for per cent."),
        (50, "That would be a coin: two classes. Here there are ten."),
        (0, "A guess is right now and then. How often?"),
        (1, "That would be a hundred classes. Here there are ten."),
    )


@exercise(
    "How many full batches of 128 fit into CIFAR-10's training images?",
    hint="Divide, and keep only full batches.",
    by_hand=390,
)
def steps():
    full, left = divmod(TRAIN_IMAGES, BATCH)
    return (
        full,
        f"{TRAIN_IMAGES:,} / {BATCH} = {TRAIN_IMAGES / BATCH}, so {full} full batches. "
        f"The {left} images left over sit this epoch out.",
        (full + 1, "You counted the last batch, which is not full. The published logs leave it out."),
        (TRAIN_IMAGES / BATCH, "A batch is full or it is not: round down."),
        (
            (TRAIN_IMAGES + TEST_IMAGES) // BATCH,
            "You counted the test images too. A network never trains on those.",
        ),
        (TRAIN_IMAGES, "That is one image at a time. A step takes 128 together."),
    )
