"""What is known about CIFAR-10: where it comes from, and what is wrong with it."""

import html

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
        f"{LABEL_ERRORS} of {TEST_IMAGES:,} test labels are wrong: {100 * LABEL_ERRORS / TEST_IMAGES:.2f} %.",
        "Northcutt, Athalye and Mueller, arXiv:2103.14749",
    ),
    (
        "Near-duplicates",
        f"{NEAR_DUPLICATES} % of test images have a near-twin among the other images.",
        "Barz and Denzler, arXiv:1902.00423",
    ),
)


class Card:
    """CIFAR-10's provenance, as text or as a table."""

    def __repr__(self):
        width = max(len(name) for name, _, _ in CARD)
        return "\n".join(
            f"{name.ljust(width)}  {fact}" + (f" [{source}]" if source else "") for name, fact, source in CARD
        )

    def _repr_html_(self):
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left;vertical-align:top">{html.escape(name)}</th>'
            f'<td style="text-align:left">{html.escape(fact)}'
            + (f"<br><small>{html.escape(source)}</small>" if source else "")
            + "</td></tr>"
            for name, fact, source in CARD
        )
        return f'<table><caption style="text-align:left">CIFAR-10</caption>{rows}</table>'


def provenance():
    """Return CIFAR-10's card: origin, licence gap, label errors, near-duplicates, with sources.

    Returns
    -------
    Card
    """
    return Card()
