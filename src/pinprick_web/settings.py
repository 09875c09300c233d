"""The site's settings: one file, read from the environment; what is not said there is safe for one person at home."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

from csp.constants import NONE, SELF

from pinprick_web import engine

engine.install()  # before anything below asks for sqlite3

from pinprick_web.home import database_path, home, secret_key  # noqa: E402 - after the engine

HERE = Path(__file__).resolve().parent

SECRET_KEY = secret_key()
DEBUG = False
HOSTS = tuple(filter(None, os.environ.get("PINPRICK_HOSTS", "").split(",")))
HOSTED = bool(HOSTS)  # reached from elsewhere, through https; see server.py
READ_ONLY = "PINPRICK_READ_ONLY" in os.environ  # set by server.py where a newer Pinprick made the database
ALLOWED_HOSTS = [*HOSTS, "localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "pinprick_web.people",
    "pinprick_web.trials",
]
MIDDLEWARE = [
    "pinprick_web.guard.Headers",
    "django.middleware.gzip.GZipMiddleware",  # its random padding keeps lengths from telling what a page holds
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "pinprick_web.guard.Trouble",
    "pinprick_web.read_only.ReadOnly",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pinprick_web.people.middleware.JustMe",
]
ROOT_URLCONF = "pinprick_web.urls"
WSGI_APPLICATION = "pinprick_web.wsgi.application"
AUTH_USER_MODEL = "people.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "pinprick_web.frame.frame",
            ],
            "loaders": [("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"])],
            "builtins": ["pinprick_web.tags", "django.templatetags.i18n", "django.templatetags.static"],
        },
    },
]

if "PINPRICK_POSTGRES" in os.environ:  # a service or connection name: "service=pinprick"
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "CONN_MAX_AGE": 600,
            "OPTIONS": {"service": os.environ["PINPRICK_POSTGRES"]},
        }
    }
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": database_path(),
            "CONN_MAX_AGE": 600,  # opening one for each request is what makes Django on SQLite slow
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",  # a write waits its turn at its start, not at its end
                "timeout": 10,
                "init_command": engine.init_command(engine.journal_mode(), read_only=READ_ONLY),
            },
        }
    }

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # what a person ticks while the safety questions are open: in memory for an hour, and nowhere else
    "sitting": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "sitting", "TIMEOUT": 3600},
}

# --- words ----------------------------------------------------------------------------------------------

USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [HERE / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"  # instants are kept in UTC; a person's days are on their own calendar (clock.py)

# --- static files ---------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = home() / "static"
LOOK = files("pinprick").joinpath("look")
STATICFILES_DIRS = [HERE / "static", home() / "look"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 0 if DEBUG else 60
WHITENOISE_ALLOW_ALL_ORIGINS = False

# --- what may be sent, and what a browser may do --------------------------------------------------------

DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000  # a form of ours has a few hundred bytes
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_MAX_MEMORY_SIZE = 33 * 2**20  # an import is looked at in memory and never lies in a temporary file

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "report-uri": ["/csp-report/"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # not "no-referrer": a browser then sends its own forms from origin "null"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = HOSTED
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HOSTED else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HOSTED else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HOSTED
CSRF_COOKIE_NAME = "__Host-csrf" if HOSTED else "csrf"  # the prefix is only for https
CSRF_COOKIE_SECURE = HOSTED
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "pinprick_web.pages.form_expired"

# --- nothing of a person's in a log ---------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "CRITICAL"},  # its records carry the request; guard.Trouble says what happened
        "django.security": {"level": "ERROR"},
        "django.db.backends": {"level": "ERROR"},
    },
}
