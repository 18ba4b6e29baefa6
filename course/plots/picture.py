"""A figure that knows its alt text and shows itself, with the palette and sizes all pictures share.

Everything here is made without pyplot, so there is no current figure and nothing to close.
"""

import base64
import functools
import html
import inspect
import io
import math
from pathlib import Path

import matplotlib.style
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from PIL import Image

from course.plots.arguments import checked

# Okabe and Ito, "Color Universal Design", 2008: told apart with any kind of colour vision.
BLACK = "#000000"
ORANGE = "#E69F00"
SKY_BLUE = "#56B4E9"
GREEN = "#009E73"
YELLOW = "#F0E442"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"

# Orange and sky blue for lines, marks and bars on white, where those above are too pale to be seen by all: WCAG 2
# asks for a contrast of 3 (tests/plots/test_contrast.py).
DEEP_ORANGE = "#BF8500"
DEEP_SKY = "#3A98D0"
PALE = "#5A99C4"  # beside blue: what is not pointed at

INK = "#222222"
MUTED = "#595959"
FAINT = "#DDDDDD"
# In the order in which lines take them; there is no yellow that is dark enough.
LINES = (BLUE, VERMILLION, GREEN, PURPLE, DEEP_ORANGE, DEEP_SKY, BLACK)

WIDTH = 760  # pixels on the page, which is what a notebook's column holds
MARGIN = 12  # pixels on the page
SHARPNESS = 2  # pixels drawn for each pixel on the page
DPI = 100  # dots an inch on the page
_COLOURS = 128  # in a drawing's file
SHOWN = {"scale": 1, "vector": False}  # what `projector` sets
TITLE, TEXT, SMALL = 12, 9.5, 8.5  # points

_RULER = RendererAgg(1, 1, SHARPNESS * DPI)
_STYLE = {
    "font.size": TEXT,
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "grid.color": FAINT,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "ytick.labelsize": SMALL,
    "text.color": INK,
    "text.parse_math": False,  # a $ in a class's name is a dollar
}


def in_house_style(draw):
    """Make a function draw in the kit's style, whatever style the learner has set, and leave theirs alone."""

    @functools.wraps(draw)
    def styled(*args, **kwargs):
        with matplotlib.style.context(["default", _STYLE]):
            return draw(*args, **kwargs)

    return styled


_ALIKE = """title : str, optional
    Instead of the finding.

Returns
-------
Picture
    760 pixels wide; its figures are its `table`."""


def plot(draw):
    """Make a function one of the kit's pictures: in the house style, its docstring with what all have alike."""
    own, *raises = inspect.cleandoc(draw.__doc__).split("\n\nRaises\n")
    draw.__doc__ = "\n\nRaises\n".join([f"{own}\n{_ALIKE}", *raises])
    return in_house_style(checked(draw))


class Picture(Figure):
    """A figure with a title that states the finding, and an alt text for those who can't see it.

    End a cell with one, or call `display` on it. Save it with `save`, or with `savefig` as any
    matplotlib figure.

    Parameters
    ----------
    height : float
        Pixels on the page under the title. The width is 760.
    title : str
        The finding, as a sentence without a full stop.
    subtitle : str
        What is drawn, and from what data.
    alt : str, optional
        What the picture shows, in words and numbers. It may be set later, but before it is shown.
    table : course.table.Table, optional
        The figures that are drawn, unrounded. Every picture of `course.plots` has one, a sheet of images that
        of its captions. A widget's still has none: the widget's own page has the figures.
    """

    # Whether it holds images, which need all their colours.
    photographic = False

    @in_house_style
    def __init__(self, height, title, subtitle="", alt=None, table=None):
        super().__init__(
            figsize=(WIDTH / DPI, height / DPI), dpi=SHARPNESS * DPI, layout="constrained", facecolor="white"
        )
        FigureCanvasAgg(self)
        self.alt, self.table = alt, table
        self.title = title
        lines = [(line, TITLE, "bold", INK) for line in wrapped(title, WIDTH - 2 * MARGIN, TITLE, "bold")]
        lines += [(line, TEXT, "normal", MUTED) for line in wrapped(subtitle, WIDTH - 2 * MARGIN, TEXT)]
        self._header = []
        for line, size, weight, colour in lines:
            text = self.text(MARGIN / WIDTH, 1, line, size=size, weight=weight, color=colour, va="top")
            self._header.append((text, size / 72 * DPI * 1.35))
        self.body = height

    @property
    def body(self):
        """Height under the title, in pixels on the page. Setting it leaves the title as it is."""
        return self._body

    @body.setter
    def body(self, height):
        self._body = height
        header = MARGIN + sum(line_height for _, line_height in self._header) + 6
        whole = math.ceil(height + header)
        self.set_figheight(whole / DPI)
        top = MARGIN
        for text, line_height in self._header:
            text.set_y(1 - top / whole)
            top += line_height
        self.get_layout_engine().set(
            rect=(MARGIN / WIDTH, MARGIN / whole, 1 - 2 * MARGIN / WIDTH, 1 - (header + MARGIN) / whole)
        )

    def page(self):
        """Return axes over the space under the title, in pixels on the page: (0, 0) is its top left corner.

        For pictures whose parts have places of their own. The layout engine is switched off.
        """
        self.set_layout_engine("none")
        whole = self.get_figheight() * DPI
        axes = self.add_axes((0, 0, 1, self.body / whole))
        axes.set(xlim=(0, WIDTH), ylim=(self.body, 0))
        axes.set_axis_off()
        return axes

    def describe(self, kind, *sentences):
        """Set the alt text: what kind of picture it is, its title, and sentences with its figures."""
        self.alt = " ".join([f"{kind}. {self.title}.", *filter(None, sentences)])

    def _place(self):
        if (engine := self.get_layout_engine()) is not None:
            # Done anew at each drawing, the layout would move by a hundredth of a pixel.
            engine.execute(self)
            self.set_layout_engine("none")

    @in_house_style
    def svg(self):
        """Return the picture as SVG bytes, its letters as outlines: the same picture, the same bytes.

        The first call places the parts of the figure for good.
        """
        self._place()
        stream = io.BytesIO()
        with matplotlib.rc_context({"svg.hashsalt": "course"}):
            self.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
        return stream.getvalue()

    @in_house_style
    def png(self):
        """Return the picture as PNG bytes: the same picture always gives the same bytes.

        The first call places the parts of the figure for good.
        """
        self._place()
        stream = io.BytesIO()
        # The file would otherwise name the version of matplotlib.
        self.savefig(stream, format="png", dpi=SHARPNESS * DPI, metadata={"Software": None})
        # A notebook keeps its figures, and a figure's texts the bitmap they were drawn on: some 8 MB each.
        drawn_on = self.canvas.renderer
        FigureCanvasAgg(self)
        drawn_on.__init__(1, 1, drawn_on.dpi)
        if self.photographic:
            return stream.getvalue()
        # A drawing has few colours. Numbered ones make a file of a third of the size.
        numbered = Image.open(stream).convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=0)
        small = io.BytesIO()
        numbered.save(small, "PNG", optimize=True, dpi=(SHARPNESS * DPI, SHARPNESS * DPI))
        return small.getvalue()

    def save(self, path):
        """Write the picture as a PNG file.

        Parameters
        ----------
        path : str or pathlib.Path
            Where to; its name must end in .png.

        Raises
        ------
        ValueError
            When the name ends otherwise.
        """
        path = Path(path)
        if path.suffix.lower() != ".png":
            raise ValueError(f"{path} does not end in .png: choose such a name, or call savefig instead.")
        path.write_bytes(self.png())

    def _repr_mimebundle_(self, include=None, exclude=None):
        if not self.alt:
            raise ValueError("This picture has no alt text: set its alt attribute to what it shows, in words.")
        # As image/png its alt text would stay in the file: neither JupyterLab nor nbconvert gives it to the page.
        width, height = (round(SHOWN["scale"] * side * DPI) for side in self.get_size_inches())
        # Photographs have nothing to gain as vectors.
        vector = SHOWN["vector"] and not self.photographic
        kind, content = ("svg+xml", self.svg()) if vector else ("png", self.png())
        image = (
            f'<img alt="{html.escape(self.alt)}" width="{width}" height="{height}" '
            'style="max-width:100%;height:auto" '
            f'src="data:image/{kind};base64,{base64.b64encode(content).decode("ascii")}">'
        )
        return {"text/html": image, "text/plain": self.alt}, {}

    def _ipython_display_(self):
        # Once a notebook has used pyplot, IPython has a PNG of its own for every Figure: cropped, in the
        # learner's style, and preferred to the one in a mime bundle.
        from IPython.display import publish_display_data

        publish_display_data(*self._repr_mimebundle_())


@functools.lru_cache(maxsize=4096)
def text_width(text, size=TEXT, weight="normal"):
    """Return how wide a line of text is, in pixels on the page. Call it in the house style."""
    font = FontProperties(size=size, weight=weight)
    return _RULER.get_text_width_height_descent(text, font, False)[0] / SHARPNESS


def wrapped(text, width, size=TEXT, weight="normal"):
    """Return a text's lines, none wider than `width` pixels on the page; a longer word is cut."""
    lines = []
    for paragraph in text.replace(" %", "\u00a0%").split("\n") if text else []:
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}".strip()
            if text_width(longer, size, weight) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            while len(word) > 1 and text_width(word, size, weight) > width:
                kept = 1
                while text_width(word[: kept + 1], size, weight) <= width:
                    kept += 1
                lines.append(word[:kept])
                word = word[kept:]
            line = word
        lines.append(line)
    return lines


def listed(words):
    """Return "a", "a and b" or "a, b and c"."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def counted(number, noun):
    """Return "1 epoch" or "50 epochs"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def ranked(value, others):
    """Return where a value lies among others: "above 7 of 47", "above all 47" or "below all 47"."""
    if all(value < other for other in others):
        return f"below all {len(others)}"
    above = sum(bool(other < value) for other in others)
    how_many = "all" if above == len(others) else f"{above or 'none'} of"
    return f"above {how_many} {len(others)}"


def darker(colour, share=0.3):
    """Return a colour mixed with black, for text that must be read in a line's colour."""
    return tuple((1 - share) * part for part in matplotlib.colors.to_rgb(colour))
