"""The download, against a server on this machine that misbehaves in every way we have met."""

import _thread
import errno
import hashlib
import http.server
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from course import progress
from course.data import DataError, cifar10, download, read_cifar10

ARCHIVE = "cifar-10-batches-py-target_archive"
PART = "incomplete/cifar-10-python.tar.gz"


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers /KIND/... by the method of that name, which is told how often it was asked."""

    def do_GET(self):
        kind = self.path.split("/")[1]
        with self.server.counting:
            self.server.asked.append((kind, self.headers.get("Range")))
            times = sum(asked[0] == kind for asked in self.server.asked)
        try:
            getattr(self, kind)(times)
        except OSError:
            pass  # the client has gone

    def log_message(self, *_):
        pass

    def begin(self, content=None, ranges=True, **headers):
        """Send the head of an answer; return what its body should be."""
        content = self.server.content if content is None else content
        wanted = self.headers.get("Range") if ranges else None
        start = int(wanted[len("bytes=") : -1]) if wanted else 0
        if wanted and start >= len(content):
            self.send_error(416)
            return b""
        self.send_response(206 if wanted else 200)
        if wanted:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        for name, value in {"Content-Length": str(len(content) - start), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        return content[start:]

    def put(self, body):
        self.wfile.write(body)
        with self.server.counting:
            self.server.sent += len(body)

    def trickle(self, body):
        for i in range(0, len(body), 8192):
            self.put(body[i : i + 8192])
            time.sleep(0.004)

    def good(self, _):
        self.put(self.begin())

    def plain(self, _):
        self.put(self.begin(ranges=False))

    def chunked(self, _):
        self.protocol_version = "HTTP/1.1"
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        content = self.server.content
        for i in range(0, len(content), 5000):
            piece = content[i : i + 5000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")
        self.close_connection = True

    def labelled(self, _):
        self.put(self.begin(Content_Encoding="gzip", Content_Type="application/x-tar"))

    def slow(self, _):
        self.trickle(self.begin())

    def stall(self, _):
        body = self.begin()
        self.put(body[: len(body) // 3])
        self.server.stopping.wait(20)

    def silent(self, _):
        self.begin()
        self.server.stopping.wait(20)

    def mute(self, _):
        self.server.stopping.wait(20)

    def cut(self, times):
        body = self.begin()
        self.put(body[: len(body) // 2] if times == 1 else body)

    def cut_plain(self, times):
        body = self.begin(ranges=False)
        self.put(body[: len(body) // 2] if times == 1 else body)

    def always_cut(self, _):
        body = self.begin()
        self.put(body[: len(body) // 4])

    def hang_up(self, times):
        if times > 1:
            self.good(times)

    def busy_once(self, times):
        self.send_error(503) if times == 1 else self.good(times)

    def busy(self, _):
        self.send_error(503)

    def gone(self, _):
        self.send_error(404)

    def wrong(self, _):
        self.put(self.begin(bytes(len(self.server.content))))

    def web_page(self, _):
        self.put(self.begin(b"<html>Please log in.</html>", ranges=False, Content_Type="text/html; charset=utf-8"))

    def other_part(self, _):
        content = self.server.content
        self.send_response(206)
        self.send_header("Content-Range", f"bytes 0-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.put(content)

    def interrupt(self, _):
        body = self.begin()
        self.put(body[: len(body) // 2])
        arrived(self.server.part, len(body) // 3)
        _thread.interrupt_main()
        self.trickle(body[len(body) // 2 :])


@pytest.fixture
def server(archive):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.content, server.asked, server.sent = archive, [], 0
    server.counting, server.stopping = threading.Lock(), threading.Event()
    server.sha256 = hashlib.sha256(archive).hexdigest()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.stopping.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def get(monkeypatch, server, nowhere):
    """Call `cifar10` with mirrors that behave in the ways named."""
    monkeypatch.setattr(download, "PAUSES", (0.01, 0.01, 0.01))
    monkeypatch.setattr(download, "POLL", 0.01)

    def get(*kinds, sha256=None, **options):
        # A busy machine may take a while to answer. Only where silence is the point is it waited for.
        silence = {"stall", "silent", "mute"} & set(kinds)
        monkeypatch.setattr(download, "TIMEOUT", 1 if silence else 30)
        return cifar10(mirrors=urls(server, *kinds), sha256=sha256 or server.sha256, **options)

    return get


def urls(server, *kinds):
    with socket.create_server(("127.0.0.1", 0)) as free:
        refusing = free.getsockname()[1]
    ports = {kind: refusing if kind == "refusing" else server.server_port for kind in kinds}
    return [f"http://127.0.0.1:{ports[kind]}/{kind}/cifar-10-python.tar.gz" for kind in kinds]


def arrived(part, size):
    """Wait until `part` holds more than `size` bytes."""
    deadline = time.monotonic() + 60
    while not (part.exists() and part.stat().st_size > size) and time.monotonic() < deadline:
        time.sleep(0.01)


def listing(folder):
    """Return every file and folder below `folder`."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def refusal(call, *words):
    with pytest.raises(DataError) as caught:
        call()
    text = str(caught.value)
    assert "\n" not in text and ". " not in text and text.endswith("."), text
    for word in ("cifar-10-python.tar.gz", *words):
        assert str(word) in text, text
    return text


def keep(cache, content):
    """Leave `content` behind as an interrupted download would."""
    (cache / "incomplete").mkdir(parents=True)
    (cache / PART).write_bytes(content)


@pytest.mark.parametrize(
    "kinds",
    [
        ("good",),
        ("plain",),
        ("chunked",),
        ("labelled",),
        ("slow",),
        ("cut",),
        ("cut_plain",),
        ("hang_up",),
        ("busy_once",),
        ("stall", "good"),
        ("silent", "plain"),
        ("mute", "good"),
        ("always_cut", "good"),
        ("always_cut", "plain"),
        ("busy", "good"),
        ("gone", "good"),
        ("wrong", "good"),
        ("web_page", "good"),
        ("refusing", "good"),
        ("always_cut", "other_part", "good"),
        ("busy", "gone", "good"),
    ],
    ids="-".join,
)
def test_it_ends_in_the_right_data(get, nowhere, server, folder, capsys, kinds):
    data = get(*kinds)
    assert np.array_equal(data.train_images, read_cifar10(folder).train_images)
    assert listing(nowhere) == [ARCHIVE]
    assert (nowhere / ARCHIVE).read_bytes() == server.content
    out, err = capsys.readouterr()
    assert out == f"CIFAR-10 (unverified copy) downloaded to {nowhere / ARCHIVE} and verified.\n"
    assert err == ""
    before = len(server.asked)
    get(*kinds)
    assert len(server.asked) == before
    assert capsys.readouterr().out.startswith("CIFAR-10 (unverified copy) from Keras's cache")


NOTHING, A_PART = [], ["incomplete", PART]


@pytest.mark.parametrize(
    "kinds, reason, left",
    [
        (("stall",), "sent nothing for 1 s", A_PART),
        (("silent",), "sent nothing for 1 s", NOTHING),
        (("mute",), "gave no answer for 1 s", NOTHING),
        (("always_cut",), "cut the connection", A_PART),
        (("busy",), "answered 503", NOTHING),
        (("gone",), "answered 404", NOTHING),
        (("wrong",), "wrong SHA-256", NOTHING),
        (("wrong", "wrong"), "wrong SHA-256; 127.0.0.1 sent", NOTHING),
        (("web_page",), "a web page", NOTHING),
        (("refusing",), "can't be reached", NOTHING),
        (("gone", "busy", "refusing"), "answered 404; 127.0.0.1 answered 503; 127.0.0.1 can't", NOTHING),
        (("stall", "wrong"), "sent nothing for 1 s; 127.0.0.1 sent a file with the wrong SHA-256", NOTHING),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_it_ends_in_one_sentence(get, nowhere, server, capsys, kinds, reason, left):
    steps = ("-m course data", "COURSE_DATA_DIR", "--data", urls(server, *kinds)[0].split("/", 3)[3])
    text = refusal(lambda: get(*kinds), reason, *steps)
    assert listing(nowhere) == left
    assert ("MB kept in" in text) == (left == A_PART)
    assert capsys.readouterr() == ("", "")


def test_a_cut_connection_goes_on_where_it_stopped(get, server):
    get("cut")
    assert len(server.asked) == 2
    assert server.asked[0] == ("cut", None) and server.asked[1][1].startswith("bytes=")
    assert len(server.content) <= server.sent < 1.1 * len(server.content)


def test_without_ranges_it_starts_over(get, server):
    get("cut_plain")
    assert server.asked[1][1].startswith("bytes=")
    assert server.sent == len(server.content) // 2 + len(server.content)


def test_a_failed_call_is_gone_on_with_by_the_next(get, nowhere, server):
    text = refusal(lambda: get("always_cut"))
    kept = (nowhere / PART).read_bytes()
    assert len(server.asked) == 4 and len(kept) > len(server.content) / 2
    assert server.content.startswith(kept) and f"{len(kept) / 1e6:.1f} MB kept" in text
    server.sent = 0
    get("good")
    assert server.asked[-1] == ("good", f"bytes={len(kept)}-")
    assert server.sent == len(server.content) - len(kept)
    assert listing(nowhere) == [ARCHIVE]


def test_a_mirror_is_tried_four_times_and_only_where_that_may_help(get, server):
    refusal(lambda: get("busy", "gone", "stall"))
    assert [kind for kind, _ in server.asked] == ["busy"] * 4 + ["gone", "stall"]


def test_after_a_wrong_hash_the_next_mirror_starts_from_zero(get, server):
    get("wrong", "good")
    assert server.asked == [("wrong", None), ("good", None)]


def test_a_kept_part_with_wrong_content_costs_one_mirror(get, nowhere, server):
    keep(nowhere, b"x" * 1000)
    get("good", "plain")
    assert server.asked == [("good", "bytes=1000-"), ("plain", None)]
    assert listing(nowhere) == [ARCHIVE]


def test_a_part_that_is_whole_is_not_fetched_again(get, nowhere, server):
    keep(nowhere, server.content)
    get("good")
    assert server.asked == [("good", f"bytes={len(server.content)}-")] and server.sent == 0
    assert listing(nowhere) == [ARCHIVE]


def test_a_web_page_does_not_cost_the_part_that_is_kept(get, nowhere, server):
    keep(nowhere, server.content[:1000])
    refusal(lambda: get("web_page", "other_part"))
    assert (nowhere / PART).read_bytes() == server.content[:1000]


def test_the_right_hash_of_no_archive_is_the_readers_sentence(get, nowhere, server):
    server.content = b"This is no archive." * 1000
    sha256 = hashlib.sha256(server.content).hexdigest()
    for _ in range(2):  # fresh from the server, then from the cache
        with pytest.raises(DataError, match="is not a whole .tar.gz archive.*-m course data.*[.]$"):
            get("good", sha256=sha256)
        assert listing(nowhere) == [ARCHIVE]
    assert len(server.asked) == 1


def test_ctrl_c_keeps_what_has_arrived(get, nowhere, server):
    server.part = nowhere / PART
    # A test run in the background ignores the signal otherwise.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            get("interrupt")
    finally:
        signal.signal(signal.SIGINT, handler)
    assert listing(nowhere) == A_PART
    kept = (nowhere / PART).read_bytes()
    assert len(kept) > len(server.content) / 3 and server.content.startswith(kept)
    get("good")
    assert server.asked[-1] == ("good", f"bytes={len(kept)}-")
    assert listing(nowhere) == [ARCHIVE]


def test_a_killed_process_leaves_only_a_part_to_go_on_from(get, nowhere, server):
    call = f"from course.data import cifar10; cifar10(mirrors={urls(server, 'stall')!r}, sha256={server.sha256!r})"
    process = subprocess.Popen([sys.executable, "-c", call])
    arrived(nowhere / PART, 0)
    process.kill()
    process.wait()
    assert listing(nowhere) == ["incomplete", PART, "incomplete/lock"]
    get("good")
    assert server.asked[-1][1].startswith("bytes=")
    assert listing(nowhere) == [ARCHIVE]


def test_two_at_once_share_one_download(get, nowhere, server, capsys):
    results = []
    threads = [threading.Thread(target=lambda: results.append(get("slow"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(data.train_images) for data in results] == [100, 100]
    assert server.sent == len(server.content)
    assert listing(nowhere) == [ARCHIVE]
    assert "waiting for it" in capsys.readouterr().err


def test_a_wrong_archive_in_the_cache_is_left_alone(get, nowhere, server, capsys):
    nowhere.mkdir(parents=True)
    (nowhere / ARCHIVE).write_bytes(b"mine")
    get("good")
    assert listing(nowhere) == [ARCHIVE, "cifar-10-python.tar.gz"]
    assert (nowhere / ARCHIVE).read_bytes() == b"mine"
    out = capsys.readouterr().out
    assert out.endswith(f"and verified (not used: {nowhere / ARCHIVE} has the wrong SHA-256).\n")

    for name in ("cifar-10-python.tar.gz", "cifar-10-batches-py.tar.gz"):
        (nowhere / name).write_bytes(b"mine too")
    refusal(lambda: get("good"), nowhere / ARCHIVE, "move one of these files away")
    assert len(server.asked) == 1 and len(listing(nowhere)) == 3


def test_a_cache_that_cannot_be_made_is_one_sentence(get, tmp_path):
    (tmp_path / "file").write_text("")
    refusal(lambda: get("good", cache=tmp_path / "file" / "cache"), tmp_path / "file", "KERAS_HOME")
    assert (tmp_path / "file").read_text() == ""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_cache_without_permission_is_one_sentence(get, nowhere):
    nowhere.mkdir(parents=True)
    nowhere.chmod(0o500)
    refusal(lambda: get("good"), nowhere, os.strerror(errno.EACCES), "KERAS_HOME")
    assert listing(nowhere) == []


def test_a_full_disk_is_one_sentence_and_keeps_the_part(get, nowhere, server):
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # The system refuses to let a file grow past this, as it does on a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        refusal(lambda: get("good"), nowhere, os.strerror(errno.EFBIG), "KERAS_HOME", "0.1 MB kept in")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert listing(nowhere) == A_PART
    get("good")
    assert server.asked[-1] == ("good", "bytes=100000-")
    assert listing(nowhere) == [ARCHIVE]


class Stream(io.StringIO):
    def __init__(self, terminal):
        super().__init__()
        self.isatty = lambda: terminal


class Bar(progress.tqdm):
    def __init__(self, *args, **options):
        super().__init__(*args, **{"disable": False, **options})  # tqdm read TQDM_DISABLE when it was imported


@pytest.mark.parametrize("terminal", [True, False])
def test_a_terminal_gets_a_progress_bar_and_a_log_none(get, monkeypatch, terminal):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr(progress, "tqdm", Bar)
    monkeypatch.setattr(sys, "stderr", Stream(terminal))
    get("good")
    text = sys.stderr.getvalue()
    assert "cifar-10-python.tar.gz from 127.0.0.1" in text if terminal else text == ""


def test_keras_finds_the_download(get, nowhere, server, monkeypatch):
    """keras.datasets.cifar10 asks get_file for a name, and get_file looks for NAME_archive."""
    keras = pytest.importorskip("keras")
    module = sys.modules["keras.src.datasets.cifar10"]
    asked = {}

    def get_file(**options):
        asked.update(options)
        raise InterruptedError

    monkeypatch.setattr(module, "get_file", get_file)
    with pytest.raises(InterruptedError):
        keras.datasets.cifar10.load_data()
    assert asked["fname"] == "cifar-10-batches-py-target"
    assert asked["file_hash"] == download.SHA256

    get("good")
    asked |= {"file_hash": server.sha256, "origin": urls(server, "gone")[0], "cache_dir": str(nowhere.parent)}
    where = keras.utils.get_file(**asked)
    assert server.asked[-1][0] == "good"
    assert len(read_cifar10(where).train_images) == 100
    assert listing(nowhere)[:2] == ["cifar-10-batches-py-target", "cifar-10-batches-py-target/cifar-10-batches-py"]
