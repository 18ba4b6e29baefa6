"""What is known about CIFAR-10: where it comes from, and what is wrong with it."""

import html
from dataclasses import dataclass

from course.table import Table

TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# Test images whose given label fewer than three of five people agreed with.
LABEL_ERRORS = 54
# Per cent of test images with a near-duplicate among the training or test images.
NEAR_DUPLICATES = 3.25

CARD = (
    ("Images", f"{TRAIN_IMAGES:,} to train on, {TEST_IMAGES:,} to test on; 32×32 pixels, ten classes.", ""),
    (
        "Collected by",
        "Alex Krizhevsky, Vinod Nair and Geoffrey Hinton, from the 80 Million Tiny Images.",
        "Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009",
    ),
    (
        "Licence",
        "None is stated; the authors ask to be cited. So this kit holds none of the images.",
        "https://www.cs.toronto.edu/~kriz/cifar.html",
    ),
    (
        "Parent collection",
        "Withdrawn by its authors in June 2020: images taken from the web, some with offensive labels.",
        "https://groups.csail.mit.edu/vision/TinyImages/",
    ),
    (
        "Label errors",
        f"At least {LABEL_ERRORS} of {TEST_IMAGES:,} test labels are in doubt: "
        f"{100 * LABEL_ERRORS / TEST_IMAGES:.2f} %.",
        "Northcutt, Athalye and Mueller, arXiv:2103.14749",
    ),
    (
        "Near-duplicates",
        f"{NEAR_DUPLICATES} % of test images have a near-twin among the other images.",
        "Barz and Denzler, arXiv:1902.00423",
    ),
)


@dataclass(frozen=True, repr=False)
class _Fact:
    fact: str
    source: str

    def __str__(self):
        return self.fact + (f" [{self.source}]" if self.source else "")

    def _repr_html_(self):
        return html.escape(self.fact) + (f"<br><small>{html.escape(self.source)}</small>" if self.source else "")


def provenance():
    """Return CIFAR-10's card: origin, licence gap, label errors, near-duplicates, with sources.

    Returns
    -------
    course.table.Table
    """
    rows = [(name, _Fact(fact, source)) for name, fact, source in CARD]
    tops = {(row, 0): "vertical-align:top" for row in range(len(CARD))}
    return Table((), rows, caption="CIFAR-10", left=(0, 1), marks=tops)
