"""CIFAR-10 from a path, from Keras's cache, or from a verified download.

Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009. The images carry no
stated licence, so the repository holds none of them.
"""

import hashlib
import io
import os
import pickle
import tarfile
import zlib
from pathlib import Path

import numpy as np
import pooch

from course._given import check_path
from course.data.dataset import DataError, Dataset
from course.data.download import FETCH, MIRRORS, NAME, SHA256, fetch

FOLDER = "cifar-10-batches-py"
TRAIN_FILES = tuple(f"data_batch_{i}" for i in range(1, 6))
TEST_FILE = "test_batch"
META_FILE = "batches.meta"
FILES = (*TRAIN_FILES, TEST_FILE, META_FILE)

# Where Keras 3 and Keras 2 keep the extracted folder and the archive, inside their cache.
CACHED_FOLDERS = (f"{FOLDER}-target/{FOLDER}", FOLDER)
CACHED_ARCHIVES = (f"{FOLDER}-target_archive", NAME, f"{FOLDER}.tar.gz")

# While COURSE_DATA_DIR is set, nothing is downloaded, and here nobody knows who named the path.
ANEW = f"name another copy of {NAME}; or name none, with COURSE_DATA_DIR unset, and run '{FETCH}'"

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
        raise DataError(f"{where} was refused: {why}; {ANEW}.") from None
    except Exception as why:  # a broken pickle can raise nearly anything
        raise DataError(f"{where} is not a readable batch ({type(why).__name__}): {ANEW}.") from None
    if not isinstance(batch, dict):
        raise DataError(f"{where} holds a {type(batch).__name__}, not the dict of a CIFAR-10 batch: {ANEW}.")
    return {_text(key): value for key, value in batch.items()}


def _text(value):
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _images_and_labels(content, where):
    batch = _read_batch(content, where)
    for key in ("data", "labels"):
        if key not in batch:
            raise DataError(f"{where} has no {key!r}, and a CIFAR-10 batch has 'data' and 'labels': {ANEW}.")
    planes, labels = _array(batch["data"], where), _array(batch["labels"], where)
    if planes.dtype != np.uint8:
        raise DataError(f"{where} holds data of dtype {planes.dtype}, where CIFAR-10 has uint8: {ANEW}.")
    if planes.ndim != 2 or planes.shape[1] != 3072 or not len(planes):
        raise DataError(f"{where} holds data of shape {planes.shape}, where CIFAR-10 has (N, 3072): {ANEW}.")
    whole = labels.shape == (len(planes),) and np.issubdtype(labels.dtype, np.integer)
    if not whole or labels.min() < 0 or labels.max() > 9:
        raise DataError(f"{where} does not hold {len(planes)} labels, whole numbers from 0 to 9: {ANEW}.")
    # The file has a red, a green and a blue plane after one another; an image has them pixel by pixel.
    return planes.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), labels.astype(np.int64)


def _array(value, where):
    try:
        return np.asarray(value)
    except ValueError:  # rows of unequal length
        raise DataError(f"{where} holds rows of unequal length: {ANEW}.") from None


def _folder_reader(folder):
    def read(name):
        try:
            return (folder / name).read_bytes()
        except FileNotFoundError:
            raise DataError(
                f"{folder / name} is missing, and the folder needs data_batch_1 to data_batch_5, test_batch "
                f"and batches.meta: {ANEW}."
            ) from None
        except OSError as why:
            raise DataError(f"{folder / name} can't be read ({why.strerror}): see its permissions.") from None

    return read


def _archive_reader(archive):
    files = {}
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                name = Path(member.name).name
                if member.isfile() and name in FILES:
                    files[name] = tar.extractfile(member).read()
            # gzip keeps its checksum at the very end, behind the last file, where tarfile does not look.
            while tar.fileobj.read(1 << 20):
                pass
    except PermissionError as why:
        raise DataError(f"{archive} can't be read ({why.strerror}): see its permissions.") from None
    except (tarfile.TarError, OSError, EOFError, zlib.error) as why:
        raise DataError(f"{archive} is not a whole .tar.gz archive ({type(why).__name__}): {ANEW}.") from None

    def read(name):
        if name not in files:
            raise DataError(f"{archive} holds no {name}, so it is not the CIFAR-10 archive for Python: {ANEW}.")
        return files.pop(name)

    return read


def folder_of_batches(path):
    """Return where a folder's batches lie, or should: in itself, or in the one it holds.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    pathlib.Path
    """
    itself = path.name == FOLDER or any((path / name).exists() for name in FILES)
    return path if itself else path / FOLDER


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
    # os.path.expanduser and os.path.isdir, because pathlib's raise errors of their own.
    path = Path(os.path.expanduser(check_path("path", path, DataError)))
    if os.path.isdir(path):
        folder = folder_of_batches(path)
        if not os.path.isdir(folder):
            raise DataError(f"{path} holds no {FOLDER}: name the folder that you unpacked {NAME} into.")
        read, where = _folder_reader(folder), folder
    elif os.path.isfile(path):
        read, where = _archive_reader(path), path
    else:
        raise DataError(f"{path} does not exist: name a folder that holds {FOLDER}, or an archive {NAME}.")

    official, train_images, train_labels = True, np.empty((0, 32, 32, 3), np.uint8), []
    for name in (*TRAIN_FILES, TEST_FILE):
        content = read(name)
        official = official and hashlib.md5(content, usedforsecurity=False).hexdigest() == OFFICIAL_MD5[name]
        images, labels = _images_and_labels(content, where / name)
        if name != TEST_FILE:
            # Put behind the others at once: joined at the end, all 150 MB would be there twice.
            train_images.resize((len(train_images) + len(images), 32, 32, 3), refcheck=False)
            train_images[-len(images) :] = images
            train_labels.append(labels)
    test_images, test_labels, train_labels = np.ascontiguousarray(images), labels, np.concatenate(train_labels)
    meta = _read_batch(read(META_FILE), where / META_FILE)
    names = meta.get("label_names")
    if not isinstance(names, (list, tuple)) or len(names) != 10:
        raise DataError(f"{where / META_FILE} does not name CIFAR-10's 10 classes: {ANEW}.")

    if official:
        source = "CIFAR-10"
    else:
        source = KNOWN_COPIES.get(hashlib.sha256(train_labels).hexdigest()[:16], "CIFAR-10 (unverified copy)")
    return Dataset(train_images, train_labels, test_images, test_labels, tuple(map(_text, names)), source)


def cifar10(path=None, *, download=True, mirrors=MIRRORS, sha256=SHA256, cache=None):
    """Return CIFAR-10 from the first of three places: a path, Keras's cache, a verified download.

    Prints one line that says which. A path that was given is used or refused, never passed over.

    Parameters
    ----------
    path : str or pathlib.Path, optional
        A folder or an archive, as for `read_cifar10`. The environment variable COURSE_DATA_DIR
        stands in when it is left out.
    download : bool
        Whether to fetch the archive (170 MB) when it is not on this machine.
    mirrors : sequence of str
        URLs of the archive, tried in order.
    sha256 : str
        The archive's SHA-256 in hex. An archive that was not named by its path must match it.
    cache : str or pathlib.Path, optional
        Where to look and where to download to, instead of Keras's cache.

    Returns
    -------
    Dataset
        uint8 images of shape (N, 32, 32, 3), int64 labels, class names.

    Raises
    ------
    DataError
        When the path does not hold CIFAR-10, or the download fails or was not allowed.
    """
    given = os.environ.get("COURSE_DATA_DIR") or None if path is None else path
    if given is not None:
        try:
            data = read_cifar10(given)
        except DataError as why:
            raise DataError(f"COURSE_DATA_DIR is set, but {why}" if path is None else str(why)) from None
        print(f"{data.source} from {given}.")
        return data

    cache = keras_cache() if cache is None else check_path("cache", cache, DataError).expanduser()
    passed_over = []
    found = _in_cache(cache, sha256, passed_over)
    passed = f" (not used: {'; '.join(passed_over)})" if passed_over else ""
    if found is not None:
        data, where = found
        print(f"{data.source} from Keras's cache ({where}){passed}.")
        return data

    if not download:
        raise DataError(
            f"CIFAR-10 is not in {cache}{passed}: run '{FETCH}' to download it, or name a "
            "folder or archive that you have with COURSE_DATA_DIR or --data."
        )
    # The first name is the one that Keras looks for. A file that is there already is the user's.
    free = [cache / name for name in CACHED_ARCHIVES if not os.path.lexists(cache / name)]
    if not free:
        raise DataError(f"{cache} has no free name for {NAME}{passed}: move one of these files away.")
    data = read_cifar10(fetch(free[0], mirrors, sha256))
    print(f"{data.source} downloaded to {free[0]} and verified{passed}.")
    return data


def _in_cache(cache, sha256, passed_over):
    for folder in (cache / name for name in CACHED_FOLDERS):
        if os.path.isdir(folder):
            try:
                return read_cifar10(folder), folder
            except DataError:
                passed_over.append(f"{folder} is incomplete or damaged")
    for archive in (cache / name for name in CACHED_ARCHIVES):
        if os.path.isfile(archive):
            try:
                right = pooch.file_hash(archive) == sha256
            except OSError as why:
                passed_over.append(f"{archive} can't be read, {why.strerror}")
                continue
            if right:
                return read_cifar10(archive), archive
            passed_over.append(f"{archive} has the wrong SHA-256")
    return None


def keras_cache():
    """Return the folder in which Keras keeps data sets: $KERAS_HOME/datasets or ~/.keras/datasets."""
    home = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    return Path(os.path.expanduser(home)) / "datasets"
