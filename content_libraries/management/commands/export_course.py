"""``manage.py export_course``: write a course of the course store as an OLX archive or folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from content_libraries.courses import api as courses
from content_libraries.keys import course_key
from content_libraries.management.base import LibraryCommand
from content_libraries.management.paths import whole_path, whole_path_named

from ...actors import Operator

_OTHER_ARCHIVES: Final = {".zip", ".tar", ".gz"}


class Command(LibraryCommand):
    help = (
        "Write a course as OLX, with its published blocks, drafts and files, for load_course or the import of Studio."
        " An archive that is there is replaced."
    )
    summary = gettext_lazy("{course} was written to {path}.")

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("course", help="course-v1:ORG+COURSE+RUN")
        parser.add_argument("path", help="a .tar.gz, or an empty or new folder")

    def run(self, user: User | Operator, *, course: str, path: str, **_options: object) -> Mapping[str, object]:
        key, target = course_key(course), _target(path)
        self.progress(_("Writing %(course)s to %(path)s …") % {"course": key, "path": target})
        with whole_path_named(path):
            courses.export_course(key, target, user=user)
        return {"course": str(key), "path": str(target)}


def _target(path: str) -> Path:
    """Return the whole path of an archive or folder. Raises CommandError if none can be written there."""
    target = Path(whole_path(path))
    is_folder, is_archive = target.is_dir(), target.name.endswith((".tar.gz", ".tgz"))
    if not is_folder and not is_archive and (target.exists() or target.suffix in _OTHER_ARCHIVES):
        raise CommandError(
            _("“%(path)s” is neither a .tar.gz nor an empty or new folder. Name one of them.") % {"path": target}
        )
    folder = target if is_folder else target.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CommandError(
            _("The folder “%(path)s” does not exist or cannot be written to. Name another one.") % {"path": folder}
        )
    return target
