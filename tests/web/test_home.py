"""The folder of a person's own data: its owner's alone, and a secret that is one."""

import os
import stat
import subprocess
import sys

import pytest

from pinprick.errors import FileError
from pinprick_web import home

posix = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PINPRICK_HOME", str(tmp_path / "deep" / "home"))
    monkeypatch.delenv("PINPRICK_SECRET_KEY", raising=False)
    return tmp_path / "deep" / "home"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_the_folder_and_all_in_it_are_its_owner_s_alone(folder):
    folder.mkdir(parents=True, mode=0o755)
    assert home.home() == folder
    home.secret_key()
    assert mode(folder) == 0o700
    assert mode(home.backups_path()) == 0o700
    assert mode(folder / "secret") == 0o600


def test_a_folder_that_cannot_be_made_is_named_in_one_line(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PINPRICK_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(FileError, match="name another one in PINPRICK_HOME") as error:
        home.home()
    assert "\n" not in str(error.value)


def test_without_a_name_the_folder_is_where_the_system_keeps_a_person_s_data(monkeypatch):
    from platformdirs import user_data_path

    monkeypatch.delenv("PINPRICK_HOME")
    asked = []
    monkeypatch.setattr("pathlib.Path.mkdir", lambda self, **more: asked.append(self))
    monkeypatch.setattr(home, "is_open_to_others", lambda path: False)
    assert home.home() == asked[0] == user_data_path("pinprick", appauthor=False)


def test_the_secret_is_drawn_once_for_each_folder_and_stays(folder, tmp_path, monkeypatch):
    first = home.secret_key()
    assert home.secret_key() == first
    assert len(first) >= home.LEAST_SECRET
    monkeypatch.setenv("PINPRICK_HOME", str(tmp_path / "another"))
    assert home.secret_key() != first


@pytest.mark.parametrize("given", ["", "short", "a" * 80, "0123456789" * 4])
def test_a_secret_that_is_none_is_refused(folder, monkeypatch, given):
    monkeypatch.setenv("PINPRICK_SECRET_KEY", given)
    with pytest.raises(FileError, match="drawn at random"):
        home.secret_key()
    assert not (folder / "secret").exists()


def test_a_secret_of_one_s_own_is_taken(folder, monkeypatch):
    given = "".join(chr(ord("a") + i % 26) for i in range(60))
    monkeypatch.setenv("PINPRICK_SECRET_KEY", given)
    assert home.secret_key() == given
    assert not (folder / "secret").exists()


def test_tests_have_a_home_of_their_own():
    """Where this is not so, a test would write into somebody's diary."""
    assert os.environ["PINPRICK_HOME"].rsplit(os.sep, 1)[-1].startswith("pinprick-test-")
    done = subprocess.run(
        [sys.executable, "-c", "from pinprick_web import settings; print(settings.DATABASES['default']['NAME'])"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(os.environ["PINPRICK_HOME"])
