"""``docs/how-to-install.rst`` is true: what it shows, built from the wheel in an environment of its own, works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from venv import EnvBuilder
from zipfile import ZipFile

import pytest

from tests.sites import PROJECT

GUIDE = PROJECT / "docs" / "how-to-install.rst"
BLOCK = re.compile(r"^\.\. code-block:: \w+\n   :caption: (\S+)\n\n((?:   .*\n|\n)+)", re.MULTILINE)
PACKAGE = PROJECT / "content_libraries"
MODULES = {".py", ".pyc"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from what would be committed."""
    sources, folder = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("wheel")
    listed = run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], PROJECT).splitlines()
    for name in listed:
        if (PROJECT / name).is_file():
            (sources / name).parent.mkdir(parents=True, exist_ok=True)
            (sources / name).write_bytes((PROJECT / name).read_bytes())
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(sources)], sources)
    (built,) = folder.glob("content_libraries-*.whl")
    return built


@pytest.fixture
def project(wheel: Path, tmp_path: Path) -> Path:
    """The project of the guide, with an environment that has nothing but the wheel and what it asks for."""
    environment, project = tmp_path / "venv", tmp_path / "project"
    EnvBuilder(with_pip=True).create(environment)
    project.mkdir()
    versions = PROJECT / "requirements" / "studio.txt"
    run(["pip", "install", "--quiet", "--constraint", str(versions), str(wheel)], project, environment)
    run(["django-admin", "startproject", "mysite", "."], project, environment)
    for name, code in blocks().items():
        file = project / name
        kept = file.read_text() if name == "mysite/settings.py" else ""
        file.write_text(f"{kept}\n{code}")
    return project


def blocks() -> dict[str, str]:
    """What the guide shows of each file."""
    return {name: dedent(text) for name, text in BLOCK.findall(GUIDE.read_text())}


def run(command: list[str], folder: Path, environment: Path | None = None, **variables: str) -> str:
    """Run a command, in a virtual environment if one is given; its output."""
    inherited = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **pip_settings()}
    if environment is not None:
        inherited["PATH"] = f"{environment / 'bin'}{os.pathsep}{inherited['PATH']}"
    done = subprocess.run(  # noqa: S603
        command, cwd=folder, env=inherited | variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def pip_settings() -> dict[str, str]:
    """How this machine reaches its package index."""
    return {name: value for name, value in os.environ.items() if name.startswith("PIP_") or "proxy" in name.lower()}


def test_the_wheel_has_every_file_of_the_package(wheel: Path) -> None:
    packed = set(ZipFile(wheel).namelist())
    files = {path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {str(path.relative_to(PROJECT)) for path in files} - packed == set()
    assert not any(name.startswith(("studio/", "tests/", "benchmarks/")) for name in packed)


def test_the_package_index_can_show_what_it_says_of_itself(wheel: Path) -> None:
    assert "PASSED" in run([sys.executable, "-m", "twine", "--no-color", "check", "--strict", str(wheel)], wheel.parent)


def test_it_is_a_plugin_of_the_platform(wheel: Path) -> None:
    archive = ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith("/entry_points.txt"))
    assert "[cms.djangoapp]\ncontent_libraries = content_libraries.apps:ContentLibrariesConfig" in archive.read(
        name
    ).decode().replace("\r", "")


@pytest.mark.slow
def test_the_project_of_the_guide_migrates_imports_and_answers(project: Path) -> None:
    environment = project.parent / "venv"
    output = run(["sh", "-e", "first.sh"], project, environment, COURSE=str(PROJECT / "studio" / "demo" / "course"))
    assert "lib:MyOrg:first" in output
    assert run(["python", "manage.py", "check", "--fail-level", "WARNING"], project, environment)
    answer = dedent("""
        from django.conf import settings
        from django.contrib.auth.models import User
        from django.test import Client
        settings.ALLOWED_HOSTS.append("testserver")
        client = Client()
        client.force_login(User.objects.create_superuser("root"))
        library = client.get("/api/libraries/v2/lib:MyOrg:first/").json()
        print(library["num_blocks"], library["has_unpublished_changes"])
        print(client.get("/api/content_library/v1/search/?q=reuse").json()["count"] > 10)
        print(client.get("/admin/content_libraries/contentlibrary/").status_code)
    """)
    assert run(["python", "manage.py", "shell", "-v0", "-c", answer], project, environment).split() == [
        "61",
        "False",
        "True",
        "200",
    ]
