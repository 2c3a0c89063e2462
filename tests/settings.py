"""Settings of the test suite: the host's settings on throw-away storage."""

import os
import tempfile

os.environ.setdefault("STUDIO_DATA_DIR", tempfile.mkdtemp(prefix="content-libraries-tests-"))
os.environ.setdefault("CELERY_TASK_ALWAYS_EAGER", "true")
os.environ.setdefault("LOG_LEVEL", "WARNING")

from studio.settings import *  # noqa: F403 - the environment has to be set first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# The processes of a parallel run have databases of their own, so they need search indexes of their own.
CONTENT_LIBRARIES_SEARCH_INDEX_DIR = os.path.join(
    os.environ["STUDIO_DATA_DIR"], "search", os.environ.get("PYTEST_XDIST_WORKER", "main")
)
