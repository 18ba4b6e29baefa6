"""A small CIFAR-10 in the official layout: random pixels, 20 images a batch."""

import io
import struct
import tarfile

import numpy as np
import pytest

NAMES = "airplane automobile bird cat deer dog frog horse ship truck".split()


def python2_batch(planes, labels):
    """Return the pickle that Python 2 wrote for a batch: the official archive holds such files."""

    def string(value):
        return b"T" + struct.pack("<i", len(value)) + value

    def number(value):
        return b"J" + struct.pack("<i", value)

    empty = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n" + number(0) + b"\x85U\x01b\x87R"
    dtype = b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNN" + number(-1) + number(-1) + b"K\x00tb"
    shape = number(planes.shape[0]) + number(planes.shape[1]) + b"\x86"
    array = empty + b"(K\x01" + shape + dtype + b"\x89" + string(planes.tobytes()) + b"tb"
    numbers = b"](" + b"".join(number(int(label)) for label in labels) + b"e"
    items = string(b"batch_label") + string(b"a batch") + string(b"labels") + numbers + string(b"data") + array
    return b"\x80\x02}(" + items + b"u."


def python2_meta(names):
    strings = b"".join(b"U" + bytes([len(name)]) + name.encode() for name in names)
    return b"\x80\x02}(U\x0blabel_names](" + strings + b"eu."


@pytest.fixture(scope="session")
def arrays():
    """The planes and labels of each batch, by file name."""
    rng = np.random.default_rng(2)
    names = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
    return {name: (rng.integers(0, 256, (20, 3072), np.uint8), np.arange(20) % 10) for name in names}


@pytest.fixture(scope="session")
def files(arrays):
    """The content of each official file, by name."""
    return {name: python2_batch(*parts) for name, parts in arrays.items()} | {"batches.meta": python2_meta(NAMES)}


@pytest.fixture(scope="session")
def archive(files):
    """The content of a small cifar-10-python.tar.gz."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


@pytest.fixture
def folder(files, tmp_path):
    """A folder `cifar-10-batches-py` with the official files in it."""
    out = tmp_path / "mine" / "cifar-10-batches-py"
    out.mkdir(parents=True)
    for name, content in files.items():
        (out / name).write_bytes(content)
    return out


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """No CIFAR-10 on this machine: neither a path in the environment nor anything in Keras's cache."""
    monkeypatch.delenv("COURSE_DATA_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path / "keras" / "datasets"
