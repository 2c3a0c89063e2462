"""The Dockerfile without Docker: what it copies is there, and its commands work in order, in folders of their own."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.sites import PROJECT

from .test_installing import committed, run

DOCKERFILE: Final = (PROJECT / "Dockerfile").read_text()
_OF_THE_MACHINE: Final = re.compile(r"\s*&& useradd .*")
"""The user of the image; on this machine nobody is added."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """An instruction of the Dockerfile, with its lines joined."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.text)


def instructions() -> Iterator[Instruction]:
    lines = [line for line in DOCKERFILE.splitlines() if not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if line.strip():
            name, _space, text = line.partition(" ")
            yield Instruction(name, text)


@dataclass
class Machine:
    """
    Does what the instructions say, below a folder that takes the place of ``/``.

    All stages share the folder, so that what a stage copies from another one is there.
    """

    root: Path
    folder: Path = field(init=False)
    variables: dict[str, str] = field(default_factory=dict)

    def place(self, text: str) -> str:
        """Return a text with the folders of the image moved below the root."""
        return re.sub(r"(?<![\w.:/])/(srv|data)\b", rf"{self.root}/\1", text)

    def do(self, instruction: Instruction) -> None:
        match instruction.name:
            case "WORKDIR":
                self.folder = Path(self.place(instruction.text))
                self.folder.mkdir(parents=True, exist_ok=True)
            case "COPY":
                self.copy(instruction.words)
            case "RUN":
                command = _OF_THE_MACHINE.sub("", self.place(instruction.text))
                run(["sh", "-ec", command], self.folder, **self.variables)
            case "ENV":
                for word in shlex.split(self.place(instruction.text)):
                    name, _equals, value = word.partition("=")
                    self.variables[name] = value.replace("$PATH", os.environ["PATH"])
            case "FROM":
                self.variables = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
            case "USER" | "VOLUME":
                pass
            case other:
                raise AssertionError(f"{other} is not known here.")

    def copy(self, words: list[str]) -> None:
        *sources, target = words
        if sources[0].startswith("--from"):
            assert Path(self.place(sources[1])).exists()
            return
        for source in sources:
            for name in committed():
                if (inside := _inside(source, name)) is not None:
                    to = self.folder / target / inside
                    to.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(PROJECT / name, to)


def _inside(source: str, name: str) -> str | None:
    """Return the place in the target of a file that ``COPY`` copies; None for a file that it does not copy."""
    if source == ".":
        return name
    if name == source:
        return Path(name).name
    return name.removeprefix(f"{source}/") if name.startswith(f"{source}/") else None


def test_what_the_image_copies_is_in_the_project() -> None:
    names = committed()
    copied = [
        word for one in instructions() if one.name == "COPY" for word in one.words[:-1] if "--from" not in one.text
    ]
    assert copied
    for source in copied:
        assert source == "." or source in names or any(name.startswith(f"{source}/") for name in names), source


def test_what_compose_mounts_and_builds_is_in_the_project() -> None:
    services: dict[str, dict[str, Any]] = yaml.safe_load((PROJECT / "compose.yaml").read_text())["services"]
    mounts = [volume.split(":")[0] for service in services.values() for volume in service.get("volumes", ())]
    assert {mount for mount in mounts if mount.startswith("./")} == {"./deploy/nginx.conf"}
    assert (PROJECT / "deploy" / "nginx.conf").is_file()
    built = {name for name, service in services.items() if "build" in service}
    assert built == {"migrate", "web", "worker", "beat"}
    assert all(service.get("build", ".") == "." for service in services.values())


@pytest.mark.slow
def test_the_commands_of_the_image_work_in_order(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    for instruction in instructions():
        machine.do(instruction)
    static = tmp_path / "srv" / "static"
    assert (static / "admin").is_dir()
    assert (static / "content_libraries").is_dir()
    said = run(["gunicorn", "--version"], machine.folder, **machine.variables)
    assert said.startswith("gunicorn")
    assert run(["sh", "-c", "command -v celery"], machine.folder, **machine.variables).startswith(str(tmp_path))
    copied = {path.name for path in machine.folder.iterdir()}
    assert {"manage.py", "studio"} <= copied
