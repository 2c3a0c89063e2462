"""``docs/how-to-install.rst`` is true: what it shows, built from the wheel in an environment of its own, works."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from importlib.metadata import distribution
from pathlib import Path
from textwrap import dedent
from typing import Any, Final
from venv import EnvBuilder
from zipfile import ZipFile

import pytest
import requests
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.running import PATIENCE_SECONDS, free_port, wait_until
from tests.sites import PROJECT

pytestmark = pytest.mark.xdist_group("packaging")  # the distributions are built once

GUIDE: Final = PROJECT / "docs" / "how-to-install.rst"
BLOCK: Final = re.compile(r"^\.\. code-block:: \w+\n   :caption: (.+)\n\n((?:   .*\n|\n)+)", re.MULTILINE)
PASSWORD: Final = "correct horse battery staple"
LIBRARY: Final = "lib:MyOrg:first"


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sdist, built from what would be committed, and with the wheel, built from the sdist."""
    sources, folder = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("distributions")
    for name in committed():
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        (sources / name).write_bytes((PROJECT / name).read_bytes())
    run([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(sources)], sources)
    return folder


@pytest.fixture
def wheel(distributions: Path) -> Path:
    (built,) = distributions.glob("content_libraries-*.whl")
    return built


@pytest.fixture(scope="session")
def environment(distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A virtual environment without packages, and a package index that has the wheel."""
    folder = tmp_path_factory.mktemp("venv")
    EnvBuilder(with_pip=True).create(folder)
    return {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PIP_FIND_LINKS": f"{distributions} {os.environ.get('PIP_FIND_LINKS', '')}",
        "PIP_CONSTRAINT": str(PROJECT / "requirements" / "studio.txt"),
        "PIP_QUIET": "1",
    }


@pytest.fixture
def blocks() -> Mapping[str, str]:
    """The code of the guide, by its captions."""
    return {caption: dedent(text) for caption, text in BLOCK.findall(GUIDE.read_text())}


def committed() -> list[str]:
    """The files that would be committed, by their paths in the project."""
    listed = run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], PROJECT).splitlines()
    return [name for name in listed if (PROJECT / name).is_file()]


def run(command: list[str], folder: Path, **variables: str) -> str:
    """Run a command and return its output."""
    done = subprocess.run(  # noqa: S603
        command, cwd=folder, env=_inherited() | variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _inherited() -> dict[str, str]:
    """Return what a project needs of this machine's environment: programs, and the way to the package index."""
    passed = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or "proxy" in name.lower()}
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "C_FORCE_ROOT": "true", **passed}


def build_project(folder: Path, blocks: Mapping[str, str], database: str, environment: Mapping[str, str]) -> None:
    """Follow the guide up to the first command of the project."""
    run(["sh", "-ec", blocks["install.sh"]], folder, **environment)
    if driver := blocks.get(f"{database}, its driver"):
        run(["sh", "-ec", driver], folder, **environment)
    settings = folder / "mysite" / "settings.py"
    settings.write_text("\n".join([settings.read_text(), blocks[database], blocks["mysite/settings.py"]]))
    for name in ("urls", "celery", "__init__"):
        (folder / "mysite" / f"{name}.py").write_text(blocks[f"mysite/{name}.py"])


@contextmanager
def started(script: str, folder: Path, **variables: str) -> Iterator[None]:
    """Run a script of the guide in the background, and stop it as Ctrl-C does."""
    with (
        (folder / "log").open("ab") as log,
        subprocess.Popen(  # noqa: S603
            ["sh", "-ec", script],  # noqa: S607
            cwd=folder,
            env=_inherited() | variables,
            start_new_session=True,
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=PATIENCE_SECONDS)


def log_in(address: str) -> tuple[requests.Session, requests.Response]:
    """Open the site as a browser does, and log in; return the session and the page that is shown then."""
    session = requests.Session()
    wait_until(lambda: _listens(address))
    page = session.get(address)
    form = {"username": "operator", "password": PASSWORD, "csrfmiddlewaretoken": str(session.cookies["csrftoken"])}
    return session, session.post(page.url, form)


def _listens(address: str) -> bool:
    try:
        return requests.get(address, timeout=10).ok
    except requests.ConnectionError:
        return False


def check_site(address: str) -> None:
    """What the guide says is there, is there; a job is done by the worker."""
    session, page = log_in(address)
    assert (page.status_code, page.url) == (200, f"{address}/admin/")
    assert "/admin/content_libraries/contentlibrary/" in page.text

    def get(path: str) -> Any:
        return session.get(f"{address}{path}").json()

    assert [library["id"] for library in get("/api/libraries/v2/")] == [LIBRARY]
    library = get(f"/api/libraries/v2/{LIBRARY}/")
    assert (library["num_blocks"], library["has_unpublished_changes"]) == (61, False)
    assert get("/api/content_library/v1/search/?q=reuse")["count"] > 10
    assert session.get(f"{address}/admin/content_libraries/contentlibrary/").status_code == 200
    backup = f"/api/libraries/v2/{LIBRARY}/backup/"
    job = session.post(f"{address}{backup}", headers={"X-CSRFToken": str(session.cookies["csrftoken"])}).json()
    wait_until(lambda: get(f"{backup}?task_id={job['task_id']}")["state"] == "Succeeded")


def metadata_of(wheel: Path) -> Message:
    archive = ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    return message_from_bytes(archive.read(name))


def follow_the_guide(folder: Path, blocks: Mapping[str, str], database: str, environment: Mapping[str, str]) -> None:
    """Build the project of the guide on a database, run its commands, and look at the site."""
    build_project(folder, blocks, database, environment)
    said = run(
        ["sh", "-ec", blocks["first.sh"]],
        folder,
        **environment,
        COURSE=str(PROJECT / "studio" / "demo" / "course"),
        PASSWORD=PASSWORD,
    )
    assert LIBRARY in said
    run(["python", "manage.py", "check", "--fail-level", "WARNING"], folder, **environment)
    port = str(free_port())
    serving = blocks["serve.sh"].replace("8000", f"{port} --noreload")
    with started(serving, folder, **environment), started(blocks["work.sh"], folder, **environment):
        check_site(f"http://127.0.0.1:{port}")


def test_the_sdist_has_what_a_wheel_is_built_from(distributions: Path) -> None:
    (sdist,) = distributions.glob("content_libraries-*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"requirements/base.in", "setup.py", "README.rst", "LICENSE.txt", "CHANGELOG.rst"} <= names


def test_the_wheel_has_every_file_of_the_package(wheel: Path) -> None:
    packed = set(ZipFile(wheel).namelist())
    assert {name for name in committed() if name.startswith("content_libraries/")} - packed == set()
    assert not any(name.startswith(("studio/", "tests/", "benchmarks/")) for name in packed)


def test_the_package_index_can_show_what_it_says_of_itself(distributions: Path) -> None:
    files = [str(path) for path in distributions.iterdir()]
    said = run([sys.executable, "-m", "twine", "--no-color", "check", "--strict", *files], distributions)
    assert said.count("PASSED") == 2


def test_its_metadata_says_who_makes_it_and_where_it_runs(wheel: Path) -> None:
    said = metadata_of(wheel)
    assert [name for name in ("Author", "Summary", "Keywords", "Project-URL") if not said[name]] == []
    assert "AGPL-3.0-only" in {said["License"], said["License-Expression"]}
    versions = {
        name for name in said.get_all("Classifier", ()) if name.startswith("Programming Language :: Python :: 3.")
    }
    assert {name.rpartition(" ")[2] for name in versions} == {"3.12", "3.13"}
    assert "Framework :: Django :: 5.2" in said.get_all("Classifier", ())


def test_the_pages_say_how_many_packages_are_installed(wheel: Path) -> None:
    """The packages here are those of the host; the app needs a part of them."""
    needed = {"content-libraries"}
    pending = [Requirement(text) for text in metadata_of(wheel).get_all("Requires-Dist", ())]
    pending = [one for one in pending if one.marker is None or one.marker.evaluate({"extra": "tantivy"})]
    seen: set[str] = set()
    while pending:
        one = pending.pop()
        needed.add(canonicalize_name(one.name))
        if str(one) not in seen:
            seen.add(str(one))
            for text in distribution(one.name).requires or ():
                other = Requirement(text)
                if other.marker is None or any(other.marker.evaluate({"extra": name}) for name in ("", *one.extras)):
                    pending.append(other)
    for page in ("README.rst", "docs/how-to-install.rst"):
        (count,) = re.findall(r"(\d+)\s+(?:Python\s+)?packages", (PROJECT / page).read_text())
        assert int(count) == len(needed), page


def test_it_is_a_plugin_of_the_platform(wheel: Path) -> None:
    archive = ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith("/entry_points.txt"))
    assert "[cms.djangoapp]\ncontent_libraries = content_libraries.apps:ContentLibrariesConfig" in archive.read(
        name
    ).decode().replace("\r", "")


def test_a_host_on_a_real_site_has_nothing_to_be_warned_of(tmp_path: Path, blocks: Mapping[str, str]) -> None:
    """With the packages that are here, so that it is quick; the project is that of the guide."""
    python = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(PROJECT)}
    build_project(tmp_path, {**blocks, "install.sh": "django-admin startproject mysite ."}, "SQLite", python)
    with (tmp_path / "mysite" / "settings.py").open("a") as settings:
        settings.write(blocks["mysite/settings.py of a real site"])
    key = "abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    run(["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"], tmp_path, **python, SECRET_KEY=key)


@pytest.mark.slow
def test_the_guide_on_sqlite(tmp_path: Path, blocks: Mapping[str, str], environment: Mapping[str, str]) -> None:
    follow_the_guide(tmp_path, blocks, "SQLite", environment)


@pytest.mark.slow
@pytest.mark.services
def test_the_guide_on_postgresql(
    tmp_path: Path, blocks: Mapping[str, str], environment: Mapping[str, str], administer: Callable[[str], None]
) -> None:
    administer("PostgreSQL")
    follow_the_guide(tmp_path, blocks, "PostgreSQL", environment)


@pytest.mark.slow
@pytest.mark.services
def test_the_guide_on_mariadb(
    tmp_path: Path, blocks: Mapping[str, str], environment: Mapping[str, str], administer: Callable[[str], None]
) -> None:
    administer("MySQL")
    follow_the_guide(tmp_path, blocks, "MySQL", environment)


@pytest.fixture
def administer(blocks: Mapping[str, str]) -> Iterator[Callable[[str], None]]:
    """Run what the guide says for the administrator of a database server; clean up before and after."""
    used: list[str] = []

    def act(database: str) -> None:
        used.append(database)
        _as_administrator(database, CLEANING[database])
        _as_administrator(database, blocks[f"{database}, as its administrator"])

    yield act
    for database in used:
        _as_administrator(database, CLEANING[database])


CLEANING: Final = {
    "PostgreSQL": "DROP DATABASE IF EXISTS mysite WITH (FORCE); DROP ROLE IF EXISTS mysite;",
    "MySQL": "DROP DATABASE IF EXISTS mysite; DROP USER IF EXISTS mysite;",
}


def _as_administrator(database: str, statements: str) -> None:
    """Run statements one by one, as the administrator of the server on this machine."""
    with _connection(database) as connection, connection.cursor() as cursor:
        for statement in filter(None, (part.strip() for part in statements.split(";"))):
            cursor.execute(statement)


def _connection(database: str) -> Any:
    if database == "PostgreSQL":
        import psycopg

        return psycopg.connect("postgres://postgres@127.0.0.1:5432/postgres", autocommit=True)
    import pymysql

    return pymysql.connect(host="127.0.0.1", user="root")
