"""The site under test, for tests and examples alike: settings whose home is a temporary folder of this process.

It stands here, above both tests/ and src/, because a home has to be named before anything reads Django's settings, and
pytest reads this file first wherever it is started. pytest-django would read settings that pyproject.toml names before
it, so none is named there.
"""

import atexit
import os
import shutil
import tempfile

import pytest

HOME = tempfile.mkdtemp(prefix="pinprick-test-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ["PINPRICK_HOME"] = HOME  # every process of xdist has its own
os.environ["DJANGO_SETTINGS_MODULE"] = "pinprick_web.settings"
for name in ("PINPRICK_SECRET_KEY", "PINPRICK_HOSTS", "PINPRICK_POSTGRES", "PINPRICK_READ_ONLY"):
    os.environ.pop(name, None)  # what a developer's shell says is no part of a test


@pytest.hookimpl(tryfirst=True)  # before pytest-django looks whether there are settings
def pytest_configure() -> None:
    """Read the settings, with static files as they lie: tests need no collected ones."""
    from django.conf import settings

    from pinprick_web.look import write_styles

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns where there is none
    write_styles(settings.STATICFILES_DIRS[1])
