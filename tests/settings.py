"""Settings of the test suite: the host's settings on throw-away storage."""

import atexit
import os
import shutil
import tempfile

if "STUDIO_DATA_DIR" not in os.environ:  # the processes of a parallel run inherit it from the first
    os.environ["STUDIO_DATA_DIR"] = tempfile.mkdtemp(prefix="content-libraries-tests-")
    atexit.register(shutil.rmtree, os.environ["STUDIO_DATA_DIR"], ignore_errors=True)
os.environ.setdefault("CELERY_TASK_ALWAYS_EAGER", "true")
os.environ.setdefault("LOG_LEVEL", "WARNING")

from studio.settings import *  # noqa: F403 - the environment has to be set first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Each client of a test would look through all static files of all packages.
WHITENOISE_AUTOREFRESH = True
# The processes of a parallel run have databases of their own, so they need search indexes of their own.
CONTENT_LIBRARIES_SEARCH_INDEX_DIR = os.path.join(
    os.environ["STUDIO_DATA_DIR"], "search", os.environ.get("PYTEST_XDIST_WORKER", "main")
)
