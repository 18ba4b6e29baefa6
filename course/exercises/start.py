"""The exercises of notebook 00."""

from course.data.provenance import LABEL_ERRORS, TEST_IMAGES, TRAIN_IMAGES
from course.exercises.exercise import Exercise, Mistake

HEIGHT, WIDTH, CHANNELS, CLASSES, BATCH = 32, 32, 3, 10, 128


def _image_numbers():
    return HEIGHT * WIDTH * CHANNELS


def _perfect_score():
    return 100 * (1 - LABEL_ERRORS / TEST_IMAGES)


EXERCISES = {
    "image_numbers": Exercise(
        question="How many numbers make up one 32x32 colour image?",
        answer=_image_numbers,
        working=lambda: (
            f"{HEIGHT} rows × {WIDTH} columns × {CHANNELS} colours = {_image_numbers():,} numbers."
        ),
        hint="Count the pixels, then the numbers in each pixel.",
        mistakes=(
            Mistake(lambda: HEIGHT * WIDTH, "That is the number of pixels. Each pixel holds three numbers."),
            Mistake(
                lambda: HEIGHT * WIDTH + CHANNELS,
                "You added the colours. Every one of the pixels has all three, so multiply.",
            ),
            Mistake(lambda: HEIGHT * CHANNELS, "That is one row. There are 32 of them."),
            Mistake(
                lambda: HEIGHT * WIDTH * CHANNELS * 8,
                "That is the number of bits. Each of the numbers is one byte.",
            ),
        ),
    ),
    "perfect_score": Exercise(
        question="A network that is never wrong looks at the test images. What accuracy is it given, in per cent?",
        answer=_perfect_score,
        working=lambda: (
            f"{LABEL_ERRORS} of {TEST_IMAGES:,} labels are wrong, so a faultless network agrees with "
            f"{TEST_IMAGES - LABEL_ERRORS:,} of them: {_perfect_score():.2f} %."
        ),
        hint="It is marked wrong wherever the label is wrong. Look for the label errors on the card above.",
        mistakes=(
            Mistake(lambda: 100, "It is never wrong, but some of the labels are."),
            Mistake(
                lambda: 100 * LABEL_ERRORS / TEST_IMAGES,
                "That is the share of labels it disagrees with. The question asks for the rest.",
            ),
            Mistake(
                lambda: 1 - LABEL_ERRORS / TEST_IMAGES,
                "That is the fraction. The question asks for per cent.",
            ),
        ),
        within=0.004,
        unit=" %",
    ),
    "guessing": Exercise(
        question="What accuracy does blind guessing reach on ten classes of equal size, in per cent?",
        answer=lambda: 100 / CLASSES,
        working=lambda: f"One guess in {CLASSES} is right: 100 % / {CLASSES} = {100 / CLASSES:.0f} %.",
        hint="Out of ten guesses, how many are right on average?",
        mistakes=(
            Mistake(lambda: 1 / CLASSES, "That is the fraction. The question asks for per cent."),
            Mistake(lambda: 50, "That would be a coin: two classes. Here there are ten."),
            Mistake(lambda: 0, "A guess is right now and then. How often?"),
            Mistake(lambda: 1, "That would be a hundred classes. Here there are ten."),
        ),
        within=0.001,
        unit=" %",
    ),
    "steps": Exercise(
        question="How many full batches of 128 fit into CIFAR-10's training images?",
        answer=lambda: TRAIN_IMAGES // BATCH,
        working=lambda: (
            f"{TRAIN_IMAGES:,} / {BATCH} = {TRAIN_IMAGES / BATCH}, so {TRAIN_IMAGES // BATCH} full batches. "
            f"The {TRAIN_IMAGES % BATCH} images left over sit this epoch out."
        ),
        hint="Divide, and keep only full batches.",
        mistakes=(
            Mistake(
                lambda: -(-TRAIN_IMAGES // BATCH),
                "You counted the last batch, which is not full. The published logs leave it out.",
            ),
            Mistake(lambda: TRAIN_IMAGES / BATCH, "A batch is full or it is not: round down."),
            Mistake(
                lambda: (TRAIN_IMAGES + TEST_IMAGES) // BATCH,
                "You counted the test images too. A network never trains on those.",
            ),
            Mistake(lambda: TRAIN_IMAGES, "That is one image at a time. A step takes 128 together."),
        ),
    ),
}
