"""Scripts, notebooks, READMEs and pages of HTML: where the code is found, and what is refused."""

import json

import pytest

from course.annotations.claims import ReadError
from course.annotations.reading.documents import LARGEST, read, readings
from course.annotations.reading.totals import claimed_totals

CODE = """model = Sequential()
model.add(SeparableConv2D(48, (3, 3), padding='same', input_shape=(32, 32, 3)))  # 32x32x48, RF 3
model.add(BatchNormalization())
model.add(MaxPooling2D((2, 2)))  # 16x16x48, RF 4
"""
CLAIMS = [((32, 32, 48), (3, 3)), (None, None), ((16, 16, 48), (4, 4))]

PAGE = """<h1> My Assignment </h1><hr>
<P><b> Total parameters</b> - 50123 </P>
```
<p>
net = Sequential()<br>
<b> #BLOCK 1 </b><br>
net.add(SeparableConv2D(64, kernel_size=(3, 3), input_shape=(32, 32, 3), padding='same'))<B> Output - 32/32/64, RF-3 </B><br>
net.add(BatchNormalization())<br>

net.add(SeparableConv2D(64, kernel_size=(3, 3), activation='relu')) <b>Output - 30/30/64, RF-5</B><br>
net.add(MaxPooling2D(pool_size=(2, 2)))<B>Output- 15/15/64 , RF - 6</B><br>
net.add(Conv2D(32, 1, 1 , activation='relu')) <B> Output 15/15/32 RF &#45; 6</B><br>
net.add(GlobalAveragePooling2D()) #1/1/32<br>
net.add(Activation('softmax'))<br>
</p>
```
<h3> Epoch Logs </h3>
<p>Epoch 1/50<br>390/390 [==============================] - 27s 70ms/step - loss: 1.5205 - acc: 0.4752<br></p>
"""  # noqa: E501


def claims(reading):
    return [(noted.claim.size, noted.claim.receptive_field) for noted in reading.layers]


def notebook(*cells):
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": kind, "source": text} for kind, text in cells]})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("net.py", CODE),
        ("net.txt", "Hello,\n\n" + CODE + "\nBye."),
        ("README.md", f"# Mine\n\n```python\n{CODE}```\n\nThanks.\n"),
        ("README.md", "# Mine\n\n" + "".join(f"    {line}\n" for line in CODE.splitlines())),
        ("net.html", "<html><body><pre>" + CODE.replace("'", "&#39;") + "</pre></body></html>"),
        ("net.ipynb", notebook(("markdown", "# Mine"), ("code", "%matplotlib inline\n!ls\n"), ("code", CODE))),
        ("net.ipynb", notebook(("code", CODE.splitlines(keepends=True)))),
        ("net.py", CODE.replace("\n", "\r\n")),
    ],
)
def test_a_file_and_its_text_read_alike(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    for given in (path, str(path), text):
        reading = read(given)
        assert claims(reading) == CLAIMS
        assert reading.input_shape == (32, 32, 3)
        assert reading.unread == ()


def test_lines_are_counted_in_the_text_as_given():
    assert [noted.line for noted in read(f"# Mine\n\n```python\n{CODE}```\n").layers] == [5, 6, 7]


def test_a_page_of_html_with_notes_in_bold():
    reading = read(PAGE)
    assert claims(reading) == [
        ((32, 32, 64), (3, 3)), (None, None), ((30, 30, 64), (5, 5)), ((15, 15, 64), (6, 6)),
        ((15, 15, 32), (6, 6)), ((1, 1, 32), None), (None, None),
    ]  # fmt: skip
    assert reading.parameters == (50123,)
    assert reading.layers[4].layer.strides == 1


def test_of_a_notebooks_models_the_one_with_notes_is_read():
    bare = "\n".join(line.partition("  #")[0] for line in CODE.splitlines())
    reading = read(notebook(("code", bare), ("code", CODE), ("markdown", "Total params: 1,234")))
    assert claims(reading) == CLAIMS
    assert len(readings(notebook(("code", bare), ("code", CODE)))) == 2
    assert reading.parameters == (1234,)


def test_a_file_that_is_not_utf_8_is_read(tmp_path):
    path = tmp_path / "net.py"
    path.write_bytes(CODE.replace("model = ", "# déjà\nmodel = ").encode("latin-1"))
    assert claims(read(path)) == CLAIMS


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("Total params: 98,887\nTrainable params: 98,000\nNon-trainable params: 887", 98_887),
        (" Total parameters - 65101 ", 65_101),
        ("# Given Model\n## Model Params = 1,172,410\n# Mine\n## Model Params :\nTotal params: 98,887", 98_887),
        ("Params = 1,172,410", 1_172_410),
        ("Total params: 98,887 (386.28 KB)", 98_887),
        ("Total params: 98\u00a0887", 98_887),
        ("Total params: 98\u202f887", 98_887),
        ("**Total Parameters:** 65101", 65_101),
        ("Number of parameters is 65101", 65_101),
        ("Base model: total params 1,172,410", None),
        ("Total params < 100,000", None),
        ("about 65k params", None),
        ("model.add(Conv2D(8, 3))  # params: 155", None),
        ("# params: 155\nx\n# params: 1758", None),
        ("params:", None),
    ],
)
def test_the_total_claimed(text, total):
    assert claimed_totals(text) == (() if total is None else (total,))


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("none.py", None, "can't be read"),
        ("empty.py", b"", "is empty"),
        ("words.md", b"# Nothing\n\nto see", "No layers"),
        ("broken.ipynb", b"{", "not a Jupyter notebook"),
        ("list.ipynb", b"[1]", "not a Jupyter notebook"),
        ("deep.ipynb", b"[" * 100_000, "not a Jupyter notebook"),
        ("bytes.py", bytes(range(256)) * 10, "No layers"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path, name, data, why):
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ReadError, match=why) as error:
        read(path)
    assert "\n" not in str(error.value)


def test_a_directory_and_a_file_too_large_are_refused(tmp_path):
    with pytest.raises(ReadError, match="is a directory"):
        read(tmp_path)
    large = tmp_path / "large.py"
    large.write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(ReadError, match="larger than 5 MB"):
        read(large)
    with pytest.raises(ReadError, match="characters"):
        read("#\n" * LARGEST)
