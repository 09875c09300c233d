"""Text in from any file, and out without ever leaving half a file."""

import codecs
import os
import stat
import zipfile

import pytest

from pinprick.errors import FileError
from pinprick.trial import text
from pinprick.trial.text import LARGEST, read_text, write_text

CSV = "day,treatment,pain,note\r\n2026-05-04,mat,4,müde – früh\r\n"


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode(),
        codecs.BOM_UTF8 + CSV.encode(),
        CSV.encode("utf-16"),
        codecs.BOM_UTF16_BE + CSV.encode("utf-16-be"),
        CSV.encode("utf-16-le"),
        CSV.encode("utf-16-be"),
        CSV.encode("utf-32"),
        CSV.encode("cp1252"),
    ],
    ids=["UTF-8", "UTF-8 mark", "UTF-16", "UTF-16 BE mark", "UTF-16 LE", "UTF-16 BE", "UTF-32", "Windows-1252"],
)
def test_every_usual_encoding_is_read_and_the_file_stays_as_it_was(tmp_path, data):
    path = tmp_path / "diary.csv"
    path.write_bytes(data)
    assert read_text(path) == CSV
    assert path.read_bytes() == data


def test_latin_1_is_read_where_windows_1252_has_a_hole():
    assert text.decode(b"day\nm\xfcde \x81", name="x") == "day\nmüde \x81"


def zipped(path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("measurements.csv", CSV)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.write_bytes(bytes(range(256)) * 9), ["not a text file", "0x00", "save the diary as CSV"]),
        (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x08" * 90), ["not a text file", "as CSV"]),
        (lambda path: path.write_bytes("day".encode("utf-16") + b"\x00"), ["not a text file", "as CSV"]),
        (zipped, ["ZIP archive or a spreadsheet", "save the sheet as CSV, or unpack"]),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(90)), ["old Excel workbook", "as CSV"]),
        (lambda path: path.write_bytes(b"%PDF-1.7\n"), ["is a PDF", "as CSV"]),
        (lambda path: path.write_bytes(b"\x1f\x8b\x08"), ["compressed", "unpack"]),
        (lambda path: path.write_bytes(b"SQLite format 3\0"), ["database", "as CSV"]),
        (lambda path: path.mkdir(), ["is a folder", "give a file in it"]),
        (lambda path: None, ["There is no file", "check the name"]),
    ],
    ids=["bytes", "picture", "odd", "zip", "xls", "pdf", "gzip", "sqlite", "folder", "absent"],
)
def test_what_is_no_text_is_refused_in_one_line(tmp_path, make, says):
    path = tmp_path / "diary.csv"
    make(path)
    with pytest.raises(FileError) as refused:
        read_text(path)
    message = str(refused.value)
    assert "\n" not in message
    assert "diary.csv" in message
    for words in says:
        assert words in message


def test_a_huge_file_is_refused_by_its_size_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "diary.csv"
    with path.open("wb") as file:
        file.truncate(2**30)  # a hole: it takes no room on the disk
    monkeypatch.setattr(type(path), "open", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(FileError, match=r"has 1,024 MiB, more than the 64 MiB .* give one person's diary"):
        read_text(path)


@pytest.mark.skipif(os.name != "posix", reason="no such devices elsewhere")
def test_what_hides_its_size_is_refused_once_it_is_too_long(monkeypatch):
    monkeypatch.setattr(text, "LARGEST", 1000)
    with pytest.raises(FileError, match="more than"):
        read_text("/dev/zero")
    assert LARGEST == 64 * 2**20


def test_a_file_is_replaced_whole_and_keeps_its_permissions(tmp_path):
    path = tmp_path / "diary.csv"
    path.write_text("before", encoding="utf-8")
    path.chmod(0o640)
    write_text("after ü", path)
    assert path.read_bytes() == "after ü".encode()
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["diary.csv"]  # noqa: PTH208 - the names, hidden ones too


@pytest.mark.skipif(os.name != "posix", reason="permissions of another kind")
def test_a_new_file_is_its_owners_alone_and_a_link_is_followed(tmp_path):
    path = tmp_path / "diary.csv"
    (tmp_path / "link.csv").symlink_to(path)
    write_text("day", tmp_path / "link.csv")
    assert path.read_text(encoding="utf-8") == "day"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (tmp_path / "link.csv").is_symlink()


def test_a_failed_write_leaves_what_was_there_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "diary.csv"
    path.write_text("before", encoding="utf-8")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError, match=r"diary\.csv cannot be written \(No space left on device\); choose"):
        write_text("after", path)
    assert path.read_text(encoding="utf-8") == "before"
    assert os.listdir(tmp_path) == ["diary.csv"]  # noqa: PTH208


@pytest.mark.parametrize("where", ["absent/diary.csv", "."], ids=["no folder", "a folder"])
def test_a_place_that_cannot_be_written_is_refused(tmp_path, where):
    with pytest.raises(FileError, match=r"cannot be written .* choose a folder"):
        write_text("day", tmp_path / where)


def test_half_a_character_is_refused(tmp_path):
    with pytest.raises(FileError, match="half a character"):
        write_text("day \ud800", tmp_path / "diary.csv")
