"""The cheat sheet: on one page, what every kind of layer does to sizes and receptive fields, and what it costs."""

import hashlib
import re
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course.arithmetic import (
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    GlobalAveragePooling2D,
    MaxPooling2D,
    SeparableConv2D,
    ledger,
)
from course.arithmetic.layers import LAYERS
from course.plots.picture import BLUE, FAINT, INK, MUTED, in_house_style
from course.table import Table

PAGE = 11.69, 8.27  # inches: A4, landscape
HEADINGS = ("layer", "output size", "RF", "jump", "start", "parameters", "MACs")
_SIZE, _FIELD, _JUMP = "(n - K)//s + 1", "RF + (K - 1)*jump", "jump*s"
_START = "start + ((K - 1)/2 - p)*jump"
_MOVES = (_SIZE, _FIELD, _JUMP, _START)
_SAME = (None,) * 4
# Kinds of layers, and a formula a column, that a test works out beside the ledger. None: as before the layer.
FORMULAS = (
    (("Conv2D",), *_MOVES, "k*k*C*N/g + N", "H*W*k*k*C*N/g"),
    (("DepthwiseConv2D",), *_MOVES, "k*k*C*M + C*M", "H*W*k*k*C*M"),
    (("SeparableConv2D",), *_MOVES, "k*k*C*M + C*M*N + N", "H*W*(k*k*C*M + C*M*N)"),
    (("MaxPooling2D", "AveragePooling2D"), *_MOVES, "0", "0"),
    (("GlobalAveragePooling2D", "GlobalMaxPooling2D"),
     "1", "RF + (n - 1)*jump", None, "start + (n - 1)/2*jump", "0", "0"),
    (("Flatten", "Reshape"), "", "", "", "", "0", "0"),
    (("Dense",), "", "", "", "", "C*N + N", "C*N"),
    (("Conv2DTranspose",), "n*s + max(K - s, 0)", "", "jump/s", "", "k*k*C*N + N", "n*n*k*k*C*N"),
    (("UpSampling2D",), "n*s", None, "jump/s", "", "0", "0"),
    (("ZeroPadding2D",), "n + 2*p", None, None, "start - p*jump", "0", "0"),
    (("Cropping2D",), "n - 2*p", None, None, "start + p*jump", "0", "0"),
    (("BatchNormalization",), *_SAME, "4*C", "0"),
    (("LayerNormalization",), *_SAME, "2*C", "0"),
    (("RMSNormalization",), *_SAME, "C", "0"),
    (("GroupNormalization",), None, "", None, None, "2*C", "0"),
    (("PReLU",), *_SAME, "H*W*C", "0"),
    (("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"),
     None, "", None, "", "0", "0"),
)  # fmt: skip
# What stands where a formula is "".
_WORDS = {
    "Flatten": ("H W C values", "that of the map", "", ""),
    "Dense": ("N values", "all that reach it", "", ""),
    "Conv2DTranspose": ("", "varies with the unit", "", "varies"),
    "UpSampling2D": ("", "", "", "varies"),
    "GroupNormalization": ("", "the whole image", "", ""),
    "Add": ("", "the union of the paths", "", "that of the union"),
}
LEGEND = (
    "k window   K = (k − 1) d + 1 its span   s stride (or size)   d dilation   "
    "p padding (or cropping) on the left   C channels in   N filters or units   M depth multiplier   g groups\n"
    "n size before   H W size after   Sizes and fields are for one axis, parameters with biases. With padding "
    "\"same\" the size is n / s, rounded up, n s of Conv2DTranspose.   ⌊ ⌋ rounds down.   ·  as before the layer"
)


def _network():
    return ledger(
        [
            Conv2D(32, 3, padding="same", name="first"),
            BatchNormalization(name="norm"),
            SeparableConv2D(64, 3, name="separable"),
            MaxPooling2D(2, name="pool"),
            Dropout(0.1, name="dropout"),
            Conv2D(64, 3, dilation_rate=2, name="dilated"),
            DepthwiseConv2D(3, strides=2, padding="same", name="depthwise"),
            Conv2D(96, 1, name="pointwise"),
            GlobalAveragePooling2D(name="mean"),
            Dense(10, name="classes"),
        ],
        name="A small network",
    )


def _shown(formula):
    """Return a formula as it is written: k² C N + N."""
    formula = formula.replace("k*k", "k²").replace("n*n", "n²")
    formula = re.sub(r"\(([^()]*)\)//s", r"⌊(\1) / s⌋", formula)
    formula = formula.replace("*jump", " × jump").replace("jump*", "jump × ")
    formula = re.sub(r"(?<=[\w²)])[*](?=[\w(])", " ", formula)
    return formula.replace("-", "−").replace("/", " / ").replace("  ", " ")


def kinds():
    """Return what each kind of layer does, as a course.table.Table; kinds that do nothing to a map share a row."""
    rows = []
    for names, *formulas in FORMULAS:
        words = (*_WORDS.get(names[0], ("",) * 4), "", "")
        cells = ["·" if f is None else _shown(f) or word for f, word in zip(formulas, words, strict=True)]
        rows.append((", ".join(names), *cells))
    known = {name for names, *_ in FORMULAS for name in names}
    rows.append((", ".join(name for name in LAYERS if name not in known), *"····00"))
    return Table(HEADINGS, rows, notes=tuple(LEGEND.splitlines()))


class CheatSheet(Figure):
    """A page that knows its text."""

    text_of = ""

    def save(self, path):
        """Write the page as .pdf, with vectors, or as .png. Inside it stands what `stamp` returns.

        Parameters
        ----------
        path : str or pathlib.Path
        """
        path = Path(path)
        if path.suffix == ".pdf":
            self.savefig(path, metadata={"Title": "Cheat sheet", "Keywords": self.stamp(), "CreationDate": None})
        else:
            self.savefig(path, dpi=130, metadata={"Software": None, "Description": self.stamp()})

    def stamp(self):
        """Return a digest of what stands on the page."""
        return hashlib.sha256(self.text_of.encode()).hexdigest()


@in_house_style
def cheat_sheet():
    """Draw the cheat sheet on a landscape A4 page: the formulas of each kind of layer, and a network worked out.

    The formulas are those of Araujo, Norris and Sim, Distill 2019; the numbers are the ledger's.

    Returns
    -------
    CheatSheet
        A matplotlib figure whose `text_of` holds all that stands on it.
    """
    page = CheatSheet(figsize=PAGE, facecolor="white")
    FigureCanvasAgg(page)
    axes = page.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, PAGE[0]), ylim=(PAGE[1], 0))
    axes.set_axis_off()
    formulas, network = kinds(), _network()
    worked = network.as_table()
    said = "What every layer does: sizes, receptive fields, parameters and MACs"
    below = f"A small network, worked out: {network.parameters:,} parameters and {network.macs:,} MACs an image"
    axes.text(0.4, 0.42, said, size=15, weight="bold")
    bottom = _table(axes, formulas, 0.72, (0.4, 2.62, 4.02, 5.6, 6.72, 8.52, 9.95), (), 0.193)
    axes.text(0.4, bottom + 0.12, LEGEND, size=7.5, color=MUTED, va="top", linespacing=1.35)
    axes.text(0.4, bottom + 0.72, below, size=12, weight="bold")
    columns = (0.4, 1.6, 4.4, 5.1, 5.8, 6.8, 7.6, 8.8, 10.1, 11.2)
    _table(axes, worked, bottom + 0.98, columns, range(2, 10), 0.18)
    page.text_of = "\n\n".join((said, str(formulas), below, str(worked)))
    return page


def _table(axes, table, top, lefts, right, pitch):
    """Draw a table's rows from `top`, in inches; return where it ends. Columns in `right` end at their place."""
    y = top

    def line(cells, **style):
        for place, (x, cell) in enumerate(zip(lefts, cells, strict=True)):
            axes.text(x, y, cell, ha="right" if place in right else "left", va="center", **style)

    line(table.headings, size=8.5, weight="bold", color=BLUE)
    for number, cells in enumerate((*table.rows, *([table.totals] if table.totals else []))):
        y += pitch
        names, total = _broken(cells[0]), cells is table.totals
        if total:
            axes.plot((0.3, PAGE[0] - 0.3), (y - pitch / 2,) * 2, color=MUTED, linewidth=0.8)
        elif number % 2:
            corner, size = (0.3, y - pitch / 2), (PAGE[0] - 0.6, pitch * len(names))
            axes.add_patch(Rectangle(corner, *size, color=FAINT, alpha=0.45, linewidth=0, zorder=0))
        for extra, name in enumerate(names):
            axes.text(lefts[0], y + extra * pitch, name, va="center", size=8, weight="bold", color=INK)
        line(("", *cells[1:]), size=8, weight="bold" if total else "normal")
        y += pitch * (len(names) - 1)
    return y + pitch / 2


def _broken(names, most=34):
    """Return a list of names in lines."""
    lines = [""]
    for name in names.split(", "):
        longer = f"{lines[-1]}, {name}" if lines[-1] else name
        if len(longer) > most and lines[-1]:
            lines[-1] += ","
            lines.append(name)
        else:
            lines[-1] = longer
    return lines
