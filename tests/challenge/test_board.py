"""The board: who is on it, what is ranked with what, and what is left out."""

import json
import shutil

import pytest

from course import challenge, runs
from course.__main__ import main

OFFICIAL, COPY = "CIFAR-10", "CIFAR-10 (JPEG copy)"
SHAPES = "Shapes (generated), 400 images"


def test_what_the_kit_brings():
    found = challenge.board()
    official, copy = found.ranking(OFFICIAL), found.ranking(COPY)
    assert sum(place.source == "public submission" for place in official) == 52
    reports = {place.name: place for place in official if place.source == "published report"}
    assert set(reports) == {"document 000", "document 002"}
    first, second = reports["document 000"], reports["document 002"]
    assert (first.parameters, first.macs, first.accuracy) == (65_101, 18_188_448, 0.8465)
    assert (second.parameters, second.macs, second.cpu_seconds) == (98_887, 5_008_684, None)
    assert official[0].accuracy == pytest.approx(0.8827) and official[0].parameters == 91_909
    assert {place.source for place in copy} == {"the kit's record"} and not found.left_out
    ours = {place.name: place for place in copy}
    for name in ("baseline", "separable_65k", "separable_99k", "separable_99k_seed1"):
        about = runs.load(name).about
        assert ours[name].accuracy == about["test_accuracy_last"] and ours[name].cpu_seconds > 1000
    assert not {"suspect_plain", "ablation_65k"} & set(ours)  # of fewer epochs


def test_kinds_are_told_apart(shared):
    found = challenge.board(shared)
    assert found.kinds[:2] == ((OFFICIAL, "50 epochs"), (COPY, "50 epochs"))
    assert set(found.kinds[2:]) == {(SHAPES, "50 epochs"), (SHAPES, "qualifier")}
    (ada,), (bob,) = found.ranking(SHAPES, "qualifier"), found.ranking(SHAPES)
    assert (ada.name, bob.name, ada.own) == ("Ada", "Bob", True)
    run = runs.load(shared / "ada")
    assert ada.accuracy == challenge.score(run) and ada.cpu_seconds == run.about["cpu_seconds"]
    assert ada.macs == run.about["challenge"]["macs"] and ada.parameters == run.about["parameters"]
    for images, protocol in found.kinds:
        values = [place.accuracy for place in found.ranking(images, protocol)]
        assert values == sorted(values, reverse=True)
    with pytest.raises(ValueError, match="Nothing on this board is 'Moon', '50 epochs'; what there is: 'CIFAR"):
        found.ranking("Moon")


def test_an_entry_a_folder_of_them_and_a_run_are_taken(shared, data):
    folder, entry, run = (challenge.board(given) for given in (shared, shared / "ada", runs.load(shared / "ada")))
    names = [{place.name for place in found.places if place.own} for found in (folder, entry, run)]
    assert names == [{"Ada", "Bob"}, {"Ada"}, {"Ada"}]
    twice = challenge.board(shared, shared / "ada", shared / "bob" / "..")
    assert [place.name for place in twice.places if place.own] == [p.name for p in folder.places if p.own]
    verified = challenge.board(runs.load(shared / "ada"), data=data)
    assert verified.left_out == ("Ada: left out. Name its folder: a run alone can't be verified.",)
    with pytest.raises(ValueError, match="There is no folder nowhere"):
        challenge.board("nowhere")


def test_an_entry_that_is_given_twice_is_listed_once(shared, data):
    folder = shared / "ada"
    run, again = runs.load(folder), runs.load(folder)
    for given in ((run, run), (run, again), (folder, run), (run, folder), (run, shared / "ada" / "..", again)):
        assert [place.name for place in challenge.board(*given).places if place.name == "Ada"] == ["Ada"], given
    # With images it is the folder that counts, since it can be verified.
    found = challenge.board(run, folder, data=data)
    assert [place.name for place in found.places if place.own] == ["Ada"] and found.left_out == ()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "None is no entry: give folders, each in quotes, or runs, one by one."),
        (["class/ada"], "('class/ada') is no entry: give folders"),
        (5, "5 is no entry"),
        ("a\0b", "it must be a path, in quotes."),
        (__file__, "There is no folder"),
    ],
)
def test_what_is_neither_a_folder_nor_a_run_is_refused(given, words):
    with pytest.raises(ValueError) as caught:
        challenge.board(given)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_what_is_refused_or_broken_is_left_out_with_a_sentence(shared, data, tmp_path):
    folder = shutil.copytree(shared, tmp_path / "class")
    for name in ("cheat", "broken", "stopped", "diverged"):
        shutil.copytree(folder / "ada", folder / name)
    about = json.loads((folder / "cheat" / "run.json").read_text())
    (folder / "cheat" / "run.json").write_text(json.dumps({**about, "name": "Eve", "parameters": 5}))
    del about["challenge"]  # only a complete entry has it
    for status, name in (("interrupted", "stopped"), ("diverged", "diverged")):
        (folder / name / "run.json").write_text(json.dumps({**about, "status": status}))
    (folder / "early").mkdir()  # stopped in its first epoch
    shutil.copy(folder / "ada" / "checkpoint.npz", folder / "early")
    (folder / "broken" / "run.json").write_text("{")
    shutil.copytree(runs.RECORDS / "separable_65k", folder / "record")
    found = challenge.board(folder, data=data)
    assert {place.name for place in found.places if place.own} == {"Ada", "Bob"}
    said = "\n".join(found.left_out)
    assert len(found.left_out) == 6
    assert "cheat, Eve: refused. It claims 5 parameters, and its network has" in said
    onward = "If it is an entry, make the same call with the same out to go on."
    assert f"stopped: left out. Its run is interrupted. {onward}" in said
    assert f"early: left out. Its run is not complete. {onward}" in said
    assert challenge.board(folder / "early").left_out == (f"early: left out. Its run is not complete. {onward}",)
    assert "diverged: left out. Its loss or its outputs are not numbers: change the network" in said
    assert "record: left out, for it is no complete entry (it is an ordinary record)" in said
    assert "can't be read as a record" in said and said in str(found)


def edit(folder, **changes):
    """Write other values into an entry's run.json."""
    about = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**about, **changes}))


def own(found):
    return {place.name for place in found.places if place.own}


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("parameters", float("inf"), "its parameters are inf; they must be a number above 0"),
        ("parameters", 10**400, "too large"),
        ("parameters", -5, "its parameters are -5"),
        ("cpu_seconds", float("nan"), "its CPU seconds are nan"),
        ("cpu_seconds", float("inf"), "its CPU seconds are inf"),
        ("cpu_seconds", 0, "its CPU seconds are 0"),
        ("macs", float("inf"), "its MACs are inf"),
    ],
)
def test_a_number_that_is_none_refuses_its_entry_alone(shared, tmp_path, key, value, words):
    folder = shutil.copytree(shared, tmp_path / "class")
    entry = runs.load(folder / "ada").about["challenge"]
    edit(folder / "ada", **({"challenge": {**entry, key: value}} if key == "macs" else {key: value}))
    found = challenge.board(folder)
    (sentence,) = found.left_out
    assert own(found) == {"Bob"} and sentence.startswith("ada: left out") and words in sentence


def test_a_name_has_one_row(shared, data, tmp_path):
    folder = shutil.copytree(shared / "ada", tmp_path / "ada")
    edit(folder, name="Ada\n   1  forged\r\t99.99", cpu_seconds=None)
    (place,) = challenge.board(folder, data=data).ranking(SHAPES, "qualifier")
    assert place.name == "Ada 1 forged 99.99" and place.cpu_seconds is None
    edit(folder, status="x\n   1  forged")
    (sentence,) = challenge.board(folder).left_out
    assert "\n" not in sentence
    edit(folder, status="complete", parameters=5)
    assert "\n" not in str(challenge.verify(folder, data))


def test_entries_are_ranked_by_what_was_measured(shared, data, tmp_path):
    folder = shutil.copytree(shared / "ada", tmp_path / "ada")
    measured = challenge.verify(folder, data).accuracy
    *lines, last = (folder / "epochs.csv").read_text().splitlines()
    last = ",".join([*last.split(",")[:-1], str(measured + 0.004)])
    (folder / "epochs.csv").write_text("\n".join([*lines, last]) + "\n")
    (claimed,) = challenge.board(folder).ranking(SHAPES, "qualifier")
    (place,) = challenge.board(folder, data=data).ranking(SHAPES, "qualifier")
    assert claimed.accuracy == pytest.approx(measured + 0.004) and place.accuracy == measured


def test_a_stray_record_does_not_hide_the_entries_beside_it(shared, tmp_path):
    folder = shutil.copytree(shared, tmp_path / "class")
    shutil.copy(folder / "ada" / "run.json", folder)
    found = challenge.board(folder)
    assert own(found) == {"Ada", "Bob"}
    (sentence,) = found.left_out
    assert sentence.startswith(f"{folder} can't be read as a record")


def test_folders_without_a_record_are_told_what_is_missing(shared, data, tmp_path):
    folder = shutil.copytree(shared, tmp_path / "class")
    shutil.copytree(shared / "ada", folder / "zip" / "ada")
    for name in ("alone", ".ipynb_checkpoints", "__MACOSX", "none/at/all"):
        (folder / name).mkdir(parents=True)
    shutil.copy(shared / "ada" / "weights.weights.h5", folder / "alone")
    shutil.copy(shared / "ada" / "run.json", folder / ".ipynb_checkpoints")
    (folder / "__MACOSX" / "._ada").write_bytes(b"")
    shutil.copytree(shared / "ada", folder / "killed")
    (folder / "killed" / "run.json").unlink()  # written last
    found = challenge.board(folder)
    missing = f"left out. It holds no run.json: copy the entry's whole folder one level below {folder}."
    onward = "Its run is not complete. If it is an entry, make the same call with the same out to go on."
    assert own(found) == {"Ada", "Bob"}
    assert found.left_out == (f"alone: {missing}", f"killed: left out. {onward}", f"zip: {missing}")
    alone = "alone: left out. It holds no run.json: copy the entry's whole folder."
    assert challenge.board(folder / "alone").left_out == (alone,)
    assert str(challenge.verify(folder / "killed", data)) == f"killed: refused. {onward}"
    (folder / "killed" / "checkpoint.npz").rename(folder / "killed" / "checkpoint.previous.npz")
    assert challenge.board(folder / "killed").left_out == (f"killed: left out. {onward}",)


def test_data_that_is_none_is_the_callers_fault(shared):
    words = r"data is str; it must be a Dataset, such as data\.load\(\) returns\."
    with pytest.raises(ValueError, match=words):
        challenge.board(shared, data="shapes")


def test_the_command_verifies_and_prints(shared, data, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("course.data.load", lambda path=None: data)
    assert main(["challenge", str(shared)]) == 0
    printed = capsys.readouterr().out
    assert "Ada" in printed and "Bob" in printed and "left out" not in printed
    folder = shutil.copytree(shared / "ada", tmp_path / "ada")
    (folder / "weights.weights.h5").write_bytes(b"no")
    assert main(["challenge", str(folder)]) == 1
    assert "ada, Ada: refused. Its weights don't fit its configuration" in capsys.readouterr().out


def test_tables_show_entries_and_the_first_submissions(shared):
    found = challenge.board(shared)
    text, page = str(found), found._repr_html_()
    for words in ("CIFAR-10, 50 epochs, accuracy on test images", f"{SHAPES}, qualifier, accuracy on images held"):
        assert words in text and words in page
    assert "baseline (over the budget)" in text and "more public submissions" in text
    assert page.count("<table>") == 4 and page.count("font-weight:bold") == 2 * 7
    assert "   1  submission 1 " in text and " 88.27 " in text


def test_of_many_submissions_those_near_an_entry_are_shown():
    from course.challenge.board import Board, Place

    others = [Place(f"s{i}", 9, 0.9 - i / 100, OFFICIAL, "50 epochs", "public submission") for i in range(30)]
    mine = Place("mine", 9, 0.701, OFFICIAL, "50 epochs", "entry")
    text = str(Board(tuple(sorted([*others, mine], key=lambda place: -place.accuracy))))
    rows = [line.split()[1] for line in text.splitlines()[3:]]
    assert rows == ["s0", "s1", "s2", "s3", "s4", "14", "s19", "mine", "s20", "9"]
