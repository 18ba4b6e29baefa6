"""The kit as a few web pages that need neither a network nor a kernel: README, the notebooks, the texts with them.

python -m course export FOLDER
"""

import base64
import html
import itertools
import re
from importlib.metadata import metadata
from pathlib import Path
from urllib.parse import unquote

import nbformat
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor

from course.notebooks import NOTEBOOKS

_ROOT = NOTEBOOKS.parent
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{code_style}
body {{font: 16px/1.55 system-ui, sans-serif; color: #222; background: #fff; margin: 0 auto; max-width: 880px;
  padding: 0 16px 48px}}
a {{color: #0057a8}}
nav ul {{display: flex; flex-wrap: wrap; gap: 2px 18px; list-style: none; padding: 10px 0; margin: 0;
  border-bottom: 1px solid #767676}}
nav [aria-current] {{color: #222; font-weight: 600; text-decoration: none}}
.skip:not(:focus) {{position: absolute; clip-path: inset(50%)}}
pre {{font: 13px/1.45 ui-monospace, monospace; overflow-x: auto}}
code {{font: 0.88em ui-monospace, monospace}}
.highlight {{padding: 1px 12px; background: #fafafa; border-left: 4px solid #0072b2}}
.output_subarea {{margin: 10px 0}}
.wide {{overflow-x: auto}}
table {{border-collapse: collapse; font-size: 14px; margin: 8px 0}}
th, td {{padding: 3px 10px; border-bottom: 1px solid #ccc; vertical-align: top}}
img {{max-width: 100%; height: auto}}
math[display=block] {{margin: 12px 0}}
</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<nav aria-label="Pages"><ul>
{links}
</ul></nav>
<main id="content">
{body}
</main>
</body>
</html>
"""


def export(folder):
    """Write a page for README, for each notebook as it was executed, and for each text beside the notebooks.

    Pictures are files beside the pages, formulas are MathML. A link leads to another page, to a copy of a file
    that lies with the notebooks, or to the repository's address.

    Parameters
    ----------
    folder : str or pathlib.Path
        Where to; made if it does not exist. Pages that are there already are written anew.

    Returns
    -------
    list of pathlib.Path
        The pages, README's as index.html first.

    Raises
    ------
    ValueError
        When the folder is that of the committed notebooks or can't be written to, a link leads nowhere, or a
        formula can't be converted.
    """
    folder = Path(folder)
    if folder.resolve() == NOTEBOOKS:
        raise ValueError(f"{folder} holds the notebooks themselves: name another folder for the pages.")
    readme = _ROOT / "README.md"
    sources = [readme, *sorted(NOTEBOOKS.glob("*.ipynb")), *sorted(NOTEBOOKS.glob("*.md"))]
    pages = {path: "index.html" if path == readme else f"{path.stem}.html" for path in sources}
    files = {}  # what each holds, by its path in the folder
    for path, name in pages.items():
        files[name] = _page(path, pages, files).encode()
    try:
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    except OSError as why:
        raise ValueError(f"{folder} can't be written to ({why.strerror}): name another folder.") from None
    return [folder / name for name in pages.values()]


def anchor(heading):
    """Return what a heading is linked to by, as GitHub makes it.

    Parameters
    ----------
    heading : str
        Its text, without marks.

    Returns
    -------
    str
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _page(path, pages, files):
    """Return a page, and put into `files` what it shows or links to."""
    if path.suffix == ".ipynb":
        book = nbformat.read(path, as_version=4)
    else:
        text = path.read_text(encoding="utf-8")
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    renderer = _Renderer(path, pages, files)
    exporter = HTMLExporter(
        template_name="basic",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        filters={"markdown2html": lambda text: MarkdownWithMath(renderer=renderer).render(text)},
    )
    exporter.register_preprocessor(CSSHTMLHeaderPreprocessor(style="default"), enabled=True)
    body, resources = exporter.from_notebook_node(book)
    count = itertools.count(1)

    def in_a_file(match):
        name = f"images/{path.stem}_{next(count):02}.{match[1]}"
        files[name] = base64.b64decode(match[2])
        return f'src="{name}"'

    # As text in the page an image takes a third more, and nothing of a page shows before all of it is there.
    body = re.sub(r'src="data:image/(\w+);base64,([^"]+)"', in_a_file, body)
    # What scrolls where the window is narrow must be reached by key.
    body = body.replace("<pre>", '<pre tabindex="0">')
    body = re.sub("<table.*?</table>", r'<div class="wide" tabindex="0">\g<0></div>', body, flags=re.DOTALL)
    body = body.replace("Run this cell to play.", "In JupyterLab this is a widget with controls.")
    links = [
        f'<li><a href="{name}"{" aria-current=page" if source == path else ""}>{_label(source)}</a></li>'
        for source, name in pages.items()
    ]
    return _PAGE.format(
        title=html.escape(renderer.title),
        code_style="\n".join(resources["inlining"]["css"]),
        links="\n".join(links),
        body=body,
    )


def _label(path):
    return "Start" if path.name == "README.md" else path.stem.replace("_", " ").capitalize()


class _Renderer(IPythonRenderer):
    """Renders one page's Markdown, with formulas that need no script, and links to the other pages."""

    def __init__(self, path, pages, files):
        super().__init__(escape=False, embed_images=True, path=str(path.parent))
        self.page, self.pages, self.files = path, pages, files
        self.title = path.stem

    def heading(self, text, level, **attrs):
        words = html.unescape(re.sub("<[^>]*>", "", text))
        if level == 1:
            self.title = words
        return f'<h{level} id="{anchor(words)}">{text}</h{level}>\n'

    def block_math(self, body):
        return self._formula(body, "block")

    def inline_math(self, body):
        return self._formula(body, "inline")

    def _formula(self, body, display):
        made = convert(body, display=display)
        # A command that the converter does not know stays as it is.
        if "\\" in made:
            raise ValueError(
                f"{self.page.name}: the formula {body!r} can't be converted: write it in other words."
            )
        return made

    def image(self, text, url, title=None):
        # A badge is an image that another site makes: here its words do.
        return text if re.match("https?:", url) else super().image(text, url, title)

    def link(self, text, url, title=None):
        return super().link(text, self._target(url), title)

    def _target(self, url):
        if re.match("[a-z]+:", url):
            return url
        place, _, part = url.partition("#")
        part = part and f"#{anchor(unquote(part))}"
        path = (self.page.parent / unquote(place)).resolve() if place else self.page
        if path in self.pages:
            return self.pages[path] + part
        if not (path.exists() and path.is_relative_to(_ROOT)):
            raise ValueError(f"{self.page.name} links to {url}, which is not there: mend the link.")
        if path.is_relative_to(NOTEBOOKS) and path.is_file():
            name = path.relative_to(NOTEBOOKS).as_posix()
            self.files[name] = path.read_bytes()
            return name
        return f"{_address()}/blob/HEAD/{path.relative_to(_ROOT).as_posix()}{part}"


def _address():
    """Return the repository's address, which stands in pyproject.toml."""
    urls = dict(entry.split(", ") for entry in metadata("compact-cnn-course").get_all("Project-URL"))
    return urls["Repository"]
