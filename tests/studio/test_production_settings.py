"""The example of production: what it needs, and that it is as safe as Django can tell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
NEEDED = {
    "SECRET_KEY": "a" * 25 + "bcdefghijklmnopqrstuvwxyz0123456789",
    "ALLOWED_HOSTS": "studio.example.com",
    "DATABASE_URL": "sqlite://:memory:",  # the check opens no connection
    "CELERY_BROKER_URL": "redis://redis:6379/0",
    "CACHE_URL": "redis://redis:6379/1",
    "S3_BUCKET": "studio",
}


def check_deployment(data_dir: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROJECT),
        "DJANGO_SETTINGS_MODULE": "studio.settings_production",
        "STUDIO_DATA_DIR": str(data_dir),
        **variables,
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "ERROR", "--tag", "security"]
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603


def test_it_starts_and_its_cookies_and_redirects_are_secure(tmp_path: Path) -> None:
    done = check_deployment(tmp_path, **NEEDED)
    assert done.returncode == 0, done.stderr
    for warning in (
        "security.W004",
        "security.W008",
        "security.W009",
        "security.W012",
        "security.W016",
        "security.W018",
    ):
        assert warning not in done.stderr


def test_it_names_what_is_missing(tmp_path: Path) -> None:
    done = check_deployment(tmp_path, **{name: value for name, value in NEEDED.items() if name != "S3_BUCKET"})
    assert done.returncode != 0
    assert "S3_BUCKET" in done.stderr
