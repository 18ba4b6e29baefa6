"""CIFAR-10 from a path, from Keras's cache, or from a verified download.

Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009. The images carry no
stated licence, so the repository holds none of them.
"""

import hashlib
import io
import os
import pickle
import tarfile
from pathlib import Path

import numpy as np

from course.data.dataset import DataError, Dataset, check_images

FOLDER = "cifar-10-batches-py"
TRAIN_FILES = tuple(f"data_batch_{i}" for i in range(1, 6))
TEST_FILE = "test_batch"
META_FILE = "batches.meta"

# MD5 sums of the files in the official archive, as published with torchvision's CIFAR10 class.
OFFICIAL_MD5 = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
}

# A JPEG copy keeps its own image order, so the SHA-256 of its training labels gives it away
# whichever decoder wrote the pixels.
KNOWN_COPIES = {"61a4859c24addfde": "CIFAR-10 (JPEG copy)"}


class _Unpickler(pickle.Unpickler):
    """Build only what a CIFAR-10 batch is made of: dicts, lists, bytes, ints and NumPy arrays."""

    ALLOWED = {
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy.core.numeric", "_frombuffer"),
        ("numpy._core.numeric", "_frombuffer"),
        ("_codecs", "encode"),
    }

    def find_class(self, module, name):
        if (module, name) not in self.ALLOWED:
            raise DataError(f"it asks Python to load {module}.{name}, which no CIFAR-10 file needs")
        return super().find_class(module, name)


def _read_batch(content, where):
    try:
        batch = _Unpickler(io.BytesIO(content), encoding="bytes").load()
    except DataError as why:
        raise DataError(f"{where} was refused: {why}; get the archive again with 'python -m course data'.") from None
    except Exception as why:  # a broken pickle can raise nearly anything
        raise DataError(
            f"{where} is not a readable CIFAR-10 batch ({type(why).__name__}); "
            "get the archive again with 'python -m course data'."
        ) from None
    if not isinstance(batch, dict):
        raise DataError(f"{where} holds a {type(batch).__name__}, not the dict of a CIFAR-10 batch.")
    return {key.decode() if isinstance(key, bytes) else key: value for key, value in batch.items()}


def _images_and_labels(content, where):
    batch = _read_batch(content, where)
    for key in ("data", "labels"):
        if key not in batch:
            raise DataError(f"{where} has no {key!r}; a CIFAR-10 batch has 'data' and 'labels'.")
    planes = np.asarray(batch["data"])
    if planes.dtype != np.uint8:
        raise DataError(f"{where} holds data of dtype {planes.dtype}; CIFAR-10's is uint8.")
    if planes.ndim != 2 or planes.shape[1] != 3072:
        raise DataError(f"{where} holds data of shape {planes.shape}; CIFAR-10's is (N, 3072): 3 planes of 32x32.")
    try:
        labels = np.asarray(batch["labels"], dtype=np.int64)
    except (TypeError, ValueError):
        raise DataError(f"{where} holds labels that are not whole numbers.") from None
    if labels.shape != (len(planes),):
        raise DataError(f"{where} holds {len(planes)} images and labels of shape {labels.shape}.")
    images = np.ascontiguousarray(planes.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
    check_images(images, where)
    return images, labels


def _folder_reader(folder):
    def read(name):
        try:
            return (folder / name).read_bytes()
        except FileNotFoundError:
            raise DataError(
                f"{folder / name} is missing: the folder needs data_batch_1 to data_batch_5, test_batch and "
                "batches.meta; unpack the whole archive again or run 'python -m course data'."
            ) from None
        except OSError as why:
            raise DataError(f"{folder / name} can't be read ({why.strerror}); check its permissions.") from None

    return read


def _archive_reader(archive):
    try:
        with tarfile.open(archive) as tar:
            files = {}
            for member in tar:
                name = Path(member.name).name
                if member.isfile() and name in (*TRAIN_FILES, TEST_FILE, META_FILE):
                    files[name] = tar.extractfile(member).read()
    except (tarfile.TarError, OSError, EOFError) as why:
        raise DataError(
            f"{archive} is not a whole .tar.gz archive ({type(why).__name__}); delete it and run "
            "'python -m course data' to fetch it again."
        ) from None

    def read(name):
        if name not in files:
            raise DataError(f"{archive} holds no {name}; it is not the CIFAR-10 archive for Python.")
        return files.pop(name)

    return read


def read_cifar10(path):
    """Return CIFAR-10 from a folder or archive in the official layout.

    Parameters
    ----------
    path : str or pathlib.Path
        The folder `cifar-10-batches-py`, the folder that holds it, or `cifar-10-python.tar.gz`.

    Returns
    -------
    Dataset
        uint8 images, int64 labels, class names. `source` says whether the files are the official
        ones (by their MD5 sums), a copy this kit knows, or an unverified copy.

    Raises
    ------
    DataError
        When nothing is there, a batch is missing, or its content has the wrong form.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        folder = path if (path / META_FILE).exists() or path.name == FOLDER else path / FOLDER
        if not folder.is_dir():
            raise DataError(
                f"{path} holds no folder {FOLDER}: name the folder that you unpacked cifar-10-python.tar.gz into."
            )
        read, where = _folder_reader(folder), folder
    elif path.is_file():
        read, where = _archive_reader(path), path
    else:
        raise DataError(
            f"{path} does not exist: name a folder that holds {FOLDER}, or an archive cifar-10-python.tar.gz."
        )

    official, parts = True, {}
    for name in (*TRAIN_FILES, TEST_FILE):
        content = read(name)
        official = official and hashlib.md5(content, usedforsecurity=False).hexdigest() == OFFICIAL_MD5[name]
        parts[name] = _images_and_labels(content, where / name)
    meta = _read_batch(read(META_FILE), where / META_FILE)
    names = tuple(
        name.decode() if isinstance(name, bytes) else str(name) for name in meta.get("label_names", ())
    )
    if len(names) != 10:
        raise DataError(f"{where / META_FILE} names {len(names)} classes; CIFAR-10 has 10.")

    train_images = np.concatenate([parts[name][0] for name in TRAIN_FILES])
    train_labels = np.concatenate([parts[name][1] for name in TRAIN_FILES])
    if official:
        source = "CIFAR-10"
    else:
        source = KNOWN_COPIES.get(hashlib.sha256(train_labels).hexdigest()[:16], "CIFAR-10 (unverified copy)")
    return Dataset(train_images, train_labels, *parts[TEST_FILE], names, source)


def keras_cache():
    """Return the folder in which Keras keeps data sets: $KERAS_HOME/datasets or ~/.keras/datasets."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "datasets"
