"""From a text to findings: table, HTML, JSON and the command line."""

import csv
import io
import json
import subprocess
import sys

import pytest

from course import annotations
from course.__main__ import main

TEXT = """
model = Sequential()
model.add(Conv2D(32, 3, padding='same', input_shape=(32, 32, 3)))  # 32x32x32, RF 3
model.add(BatchNormalization())
model.add(Conv2D(32, 3))                                           # 32x32x32, RF 5
model.add(MaxPooling2D(2))                                         # 16x16x64, RF 10
model.add(Conv2D(64, 1))                                           # 15x15x64, RF 10
# Total params: 12,416
"""


@pytest.fixture
def found():
    return annotations.check(TEXT)


def test_json_holds_what_the_contract_says(found):
    shown = json.loads(json.dumps(found.as_dict()))
    assert set(shown) == {"schema", "model", "counts", "layers", "parameters", "unread", "remarks"}
    assert shown["parameters"] == {"claimed": 12416, "true": 12384}
    first, norm, second, pool, mix = shown["layers"]
    assert [layer["index"] for layer in shown["layers"]] == [0, 1, 2, 3, 4]
    assert first["kind"] == "Conv2D" and first["verdict"] == "right" and first["mistake"] is None
    claimed = {"size": [32, 32, 32], "rf": 3, "channels": None, "entering": None, "parameters": None}
    assert first["claimed"] == claimed
    assert first["true"] == {"size": [32, 32, 32], "rf": 3, "parameters": 896}
    assert norm["verdict"] == "unclaimed" and norm["claimed"]["rf"] is None
    assert (second["verdict"], second["mistake"]) == ("wrong", "valid conv annotated as same")
    assert (pool["verdict"], pool["mistake"]) == ("wrong", "pooling doubles RF")
    assert pool["parts"]["size"] == {"verdict": "inherited", "mistake": None, "since": 2}
    assert pool["parts"]["channels"]["verdict"] == "wrong" and "32 channels, not 64" in pool["explanation"]
    assert mix["parts"]["rf"] == {"verdict": "inherited", "mistake": None, "since": 3}
    assert mix["parts"]["size"]["verdict"] == "right"


def test_table_and_sentences(found):
    lines = str(found).splitlines()
    assert lines[0].split() == ["line", "layer", "size", "noted", "true", "RF", "noted", "true", "verdict"]
    assert "RF wrong, size inherited, channels wrong" in str(found)
    assert "Line 5, Conv2D, size: valid conv annotated as same." in str(found)
    assert "Passed on to line 6." in str(found) and "Passed on to line 7." in str(found)
    assert "The model holds 12,384 parameters, not 12,416." in str(found)
    assert found.summary() == "8 notes of sizes and receptive fields: 4 right, 2 wrong, 2 inherited."
    assert not found.all_right


def test_html_is_escaped_and_marks_what_is_wrong(found):
    page = found._repr_html_()
    assert page.count("<tr>") == 6 and "box-shadow" in page
    odd = annotations.check("model.add(Conv2D(8, 3, name='<script>', input_shape=(8, 8, 3)))  # RF <b>4</b>")
    assert "<script" not in odd._repr_html_()


def test_all_right():
    found = annotations.check("model.add(Conv2D(8, 3, input_shape=(8, 8, 3)))  # 6x6x8, RF 3")
    assert found.all_right and found.summary() == "2 notes of sizes and receptive fields: 2 right."
    bare = annotations.check("model.add(Conv2D(8, 3, input_shape=(8, 8, 3)))")
    assert bare.all_right and "no note" in bare.summary()


def test_no_image_is_assumed_where_the_code_does_not_say():
    code = "x = Conv2D(8, 3)(x)  # 62x62x8, RF 3"
    found = annotations.check(code)
    assert found.all_right and "64×64" in str(found) and "--input" in str(found)
    assert annotations.check(code, input_shape=(64, 64, 1)).all_right
    assert not annotations.check(code, input_shape=(32, 32, 3)).all_right


def test_a_layer_that_does_not_fit_is_said_and_not_judged():
    found = annotations.check("""
model.add(MaxPooling2D(16, input_shape=(32, 32, 3)))  # 2x2x3, RF 16
model.add(Conv2D(8, 5))                               # 1x1x8, RF 80
model.add(Conv2D(8, 1))                               # 1x1x8, RF 80
""")
    assert [finding.verdict for finding in found.layers] == ["right", "not judged", "not judged"]
    assert "Line 3: layer 2" in found.misfits[0] and "5×5 window does not fit its 2×2 input" in str(found)
    assert found.parameters is None and not found.all_right


MYSTERY = """
model.add(Conv2D(8, 3, input_shape=(8, 8, 3)))  # 6x6x8, RF 3
model.add({}(3))                                # 6x6x8, RF 3
model.add(Conv2D(8, 3))                         # 4x4x8, RF {}
"""


def test_a_layer_of_ones_own_is_taken_to_leave_positions_as_they_are():
    found = annotations.check(MYSTERY.format("Mystery", 9))
    assert [finding.verdict for finding in found.layers] == ["right", "right", "wrong"]
    assert found.layers[2].as_dict()["true"] == {"size": [4, 4, 8], "rf": 5, "parameters": None}
    assert any("Mystery" in sentence for sentence in found.unread)
    assert annotations.check(MYSTERY.format("Mystery", 5)).all_right


def test_a_layer_that_may_do_anything_ends_what_is_known():
    found = annotations.check(MYSTERY.format("LSTM", 9))
    assert [finding.verdict for finding in found.layers] == ["right", "not judged", "not judged"]
    assert found.layers[2].as_dict()["true"] == {"size": None, "rf": None, "parameters": None}
    assert any("LSTM" in sentence for sentence in found.unread)


def test_a_total_is_held_only_against_the_model_it_may_belong_to():
    code = "m = Sequential()\nm.add(Conv2D(8, 3, input_shape=(8, 8, 3)))  # 6x6x8, RF 3\n"
    assert not annotations.check(code + "# Total params: 225").all_right
    assert annotations.check(code + "# Total params: 225\n# Total params: 224").all_right
    assert annotations.check("m.add(Dropout(0.3))\n# Total params: 225").all_right
    assert annotations.check(code + code.replace("m", "n") + "# Total params: 225").all_right


def test_command_line(tmp_path, capsys, monkeypatch):
    path = tmp_path / "net.py"
    path.write_text(TEXT)
    assert main(["check", str(path)]) == 1
    assert "pooling doubles RF" in capsys.readouterr().out
    assert main(["check", str(path), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["layers"][3]["mistake"] == "pooling doubles RF"
    monkeypatch.setattr("sys.stdin", io.StringIO("x = Conv2D(8, 3)(x)  # 6x6x8, RF 3"))
    assert main(["check", "-", "--input", "8x8x1"]) == 0


@pytest.mark.parametrize("wrong", ["8x8", "8x8x0", "axbxc"])
def test_a_wrong_image_size_is_refused(wrong, capsys):
    assert main(["check", "-", "--input", wrong]) == 2
    assert "it must be such as 32x32x3" in capsys.readouterr().err


def test_what_can_not_be_read_ends_with_status_2(tmp_path, capsys):
    assert main(["check", str(tmp_path / "nowhere.py")]) == 2
    empty = tmp_path / "empty.py"
    empty.write_text("print('no layers here')")
    assert main(["check", str(empty)]) == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_import_is_light():
    code = (
        "import sys, course.annotations;"
        "heavy = {'tensorflow', 'keras', 'numpy', 'matplotlib'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("gap", ["", "\n"])
def test_notes_above_their_layers_stay_with_them_behind_a_model_without_notes(gap):
    base = "base = Sequential()\nbase.add(Conv2D(48, 3, input_shape=(32, 32, 3)))\nbase.add(Flatten())\n\n"
    final = f"""model = Sequential()
{gap}# Output: 30x30, RF: 3x3
model.add(Conv2D(32, 3, input_shape=(32, 32, 3)))
{gap}# Output: 28x28, RF: 5x5
model.add(Conv2D(32, 3))
{gap}# Output: 26x26, RF: 7x7
model.add(Conv2D(32, 3))
"""
    for text in (final, base + final):
        found = annotations.check(text)
        assert [finding.verdict for finding in found.layers] == ["right"] * 3


TWO = """
old = Sequential()
old.add(Conv2D(8, 3, input_shape=(8, 8, 3)))  # 6x6x8, RF 3
new = Sequential()
new.add(Conv2D(8, 3, input_shape=(8, 8, 3)))  # 6x6x8, RF 3
new.add(Conv2D(8, 3))                         # 4x4x8, RF 7
"""


def test_several_models_are_checked_one_by_one(tmp_path, capsys):
    path = tmp_path / "two.py"
    path.write_text(TWO)
    found = annotations.check(TWO)
    assert found.model == "new" and not found.all_right
    assert str(found).splitlines()[0].startswith("The text holds 2 models: 1 `old` (line 3, 1 note), 2 `new`")
    assert annotations.check(TWO, model="old").all_right and annotations.check(TWO, model=1).all_right
    assert main(["check", str(path), "--model", "old"]) == 0
    assert main(["check", str(path), "--all"]) == 1
    assert capsys.readouterr().out.count("This is number") == 3
    assert main(["check", str(path), "--all", "--json"]) == 1
    assert [model["model"]["name"] for model in json.loads(capsys.readouterr().out)["models"]] == ["old", "new"]
    assert main(["check", str(path), "--model", "none"]) == 2
    assert "there are 1 `old` (line 3), 2 `new` (line 5)" in capsys.readouterr().err


def test_a_folder_of_submissions(tmp_path, capsys, monkeypatch):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.py").write_text(TEXT)
    (tmp_path / "class" / "bob.py").write_text("m.add(Conv2D(8, 3, input_shape=(8, 8, 3)))  # 6x6x8, RF 3")
    (tmp_path / "class" / "cy.ipynb").write_text("{")
    (tmp_path / "class" / "dan.py").write_text("import torch")
    (tmp_path / "class" / "notes.log").write_text("nothing")
    table = tmp_path / "out.csv"
    assert main(["check", str(tmp_path), "--summary", "--csv", str(table)]) == 0
    shown = capsys.readouterr().out.splitlines()
    names = ("ada.py", "bob.py", "cy.ipynb", "dan.py")
    assert [line.split()[0] for line in shown[2:]] == [f"class/{name}" for name in names]
    assert shown[2].split()[1:5] == ["8", "4", "4", "0"]
    assert "line 5, size: valid conv annotated as same" in shown[2]
    assert "not a Jupyter notebook" in shown[4] and "PyTorch" in shown[5]
    rows = list(csv.reader(io.StringIO(table.read_text())))
    assert rows[0] == ["file", "notes", "right", "wrong", "not judged", "first mistake"] and len(rows) == 5
    assert rows[2] == ["class/bob.py", "2", "2", "0", "0", ""]
    assert main(["check", str(tmp_path), "--summary", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"][1]["right"] == 2
    monkeypatch.setattr("course.annotations.folder.check", lambda *_: 1 / 0)
    assert "could not be read (ZeroDivisionError)" in str(annotations.check_folder(tmp_path))
    assert main(["check", str(tmp_path / "none"), "--summary"]) == 2
    assert main(["check", str(table.parent / "class" / "notes.log"), "--summary"]) == 2
