"""``manage.py restore_library``: restore an archive as a new library, or into one that exists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from socket import gethostname
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from content_libraries.backups import api
from content_libraries.backups.api import Collision, RestoreMode, RestoreOptions
from content_libraries.imports import api as imports
from content_libraries.keys import LibraryLocatorV2, item_key, library_key
from content_libraries.libraries.api import ContentLibrary
from content_libraries.management.base import LibraryCommand, cut
from content_libraries.management.paths import whole_path, whole_path_named

from ...actors import Operator


class Command(LibraryCommand):
    help = (
        "Restore an archive as a new library, or into one that exists. Into a library, drafts are written; publish them"
        " afterwards. An archive of a legacy (v1) library is migrated."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="path of the archive")
        parser.add_argument("target", metavar="lib:ORG:SLUG", help="key of the library")
        parser.add_argument("--mode", choices=[str(mode) for mode in RestoreMode], required=True)
        parser.add_argument(
            "--collision",
            choices=[str(rule) for rule in Collision],
            default=str(Collision.SKIP),
            help="what --mode add does with items that the library has with other content",
        )
        parser.add_argument(
            "--item",
            action="append",
            default=[],
            metavar="KEY",
            help="only this item and what it needs; can be repeated",
        )
        parser.add_argument(
            "--collection", action="append", default=[], metavar="CODE", help="only this collection; can be repeated"
        )
        parser.add_argument(
            "--drafts-only", action="store_true", help="leave published versions as they are in the modes that replace"
        )
        parser.add_argument(
            "--confirm", default="", metavar="lib:ORG:SLUG", help="the key once more, which --mode replace-all needs"
        )
        parser.add_argument(
            "--backup-to",
            metavar="FILE",
            help="where --mode replace-all writes its backup; a new file here if not given",
        )
        parser.add_argument(
            "--move-links", action="store_true", help="also link courses of the archived library to this library"
        )
        parser.add_argument("--dry-run", action="store_true", help="only show what would be done")

    def run(
        self,
        user: User | Operator,
        *,
        file: str,
        target: str,
        mode: str,
        collision: str,
        item: list[str],
        collection: list[str],
        drafts_only: bool,
        confirm: str,
        backup_to: str | None,
        move_links: bool,
        dry_run: bool,
        **_options: object,
    ) -> Mapping[str, object]:
        path, key = Path(file), library_key(target)
        if not path.is_file():
            raise CommandError(_("There is no file %(path)s.") % {"path": whole_path(file)})
        if not _is_zip(path):
            return self._migrate(user, file, key, mode=mode, dry_run=dry_run)
        chosen = RestoreOptions(
            mode=RestoreMode(mode),
            collision=Collision(collision),
            items=tuple(api.ref_of(item_key(text)) for text in item),
            collections=tuple(collection),
            drafts_only=drafts_only,
        )
        archive = self._read(path)
        if dry_run:
            result = api.plan_library_restore(key, archive, chosen, user=user)
        else:
            self.progress(_("Restoring %(library)s …") % {"library": key})
            result = api.restore_library(
                key,
                archive,
                path,
                chosen,
                user=user,
                confirmed=confirm,
                safety_copy=partial(_back_up, _backup_path(key, backup_to), user),
                with_links=move_links,
            )
        return {"dry_run": dry_run, **api.restore_report(result)}

    def _read(self, path: Path) -> api.Archive:
        try:
            return api.read_archive(path)
        except api.BrokenArchiveError as error:
            lines = cut([problem.message for problem in error.problems], is_done=False)
            raise CommandError("\n".join([str(error), *lines])) from error

    def _migrate(
        self, user: User | Operator, file: str, key: LibraryLocatorV2, *, mode: str, dry_run: bool
    ) -> Mapping[str, object]:
        """Migrate a legacy library."""
        if mode != RestoreMode.ADD:
            raise CommandError(
                _("%(path)s is not an archive of this kind of library. A legacy library is migrated with --mode add.")
                % {"path": whole_path(file)}
            )
        with whole_path_named(file):
            (result,) = imports.migrate_legacy_libraries(
                [imports.named_source(file, user=user)], user=user, into=key, dry_run=dry_run
            )
        if result.error:
            raise CommandError(result.error)
        return {"dry_run": dry_run, "library": result.library, "migrated": result.source, "redirects": result.redirects}

    def summarize(self, result: Mapping[str, Any]) -> str:
        done = not result["dry_run"]
        if "migrated" in result:
            text = _("%(source)s goes to %(library)s. References to it are redirected: %(redirects)s.")
            values = {"source": result["migrated"], "library": result["library"], "redirects": result["redirects"]}
            lines = [text % values]
        else:
            lines = cut(
                [
                    api.restore_action_in_words(item["action"], title=item["title"], key=item["target"])
                    for item in result["items"]
                ],
                is_done=done,
            )
            lines += [
                _("%(course)s: %(blocks)s links, %(left)s stay. %(error)s").strip()
                % {"course": each["course_key"], "blocks": each["blocks"], "left": each["left"], "error": each["error"]}
                for each in result["links"]
            ]
            if result["publications"]:
                lines.append(_("Published versions that change: %(count)s") % {"count": result["publications"]})
            lines.append(", ".join(f"{action}: {count}" for action, count in result["counts"].items() if count))
        if not done:
            lines.append(_("Nothing was written: this was a dry run."))
        return "\n".join(lines)


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def _backup_path(key: LibraryLocatorV2, given: str | None) -> Path:
    if given:
        return Path(given)
    return Path(f"{key.org}-{key.slug}-before-restore-{datetime.now(UTC):%Y-%m-%d-%H%M%S}.zip")


def _back_up(path: Path, user: User | Operator, library: ContentLibrary) -> None:
    if path.exists():
        raise CommandError(_("%(path)s exists already.") % {"path": whole_path(str(path))})
    api.write_backup(library.library_key, path, user=user, origin=gethostname())
