"""
Makes the served copy of a built frontend, with a compressed variant beside each file.

WhiteNoise serves such variants, but does not make them while it runs. The build itself is not changed: it may be
read-only, or belong to another system user.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.conf import settings
from django.templatetags.static import static
from whitenoise.compress import Compressor

_SCRIPTS: Final = frozenset({".js", ".mjs"})
_MAKING: Final = "making-"
_KEPT: Final = 2
"""How many older copies stay: processes that are about to end serve one still."""


def served_copy(build: Path, folder: Path) -> Path:
    """
    Return the copy of a build.

    The first call for a build makes the copy.

    Args:
        build: folder that the frontend's build wrote.
        folder: where copies are kept; one for each state of a build.

    Processes that start at the same time may make it at the same time: one of them wins.
    """
    pictures = {address: static(path) for address, path in settings.FRONTEND_PICTURES.items()}
    copy = folder / _fingerprint(build, pictures)
    if not copy.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _forget_old_copies(folder)
        with tempfile.TemporaryDirectory(dir=folder, prefix=_MAKING) as workplace:
            made = Path(workplace) / "build"
            _write_copy(build, made, pictures)
            try:
                made.rename(copy)
            except OSError:
                if not copy.is_dir():  # no other process was faster
                    raise
    return copy


def _fingerprint(build: Path, pictures: Mapping[str, str]) -> str:
    """
    Return a digest that differs between states of a build.

    It covers names, sizes and times of the build's files, and the pictures that are replaced in it.
    """
    digest = sha256(repr(sorted(pictures.items())).encode())
    for path in _files(build):
        stat = path.stat()
        digest.update(f"\n{path.relative_to(build)}\t{stat.st_size}\t{stat.st_mtime_ns}".encode())
    return digest.hexdigest()[:32]


def _files(build: Path) -> Iterator[Path]:
    return (path for path in sorted(build.rglob("*")) if path.is_file())


def _write_copy(build: Path, copy: Path, pictures: Mapping[str, str]) -> None:
    compressor = Compressor(quiet=True)
    for path in _files(build):
        target = copy / path.relative_to(build)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix in _SCRIPTS:
            target.write_bytes(_with_own_pictures(path.read_bytes(), pictures))
        else:
            shutil.copyfile(path, target)
        if compressor.should_compress(path.name):
            compressor.compress(str(target))


def _with_own_pictures(script: bytes, pictures: Mapping[str, str]) -> bytes:
    """Replace URLs of pictures on other sites, for which a frontend has no setting, by URLs of this site."""
    for address, own in pictures.items():
        script = script.replace(address.encode(), own.encode())
    return script


def _forget_old_copies(folder: Path) -> None:
    """Delete all but the newest copies. Processes that start at the same time delete the same copies."""
    copies = [path for path in folder.iterdir() if not path.name.startswith(_MAKING)]
    copies.sort(key=_last_change)
    for path in copies[:-_KEPT]:
        shutil.rmtree(path, ignore_errors=True)


def _last_change(path: Path) -> float:
    """Return when a path was last changed, in seconds; 0 if another process has deleted it meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
