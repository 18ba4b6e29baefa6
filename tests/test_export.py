"""The exported pages: whole without a network or a kernel, and every link leads somewhere."""

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urldefrag

import nbformat
import pytest
from test_notebook_prose import prose

from course import export as module
from course.__main__ import main
from course.export import anchor, export
from course.notebooks import NOTEBOOKS

FORMULA = r"\$\$.+?\$\$|\$[^$\n]+\$"
SOURCES = {path.stem: path for path in NOTEBOOKS.glob("*.ipynb")}


class Page(HTMLParser):
    """What a test asks of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.levels, self.links, self.words = [], [], [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append((tag, given))
        if "id" in given:
            self.ids.append(given["id"])
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag == "a":
            self.links.append(given["href"])

    def handle_data(self, data):
        self.words += data


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of all pages, and each page by its name."""
    folder = tmp_path_factory.mktemp("site")
    return folder, {path.name: Page(path.read_text(encoding="utf-8")) for path in export(folder)}


def test_a_page_for_readme_for_each_notebook_and_for_each_text_beside_them(site):
    stems = {path.stem for path in (*NOTEBOOKS.glob("*.ipynb"), *NOTEBOOKS.glob("*.md"))}
    assert set(site[1]) == {"index.html", *(f"{stem}.html" for stem in stems)}


def test_pages_load_nothing_from_elsewhere(site):
    folder, pages = site
    for name, page in pages.items():
        text = (folder / name).read_text(encoding="utf-8")
        assert not re.search(r"@import|url\(", text), name
        assert not {"script", "link", "iframe", "object", "embed", "base"} & {tag for tag, _ in page.tags}, name
        for tag, given in page.tags:
            if tag != "img":
                assert "src" not in given, (name, tag)
            else:
                assert (folder / given["src"]).is_file() and len(given["alt"]) > 40, (name, given)


def test_pages_are_small_and_say_their_language_and_title(site):
    folder, pages = site
    for name, page in pages.items():
        assert (folder / name).stat().st_size < 1_000_000, name
        assert page.tags[0] == ("html", {"lang": "en"}), name
        title = re.search("<title>([^<]+)</title>", (folder / name).read_text(encoding="utf-8"))[1]
        assert unescape(title) in page.words
    assert "<title>Take the baseline apart, layer by layer</title>" in (
        folder / "01_baseline_model.html"
    ).read_text(encoding="utf-8")


def test_one_title_a_page_and_no_level_of_headings_left_out(site):
    for name, page in site[1].items():
        assert page.levels[0] == 1 and page.levels.count(1) == 1, name
        assert all(after <= before + 1 for before, after in zip(page.levels, page.levels[1:], strict=False)), name


def test_every_formula_is_there_and_none_is_left_as_latex(site):
    counts = {}
    for stem, path in SOURCES.items():
        page = site[1][f"{stem}.html"]
        formulas = re.findall(FORMULA, "\n\n".join(prose(path)), re.DOTALL)
        counts[stem] = len(formulas)
        assert [tag for tag, _ in page.tags].count("math") == len(formulas), stem
        assert not re.search(r"\\[a-z]{2,}\b|\$\$", page.words.replace("\\n", "")), stem
    assert sum(counts.values()) > 30


def test_what_a_learner_reads_is_on_the_page(site):
    for stem, path in SOURCES.items():
        page = site[1][f"{stem}.html"]
        shown = " ".join(page.words.split())
        cells = nbformat.read(path, as_version=4).cells
        for cell in cells:
            if cell.cell_type == "code":
                assert " ".join(cell.source.split()) in shown
        pictures = [out for cell in cells for out in cell.get("outputs", []) if "<img" in str(out.get("data"))]
        assert sum(tag == "img" for tag, _ in page.tags) >= len(pictures)
        assert "Run this cell" not in page.words


def test_every_link_and_anchor_leads_somewhere(site):
    folder, pages = site
    for name, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), name
        for link in page.links:
            if link.startswith("https://"):
                continue
            file, part = urldefrag(link)
            assert (folder / (file or name)).is_file(), (name, link)
            if part:
                assert part in pages[file or name].ids, (name, link)


def test_notebooks_link_to_pages(site):
    assert "02_receptive_fields.html" in site[1]["01_baseline_model.html"].links
    assert "00_start_here.html" in site[1]["index.html"].links
    assert any(link.endswith("/blob/HEAD/LICENSE") for link in site[1]["index.html"].links)


def test_an_anchor_is_githubs():
    assert anchor("Strides, dilation, global pooling") == "strides-dilation-global-pooling"
    assert anchor("What you'll do: 1×1 windows") == "what-youll-do-11-windows"


@pytest.fixture
def one_text(tmp_path, monkeypatch):
    """Return what exports a single text, and the folder with it."""
    monkeypatch.setattr(module, "_ROOT", tmp_path)
    monkeypatch.setattr(module, "NOTEBOOKS", tmp_path / "notebooks")
    (tmp_path / "notebooks").mkdir()

    def write(text):
        (tmp_path / "README.md").write_text(text, encoding="utf-8")
        export(tmp_path / "site")
        return (tmp_path / "site/index.html").read_text(encoding="utf-8")

    return tmp_path, write


def test_links_lead_to_pages_to_copies_and_to_the_repository(one_text):
    folder, write = one_text
    for name in ("terms.md", "sheet.pdf"):
        (folder / "notebooks" / name).write_text("# Terms\n\n## The *jump*\n", encoding="utf-8")
    (folder / "setup.py").touch()
    text = write(
        "# A [here](#a-here)\n[t](notebooks/terms.md#The-jump) [s](notebooks/sheet.pdf) [c](setup.py) "
        "[out](https://a.org/#X) [![badge & all](https://a.org/b.svg)](https://a.org)"
    )
    links = Page(text.partition("<main")[2]).links
    assert links[:3] == ["index.html#a-here", "terms.html#the-jump", "sheet.pdf"]
    assert links[3].endswith("/blob/HEAD/setup.py") and links[4:] == ["https://a.org/#X", "https://a.org"]
    assert (folder / "site/sheet.pdf").is_file() and "<img" not in text and "badge &amp; all" in text
    assert 'id="the-jump"' in (folder / "site/terms.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("# A\n[b](gone.md)", "README.md links to gone.md, which is not there: mend the link."),
        (
            "# A\n$\\madeup x$",
            "README.md: the formula '\\\\madeup x' can't be converted: write it in other words.",
        ),
    ],
)
def test_what_can_not_be_shown_is_one_sentence(one_text, text, sentence):
    with pytest.raises(ValueError) as raised:
        one_text[1](text)
    assert str(raised.value) == sentence


def test_the_command_lists_the_pages_and_refuses_a_file(one_text, capsys):
    folder, write = one_text
    write("# A")
    assert main(["export", str(folder / "README.md")]) == 2
    assert "README.md can't be written to" in capsys.readouterr().err
    assert main(["export", str(folder / "new")]) == 0
    assert capsys.readouterr().out.startswith(f"{folder / 'new' / 'index.html'}  ")
