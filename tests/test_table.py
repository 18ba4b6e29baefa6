"""A table of figures, in its three forms."""

import json

import numpy as np
import pytest

from course.table import Table, pair, times

CLASSES = Table(
    ("class", "answers", "right"),
    [("cat", 1149, np.float64(0.784)), ("dog & co", 5, None)],
    totals=("in all", 1154, ""),
    notes=("?  not known",),
    caption="Answers",
    formats={"right": ".1%"},
    marks={(1, 1): "color:red"},
)


def test_numbers_stand_right_and_words_left():
    assert str(CLASSES).splitlines() == [
        "Answers",
        "class     answers  right",
        "------------------------",
        "cat         1,149  78.4%",
        "dog & co        5      ?",
        "------------------------",
        "in all      1,154",
        "?  not known",
    ]


def test_rows_as_printed_and_columns_as_given():
    assert CLASSES.texts == [("cat", "1,149", "78.4%"), ("dog & co", "5", "?")]
    assert CLASSES.column("answers") == [1149, 5]
    gained = Table(("rung", "gained"), [("first", ""), ("second", 2.5)])
    assert gained.column("gained") == [2.5]
    # An empty cell makes no column of words.
    assert str(gained).splitlines()[2:] == ["first", "second     2.5"]
    with pytest.raises(ValueError, match="no column 'right': choose one of 'rung', 'gained'"):
        gained.column("right")


def test_html_says_what_heads_what():
    page = CLASSES._repr_html_()
    assert page.startswith('<table><caption style="text-align:left">Answers</caption><thead><tr>')
    assert '<th scope="col" style="text-align:right">answers</th>' in page
    assert '<th scope="row" style="text-align:left">dog &amp; co</th>' in page
    assert '<td style="text-align:right;color:red">5</td>' in page
    assert page.count("color:red") == 1 and page.count("scope=") == 6
    assert page.endswith("</tfoot></table><div>?  not known</div>")


def test_json_holds_the_numbers_as_given():
    stored = json.loads(json.dumps(CLASSES.as_dict()))
    assert stored["rows"] == [["cat", 1149, 0.784], ["dog & co", 5, None]]
    assert (stored["headings"], stored["totals"]) == (["class", "answers", "right"], ["in all", 1154, ""])


def test_one_format_is_that_of_all_numbers_but_whole_ones():
    rows, totals = [("a", 1200, 0.5, np.float32(0.25))], ("", 7, 1.0, "")
    table = Table(("run", "epochs", "last", "best"), rows, totals, formats=".1%")
    assert table.texts == [("a", "1,200", "50.0%", "25.0%")]
    assert str(table).splitlines()[-1].split() == ["7", "100.0%"] and ">50.0%</td>" in table._repr_html_()
    assert str(Table((), [("mean", 2 / 3)], formats=".2f")) == "mean  0.67"


def test_without_headings_each_row_is_a_name_and_what_is_said_of_it():
    card = Table((), [("Licence", "None."), ("Images", "60,000.")])
    assert str(card) == "Licence  None.\nImages   60,000."
    assert card._repr_html_().count('<th scope="row"') == 2 and "thead" not in card._repr_html_()


def test_a_table_without_rows_is_its_headings():
    assert str(Table(("layer", "RF"), [])) == "layer  RF\n---------"


def test_sizes():
    assert times((32, 32, 3)) == "32×32×3" and times((None, 4)) == "?×4"
    assert pair((3, 3)) == "3" and pair((3, 5)) == "3×5"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rows": [("cat", 1)]}, r"have \[2, 3\] cells"),
        ({"formats": {"wrong": ".1%"}}, "'wrong', which is none of the headings"),
    ],
)
def test_what_does_not_fit_is_said(change, said):
    with pytest.raises(ValueError, match=said):
        Table(**{"headings": CLASSES.headings, "rows": CLASSES.rows, **change})
