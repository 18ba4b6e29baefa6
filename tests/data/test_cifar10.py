"""Reading CIFAR-10, and which of several places it is read from."""

import hashlib
import os
import pickle
import tarfile

import numpy as np
import pytest

from course.data import DataError, cifar10, load, read_cifar10
from course.data.download import FETCH

pytestmark = pytest.mark.usefixtures("nowhere")


def refusal(call, *words):
    """Return the one sentence with which `call` refuses."""
    with pytest.raises(DataError) as caught:
        call()
    text = str(caught.value)
    assert "\n" not in text and ". " not in text and text.endswith("."), text
    for word in words:
        assert str(word) in text, text
    return text


@pytest.mark.parametrize("read", [load, read_cifar10, lambda given: cifar10(given, download=False)])
@pytest.mark.parametrize("given", [5, b"shapes", ["shapes"], "a\0b"])
def test_what_is_no_path_is_refused(read, given):
    refusal(lambda: read(given), "path is ", "; it must be a path, in quotes.")


def test_an_empty_path_is_no_request_for_the_shapes():
    refusal(lambda: load(""), "path is ''")


def expected_images(planes):
    """Pixel by pixel, as the format is described: 1024 red values, then green, then blue, row by row."""
    out = np.zeros((len(planes), 32, 32, 3), np.uint8)
    for row in range(32):
        for channel in range(3):
            start = 1024 * channel + 32 * row
            out[:, row, :, channel] = planes[:, start : start + 32]
    return out


@pytest.fixture
def archive_path(archive, tmp_path):
    path = tmp_path / "cifar-10-python.tar.gz"
    path.write_bytes(archive)
    return path


def test_a_folder_its_parent_and_the_archive_hold_the_same(folder, archive_path, arrays):
    for path in (folder, str(folder), folder.parent, archive_path):
        data = read_cifar10(path)
        train = [arrays[f"data_batch_{i}"] for i in range(1, 6)]
        assert np.array_equal(data.train_images, np.concatenate([expected_images(part[0]) for part in train]))
        assert np.array_equal(data.test_images, expected_images(arrays["test_batch"][0]))
        assert data.train_images.dtype == np.uint8 and data.train_labels.dtype == np.int64
        assert data.train_labels.tolist() == [*range(10)] * 10 and data.test_labels.tolist() == [*range(10)] * 2
        assert data.names[0] == "airplane" and data.names[9] == "truck"
        assert data.source == "CIFAR-10 (unverified copy)"


def test_the_folder_may_have_any_name(folder):
    assert len(read_cifar10(folder.rename(folder.with_name("images"))).train_images) == 100


@pytest.mark.parametrize("module", ["numpy.core.multiarray", "numpy._core.multiarray"])
def test_protocol_2_of_python_3_is_read(folder, arrays, module):
    planes, labels = arrays["test_batch"]
    content = pickle.dumps({b"data": planes, b"labels": labels.tolist()}, protocol=2)
    for written in (b"numpy.core.multiarray", b"numpy._core.multiarray"):
        content = content.replace(b"c" + written + b"\n", b"c" + module.encode() + b"\n")
    assert b"_codecs" in content and module.encode() in content
    (folder / "test_batch").write_bytes(content)
    assert np.array_equal(read_cifar10(folder).test_images, expected_images(planes))


@pytest.mark.parametrize("protocol", range(3, pickle.HIGHEST_PROTOCOL + 1))
def test_later_protocols_are_read(folder, arrays, protocol):
    planes, labels = arrays["test_batch"]
    (folder / "test_batch").write_bytes(pickle.dumps({"data": planes, "labels": labels}, protocol=protocol))
    assert np.array_equal(read_cifar10(folder).test_images, expected_images(planes))


@pytest.mark.parametrize("name", ["data_batch_4", "test_batch", "batches.meta"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    refusal(lambda: read_cifar10(folder), folder / name, "missing", "-m course data")


PLANES, LABELS = np.zeros((4, 3072), np.uint8), [0, 1, 2, 9]


@pytest.mark.parametrize(
    "content, word",
    [
        ({"data": PLANES.astype(np.float32), "labels": LABELS}, "float32"),
        ({"data": PLANES.astype(np.int64), "labels": LABELS}, "int64"),
        ({"data": PLANES[:, :3071], "labels": LABELS}, "(4, 3071)"),
        ({"data": PLANES.reshape(4, 3, 32, 32), "labels": LABELS}, "(4, 3, 32, 32)"),
        ({"data": PLANES[:0], "labels": []}, "(0, 3072)"),
        ({"data": [[1], [2, 3]], "labels": LABELS}, "unequal length"),
        ({"data": "pixels", "labels": LABELS}, "dtype"),
        ({"data": PLANES, "labels": [0, 1, 2, 10]}, "0 to 9"),
        ({"data": PLANES, "labels": [0, -1, 2, 3]}, "0 to 9"),
        ({"data": PLANES, "labels": [0, 1, 2, 0.5]}, "0 to 9"),
        ({"data": PLANES, "labels": LABELS[:3]}, "4 labels"),
        ({"data": PLANES, "labels": None}, "4 labels"),
        ({"data": PLANES}, "'labels'"),
        ({"labels": LABELS}, "'data'"),
        ({b"\xff": PLANES, "labels": LABELS}, "'data'"),
        ([PLANES, LABELS], "list"),
    ],
)
def test_wrong_content_is_one_sentence(folder, content, word):
    (folder / "data_batch_2").write_bytes(pickle.dumps(content))
    refusal(lambda: read_cifar10(folder), folder / "data_batch_2", word, "-m course data")


@pytest.mark.parametrize("names", [None, 10, ["cat"] * 9])
def test_wrong_class_names_are_one_sentence(folder, names):
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": names}))
    refusal(lambda: read_cifar10(folder), folder / "batches.meta", "10 classes", "-m course data")


def test_every_truncation_of_a_pickle_is_one_sentence(folder, files):
    whole = files["test_batch"]
    for size in [*range(0, 200, 7), len(whole) // 2, len(whole) - 1]:
        (folder / "test_batch").write_bytes(whole[:size])
        refusal(lambda: read_cifar10(folder), folder / "test_batch", "-m course data")


class _Runs:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.system, (f'echo it ran > "{self.marker}"',)


def test_a_pickle_that_runs_a_command_is_refused_and_not_run(folder, tmp_path):
    marker = tmp_path / "marker"
    content = pickle.dumps({"data": PLANES, "labels": _Runs(marker)})
    (folder / "data_batch_1").write_bytes(content)
    text = refusal(lambda: read_cifar10(folder), folder / "data_batch_1", "refused", "-m course data")
    assert f"{os.system.__module__}.system" in text
    assert not marker.exists()
    pickle.loads(content)  # the same bytes do run where nothing is refused
    assert marker.exists()


@pytest.mark.parametrize("size", [0, 10, 1000, 200_000, -1])
def test_a_truncated_archive_is_one_sentence(archive, archive_path, size):
    archive_path.write_bytes(archive[:size])
    refusal(lambda: read_cifar10(archive_path), archive_path, "-m course data")


@pytest.mark.parametrize("length", [1, 100_000])  # pixels alone, and the compressor's own words too
def test_a_damaged_archive_is_one_sentence(archive, archive_path, length):
    for place in range(20, len(archive) - length, len(archive) // 25):
        damage = bytes(byte ^ 255 for byte in archive[place : place + length])
        archive_path.write_bytes(archive[:place] + damage + archive[place + length :])
        refusal(lambda: read_cifar10(archive_path), archive_path)


def test_a_path_to_nothing_is_one_sentence(tmp_path):
    refusal(lambda: read_cifar10(tmp_path / "absent"), tmp_path / "absent", "does not exist", "name a folder")
    refusal(lambda: read_cifar10(tmp_path), tmp_path, "cifar-10-batches-py")


def put_in_cache(cache, files, name="cifar-10-batches-py"):
    folder = cache / name
    folder.mkdir(parents=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return folder


def test_a_path_that_was_given_comes_first(monkeypatch, capsys, folder, files, nowhere, tmp_path):
    put_in_cache(nowhere, files)
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "absent"))
    assert len(cifar10(folder).train_images) == 100
    assert capsys.readouterr().out == f"CIFAR-10 (unverified copy) from {folder}.\n"


def test_the_environment_variable_comes_before_the_cache(monkeypatch, capsys, folder, files, nowhere):
    put_in_cache(nowhere, files)
    monkeypatch.setenv("COURSE_DATA_DIR", str(folder.parent))
    cifar10()
    assert capsys.readouterr().out == f"CIFAR-10 (unverified copy) from {folder.parent}.\n"


def test_a_bad_path_is_never_passed_over(monkeypatch, capsys, files, nowhere, tmp_path):
    good = put_in_cache(nowhere, files)
    bad = tmp_path / "absent"
    refusal(lambda: cifar10(bad), bad)
    monkeypatch.setenv("COURSE_DATA_DIR", str(bad))
    refusal(cifar10, bad, "COURSE_DATA_DIR")
    monkeypatch.setenv("COURSE_DATA_DIR", "")
    assert capsys.readouterr().out == ""
    cifar10()
    assert capsys.readouterr().out == f"CIFAR-10 (unverified copy) from Keras's cache ({good}).\n"


@pytest.mark.parametrize("read", [cifar10, load])
def test_the_variable_is_named_with_what_is_wrong(monkeypatch, read, tmp_path):
    bad = tmp_path / "absent"
    monkeypatch.setenv("COURSE_DATA_DIR", str(bad))
    refusal(read, f"COURSE_DATA_DIR is set, but {bad} does not exist")
    assert "COURSE_DATA_DIR" not in refusal(lambda: read(tmp_path / "other"), "other does not exist")


# While the variable is set, `-m course data` reads from where it points, and downloads nothing.
ADVICE = f"; or name none, with COURSE_DATA_DIR unset, and run '{FETCH}'."


@pytest.mark.parametrize("read", [cifar10, load])
@pytest.mark.parametrize("content", [b"This is no archive.", b""])
def test_a_bad_archive_gets_an_advice_that_holds_with_the_variable_too(monkeypatch, read, tmp_path, content):
    bad = tmp_path / "cifar.tar.gz"
    bad.write_bytes(content)
    plain = refusal(lambda: read(bad), bad)
    monkeypatch.setenv("COURSE_DATA_DIR", str(bad))
    refused = refusal(read, f"COURSE_DATA_DIR is set, but {bad} is not a whole .tar.gz archive")
    assert refused == f"COURSE_DATA_DIR is set, but {plain}" and refused.endswith(ADVICE)


def test_an_archive_of_something_else_gets_the_same_advice(monkeypatch, tmp_path):
    other = tmp_path / "other.tar.gz"
    tarfile.open(other, "w:gz").close()
    monkeypatch.setenv("COURSE_DATA_DIR", str(other))
    assert refusal(load, f"COURSE_DATA_DIR is set, but {other} holds no data_batch_1").endswith(ADVICE)


def test_a_bad_folder_gets_the_same_advice(monkeypatch, folder):
    (folder / "test_batch").write_bytes(b"")
    monkeypatch.setenv("COURSE_DATA_DIR", str(folder))
    assert refusal(load, "COURSE_DATA_DIR is set, but", folder / "test_batch").endswith(ADVICE)


@pytest.mark.parametrize("name", ["cifar-10-batches-py-target/cifar-10-batches-py", "cifar-10-batches-py"])
def test_folders_in_the_cache_are_found(capsys, files, nowhere, name):
    folder = put_in_cache(nowhere, files, name)
    assert len(cifar10(download=False).test_images) == 20
    assert capsys.readouterr().out == f"CIFAR-10 (unverified copy) from Keras's cache ({folder}).\n"


@pytest.mark.parametrize(
    "name", ["cifar-10-batches-py-target_archive", "cifar-10-python.tar.gz", "cifar-10-batches-py.tar.gz"]
)
def test_archives_in_the_cache_are_used_only_with_the_right_hash(capsys, archive, nowhere, name):
    nowhere.mkdir(parents=True)
    path = nowhere / name
    path.write_bytes(archive)
    sha256 = hashlib.sha256(archive).hexdigest()
    assert len(cifar10(download=False, sha256=sha256).test_images) == 20
    assert capsys.readouterr().out == f"CIFAR-10 (unverified copy) from Keras's cache ({path}).\n"
    refusal(lambda: cifar10(download=False), path, "SHA-256", "-m course data")
    assert path.read_bytes() == archive


def test_a_damaged_folder_in_the_cache_is_reported_and_left_alone(capsys, files, archive, nowhere):
    damaged = put_in_cache(nowhere, files)
    (damaged / "data_batch_3").unlink()
    path = nowhere / "cifar-10-python.tar.gz"
    path.write_bytes(archive)
    cifar10(download=False, sha256=hashlib.sha256(archive).hexdigest())
    assert capsys.readouterr().out == (
        f"CIFAR-10 (unverified copy) from Keras's cache ({path}) "
        f"(not used: {damaged} is incomplete or damaged).\n"
    )
    assert len(list(damaged.iterdir())) == 6


def test_another_cache_can_be_named(capsys, files, tmp_path, nowhere):
    folder = put_in_cache(tmp_path / "elsewhere", files)
    cifar10(cache=str(tmp_path / "elsewhere"), download=False)
    assert str(folder) in capsys.readouterr().out


def test_without_download_the_sentence_says_how_to_get_the_data(nowhere):
    words = ("-m course data", "COURSE_DATA_DIR", "--data", nowhere)
    refusal(lambda: cifar10(download=False), *words)
    assert not nowhere.exists()
