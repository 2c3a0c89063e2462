"""The example of production: what it needs, and that it is as safe as Django can tell."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from studio.secret_keys import check_secret_key
from studio.static_files import SiteStaticFiles
from tests.sites import site_environment

PROJECT = Path(__file__).resolve().parents[2]
NEEDED = {
    "SECRET_KEY": secrets.token_urlsafe(50),
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
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING", "--tag", "security"]
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603


def test_it_starts_and_its_cookies_and_redirects_are_secure(tmp_path: Path) -> None:
    done = check_deployment(tmp_path, **NEEDED)
    assert done.returncode == 0, done.stderr
    assert "security.W" not in done.stderr


def test_static_files_have_digests_and_those_of_the_platform_may_be_missing(tmp_path: Path) -> None:
    (tmp_path / "site.css").write_text("body {}")
    storage = SiteStaticFiles(location=str(tmp_path), base_url="/static/")
    list(storage.post_process({"site.css": (storage, "site.css")}))
    assert re.fullmatch(r"/static/site\.[0-9a-f]{12}\.css", storage.url("site.css"))
    assert storage.url("images/spinner.gif") == "/static/images/spinner.gif"
    environment = site_environment(tmp_path / "data", **NEEDED, DJANGO_SETTINGS_MODULE="studio.settings_production")
    command = [sys.executable, "manage.py", "diffsettings"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    assert "studio.static_files.SiteStaticFiles" in done.stdout


def test_names_may_be_written_with_spaces_between_them(tmp_path: Path) -> None:
    environment = site_environment(
        tmp_path,
        ALLOWED_HOSTS="studio.example.com, localhost",
        FRONTEND_ORIGINS="https://apps.example.com, https://example.com,",
    )
    command = [sys.executable, "manage.py", "diffsettings"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    assert "ALLOWED_HOSTS = ['studio.example.com', 'localhost']\n" in done.stdout
    assert "CORS_ALLOWED_ORIGINS = ['https://apps.example.com', 'https://example.com']" in done.stdout


def test_it_names_what_is_missing(tmp_path: Path) -> None:
    done = check_deployment(tmp_path, **{name: value for name, value in NEEDED.items() if name != "S3_BUCKET"})
    assert done.returncode != 0
    assert "S3_BUCKET" in done.stderr


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        (NEEDED["SECRET_KEY"][:49], "has 49 characters; it needs 50"),
        ("ab" * 40, "has 2 different characters"),
        (f"django-insecure-{NEEDED['SECRET_KEY']}", "contains “insecure”"),
        (f"Change-Me-{NEEDED['SECRET_KEY']}", "contains “change-me”"),
        ("abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789", "contains “0123456789”"),
    ],
    ids=["short", "monotonous", "of-django", "of-a-guide", "of-an-example"],
)
def test_it_refuses_a_key_that_somebody_could_guess(tmp_path: Path, key: str, problem: str) -> None:
    done = check_deployment(tmp_path, **NEEDED | {"SECRET_KEY": key})
    assert done.returncode != 0
    assert f"SECRET_KEY {problem}" in done.stderr
    assert "secrets.token_urlsafe(50)" in done.stderr
    assert key not in done.stderr


def test_the_key_that_the_message_makes_is_taken() -> None:
    for _number in range(1000):
        check_secret_key(secrets.token_urlsafe(50))


def read_by_settings() -> set[str]:
    """The variables that the settings of the host take from the environment."""
    code = "".join((PROJECT / "studio" / name).read_text() for name in ("settings.py", "settings_production.py"))
    needed = {"DATABASE_URL", "PROMETHEUS_MULTIPROC_DIR"}  # read by dj-database-url and by the metrics
    return needed | set(re.findall(r'(?:os\.environ(?:\.get)?[\[(]|_(?:flag|names)\()"([A-Z_0-9]+)"', code))


@pytest.fixture
def compose() -> Any:
    return yaml.safe_load((PROJECT / "compose.yaml").read_text())


def test_what_is_read_is_explained_and_what_is_explained_is_read() -> None:
    guide = (PROJECT / "docs" / "operations.rst").read_text()
    table = guide.partition("Environment\n---")[2].partition("A frontend\n---")[0]
    explained = set(re.findall(r"``([A-Z][A-Z_0-9]+)``", table)) - {"INFO"}  # a value
    elsewhere = {"DEMO_PASSWORD", "TLS_DIR"}  # read by the command that makes demo users, and by the proxy
    assert read_by_settings() <= explained
    assert explained <= read_by_settings() | elsewhere


def test_compose_gives_what_is_needed_and_nothing_that_is_not_read(compose: Any) -> None:
    keys_of_storage = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
    for name in ("migrate", "web", "worker", "beat"):
        given = set(compose["services"][name]["environment"])
        assert set(NEEDED) <= given, name
        assert given <= read_by_settings() | keys_of_storage | {"DJANGO_SETTINGS_MODULE"}, name


def test_compose_passes_on_whatever_else_the_guide_explains(compose: Any) -> None:
    """The file that the guide tells to write is read by each container, not only by Compose."""
    for name in ("migrate", "web", "worker", "beat"):
        assert compose["services"][name]["env_file"] == ".env", name
        blank = [variable for variable, value in compose["services"][name]["environment"].items() if ":-}" in value]
        assert not blank, "a variable that is not in the file is given, and blank, instead of its default"


def test_the_guide_names_what_compose_cannot_do_without() -> None:
    """What starts with these is shown by tests/journeys/test_production.py."""
    needed = set(re.findall(r"\$\{(\w+):\?\}", (PROJECT / "compose.yaml").read_text()))
    guide = (PROJECT / "docs" / "operations.rst").read_text()
    example = guide.partition(":caption: .env")[2].partition("Then ``docker")[0]
    assert needed <= set(re.findall(r"^   (\w+)=", example, re.M))


def test_compose_starts_with_its_example_values(compose: Any, tmp_path: Path) -> None:
    given = {
        name: value.replace(":?}", "}").replace("${", "given-").replace("}", "")
        for name, value in compose["services"]["web"]["environment"].items()
        if name
        not in {"DJANGO_SETTINGS_MODULE", "STUDIO_DATA_DIR", "PROMETHEUS_MULTIPROC_DIR"}
        | {"DATABASE_URL", "SECRET_KEY"}
    }
    done = check_deployment(tmp_path, **given, **{name: NEEDED[name] for name in ("DATABASE_URL", "SECRET_KEY")})
    assert done.returncode == 0, done.stderr


def test_production_is_locked_with_what_the_site_is_tested_with() -> None:
    """``make locks`` makes them anew, where a package came or went."""
    tested, production = (
        set(re.findall(r"^[\w.-]+==\S+", (PROJECT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE))
        for name in ("studio", "production")
    )
    assert tested - production == set()
    assert {pin.partition("==")[0] for pin in production - tested} >= {"psycopg-binary", "pymysql", "redis"}


def test_each_service_starts_again_says_whether_it_is_healthy_and_has_limited_logs() -> None:
    described = yaml.safe_load((PROJECT / "compose.yaml").read_text())["services"]
    ends_by_itself = {"migrate"}
    assert {name for name, service in described.items() if service.get("restart") != "unless-stopped"} == ends_by_itself
    assert {name for name, service in described.items() if "max-size" not in service["logging"]["options"]} == set()
    watched = {"web", "worker", "beat", "mysql", "redis", "cache"}
    assert {name for name in described if "healthcheck" in described[name]} >= watched


def test_a_full_cache_takes_no_message_from_the_broker() -> None:
    services = yaml.safe_load((PROJECT / "compose.yaml").read_text())["services"]
    variables = services["web"]["environment"]
    broker, cache = (urlsplit(variables[name]).hostname for name in ("CELERY_BROKER_URL", "CACHE_URL"))
    assert broker != cache
    assert "noeviction" in services[broker]["command"]
    assert "allkeys-lru" in services[cache]["command"]
