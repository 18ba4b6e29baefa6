"""What the doctor says about images, memory, folders, processor and threads."""

import io
import os
import sys
import tarfile
from types import SimpleNamespace

import pytest

from course import doctor
from course.data.cifar10 import CACHED_ARCHIVES, CACHED_FOLDERS, FOLDER
from course.doctor import machine, software


def test_data_asked_to_be_shapes(healthy, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", "shapes")
    assert healthy.look("data").finding == "COURSE_DATA_DIR asks for the generated shapes."
    assert healthy.look("keras cache") is None


@pytest.mark.parametrize("inside", ["", FOLDER])
def test_data_from_a_folder(healthy, monkeypatch, inside):
    healthy.add_batches(healthy.home / "images" / FOLDER)
    monkeypatch.setenv("COURSE_DATA_DIR", str(healthy.home / "images" / inside))
    check = healthy.look("data")
    assert check.status == "ok" and str(healthy.home / "images") in check.finding


def test_data_from_an_archive(healthy, monkeypatch):
    archive = healthy.home / "cifar.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo(FOLDER + "/test_batch"), io.BytesIO())
    monkeypatch.setenv("COURSE_DATA_DIR", str(archive))
    assert healthy.look("data").status == "ok"
    archive.write_bytes(b"<html>not found</html>")
    check = healthy.look("data")
    assert check.status == "problem" and "not a whole .tar.gz" in check.finding


def test_a_wrong_data_folder(healthy, monkeypatch):
    monkeypatch.setenv("COURSE_DATA_DIR", str(healthy.home / "nowhere"))
    check = healthy.look("data")
    assert check.status == "problem" and "nowhere does not exist" in check.finding
    assert "remove the variable" in check.fix
    healthy.add_batches(healthy.home / "nowhere" / FOLDER, leave_out=["data_batch_3"])
    assert "has no data_batch_3." in healthy.look("data").finding
    # A folder of another name is looked into where `read_cifar10` would.
    healthy.add_batches(healthy.home / "mine", leave_out=["batches.meta"])
    monkeypatch.setenv("COURSE_DATA_DIR", str(healthy.home / "mine"))
    assert healthy.look("data").finding.endswith("mine has no batches.meta.")
    monkeypatch.setenv("COURSE_DATA_DIR", str(healthy.work))
    assert f"holds no folder {FOLDER}" in healthy.look("data").finding


@pytest.mark.parametrize("name", CACHED_FOLDERS)
def test_data_from_a_folder_in_the_cache(healthy, name):
    healthy.add_batches(healthy.cache / name)
    assert healthy.look("data").finding == f"CIFAR-10 from Keras's cache ({healthy.cache / name})."


@pytest.mark.parametrize("name", CACHED_ARCHIVES)
def test_data_from_an_archive_in_the_cache(healthy, monkeypatch, name):
    healthy.cache.mkdir(parents=True)
    with tarfile.open(healthy.cache / name, "w:gz"):
        pass
    check = healthy.look("data")
    assert check.status == "note" and "bytes, not 170,498,071" in check.finding
    monkeypatch.setattr(machine, "ARCHIVE_BYTES", (healthy.cache / name).stat().st_size)
    assert healthy.look("data").finding == f"CIFAR-10 from Keras's cache ({healthy.cache / name})."


def test_no_data(healthy):
    check = healthy.look("data")
    assert check.status == "note" and "generated shapes" in check.finding
    assert "-m course data" in check.fix and doctor.main() == 0
    assert not healthy.cache.exists(), "looking must not make folders"


def test_memory(healthy):
    assert healthy.look("memory").finding == "8.2 GB, of which 6.1 GB is free now."
    healthy.meminfo.write_text("MemTotal: 8000000 kB\nMemAvailable: 700000 kB\n")
    check = healthy.look("memory")
    assert check.status == "note" and "0.7 GB is free" in check.finding
    healthy.meminfo.write_text("MemTotal: 1000000 kB\nMemAvailable: 700000 kB\n")
    check = healthy.look("memory")
    assert check.status == "problem" and "2 GB is needed" in check.finding
    healthy.meminfo.write_text("MemTotal: 1930000 kB\nMemAvailable: 1500000 kB\n")
    assert healthy.look("memory").status == "ok", "what a 2 GB machine shows"


@pytest.mark.parametrize("group", [2, 1])
@pytest.mark.parametrize(
    ("limit", "status", "words"),
    [
        (2_000_000_000, "ok", "2.0 GB, of which 1.6 GB"),
        (1_000_000_000, "problem", "1.0 GB, of which 0.6 GB"),
        (2**63 - 4096, "ok", "8.2 GB, of which 6.1 GB"),  # how version 1 says that there is no limit
    ],
)
def test_the_limit_of_a_container_counts(healthy, group, limit, status, words):
    if group == 2:
        folder, names = healthy.cgroup, ("memory.max", "memory.current")
    else:
        folder, names = healthy.cgroup / "memory", ("memory.limit_in_bytes", "memory.usage_in_bytes")
        folder.mkdir()
    (folder / names[0]).write_text(f"{limit}\n")
    (folder / names[1]).write_text("700000000\n")
    (folder / "memory.stat").write_text(f"anon 1\n{'' if group == 2 else 'total_'}inactive_file 300000000\n")
    check = healthy.look("memory")
    assert check.status == status and check.finding.startswith(words)


def test_a_container_without_a_limit(healthy):
    (healthy.cgroup / "memory.max").write_text("max\n")
    assert healthy.look("memory").finding.startswith("8.2 GB")


def test_memory_elsewhere(healthy, monkeypatch):
    healthy.meminfo.unlink()
    usage = SimpleNamespace(total=16e9, available=9e9)
    monkeypatch.setitem(sys.modules, "psutil", SimpleNamespace(virtual_memory=lambda: usage))
    assert healthy.look("memory").finding == "16.0 GB, of which 9.0 GB is free now."
    monkeypatch.setitem(sys.modules, "psutil", None)
    check = healthy.look("memory")
    assert check.status == "note" and "unknown" in check.finding


def test_read_only_folders(healthy, monkeypatch):
    def refuse(dir):
        raise PermissionError(13, "Permission denied", str(dir))

    monkeypatch.setattr(machine.tempfile, "TemporaryFile", refuse)
    check = healthy.look("this folder")
    assert check.status == "problem"
    assert f"{healthy.work} can't be written to (Permission denied)" in check.finding
    check = healthy.look("keras cache")
    assert check.status == "note" and "KERAS_HOME" in check.fix
    assert doctor.main() == 1


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_a_folder_without_write_permission(healthy):
    healthy.work.chmod(0o500)
    assert healthy.look("this folder").status == "problem"


def test_a_cache_that_is_a_file(healthy):
    (healthy.home / ".keras").write_text("in the way")
    check = healthy.look("keras cache")
    assert check.status == "note" and "can't be written to" in check.finding


def test_a_full_disk(healthy, monkeypatch):
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda path: SimpleNamespace(free=150e6))
    assert healthy.look("this folder").status == "ok"
    check = healthy.look("keras cache")
    assert check.status == "note" and "150 MB free and needs 205 MB" in check.finding
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda path: SimpleNamespace(free=1e6))
    assert healthy.look("this folder").status == "problem"


@pytest.mark.parametrize(
    ("kind", "flags", "cores", "status", "finding"),
    [
        ("x86_64", "flags : avx avx2", 2, "ok", "2 cores (x86_64), avx2 yes, avx512_bf16 no, amx_bf16 no."),
        (
            "AMD64", "flags : avx avx2 amx_bf16", 3, "ok",
            "3 cores (amd64), avx2 yes, avx512_bf16 no, amx_bf16 yes.",
        ),  # fmt: skip
        ("x86_64", "flags : avx avx2", 1, "note", "1 core (x86_64), avx2 yes, avx512_bf16 no, amx_bf16 no."),
        ("x86_64", "flags : avx", 2, "note", "2 cores (x86_64), avx2 no, avx512_bf16 no, amx_bf16 no."),
        ("x86_64", "flags : sse2", 2, "problem", "2 cores (x86_64) without AVX, which TensorFlow needs."),
        ("aarch64", "Features : fp bf16", 8, "ok", "8 cores (aarch64), bf16 yes."),
        ("riscv64", "isa : rv64", 8, "ok", "8 cores (riscv64); its instructions are unknown here."),
    ],
)
def test_processor(healthy, monkeypatch, kind, flags, cores, status, finding):
    monkeypatch.setattr(machine.platform, "system", lambda: "Linux")
    healthy.kind, healthy.cores = kind, cores
    healthy.cpuinfo.write_text(f"processor : 0\n{flags}\n")
    check = healthy.look("processor")
    assert (check.status, check.finding) == (status, finding)


def test_tensorflow_is_not_imported_where_that_would_kill_python(healthy, monkeypatch):
    healthy.cpuinfo.write_text("flags : sse2\n")
    monkeypatch.setattr(software, "import_keras", lambda: pytest.fail("this ends the process"))
    assert healthy.look("tensorflow") is None and healthy.look("processor").status == "problem"


@pytest.mark.parametrize(
    ("kind", "answers", "status", "words"),
    [
        ("arm64", {"arm.FEAT_BF16": "1"}, "ok", "bf16 yes"),
        ("arm64", {"arm.FEAT_BF16": "0"}, "ok", "bf16 no"),
        ("x86_64", {"avx1_0": "1", "avx2_0": "1"}, "ok", "avx2 yes"),
        ("x86_64", {"avx1_0": "0", "avx2_0": "0"}, "problem", "without AVX"),
        ("x86_64", {}, "ok", "unknown"),
    ],
)
def test_processor_of_a_mac(healthy, monkeypatch, kind, answers, status, words):
    def run(command, **options):
        return SimpleNamespace(stdout=answers.get(command[2].replace("hw.optional.", "", 1), "") + "\n")

    healthy.kind = kind
    healthy.cpuinfo.unlink()
    monkeypatch.setattr(machine.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(machine.subprocess, "run", run)
    check = healthy.look("processor")
    assert check.status == status and words in check.finding


@pytest.mark.parametrize(
    ("setting", "quota", "status", "words"),
    [
        ("", "", "ok", "is not set, so TensorFlow computes with 4 threads on 4 cores"),
        ("4", "", "ok", "is 4,"),
        ("0", "", "ok", "4 threads on 4 cores"),
        ("many", "", "ok", "is many, so TensorFlow computes with 4 threads"),
        ("1", "", "note", "1 thread on 4 cores"),
        ("9", "", "note", "9 threads on 4 cores"),
        ("", "100000 100000", "note", "4 threads on 1 core."),
        ("1", "100000 100000", "ok", "1 thread on 1 core."),
        ("", "50000 100000", "note", "4 threads on 1 core."),
        ("", "max 100000", "ok", "4 threads on 4 cores"),
    ],
)
def test_threads(healthy, monkeypatch, setting, quota, status, words):
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", setting)
    (healthy.cgroup / "cpu.max").write_text(quota)
    check = healthy.look("threads")
    assert check.status == status and words in check.finding
