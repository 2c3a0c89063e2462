"""``manage.py backup_library``: write an archive of a library."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from socket import gethostname

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from content_libraries import keys
from content_libraries.backups import api
from content_libraries.management.base import LibraryCommand
from content_libraries.management.paths import whole_path

from ...actors import Operator


class Command(LibraryCommand):
    help = "Write an archive of a library, which restore_library and openedx-core read."
    summary = gettext_lazy(
        "Wrote {file}: {components} components, {containers} containers, {collections} collections, {files} files."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("library_key", metavar="lib:ORG:SLUG", help="key of the library")
        parser.add_argument("file", metavar="FILE", help="path of the archive, which must not exist yet")
        parser.add_argument("--deleted", action="store_true", help="also deleted items and collections")
        parser.add_argument("--history", action="store_true", help="also all versions")
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

    def run(
        self,
        user: User | Operator,
        *,
        library_key: str,
        file: str,
        deleted: bool,
        history: bool,
        item: list[str],
        collection: list[str],
        **_options: object,
    ) -> Mapping[str, object]:
        path = Path(file)
        if path.exists():
            raise CommandError(_("%(path)s exists already.") % {"path": whole_path(file)})
        options = api.BackupOptions(
            items=tuple(api.ref_of(keys.item_key(text)) for text in item),
            collections=tuple(collection),
            deleted=deleted,
            history=history,
        )
        self.progress(_("Backing up %(library)s …") % {"library": library_key})
        part = path.with_name(f"{path.name}.part")
        try:
            counts = api.write_backup(
                keys.library_key(library_key), part, user=user, origin=gethostname(), options=options
            )
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        kinds = ("components", "containers", "collections", "files", "deleted")
        return {"library_key": library_key, "file": file, **{kind: counts[kind] for kind in kinds}}
