"""``manage.py import_course``: import a course, or a part of it, into a library."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypedDict, Unpack

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from content_libraries.imports import api as imports
from content_libraries.keys import course_key, library_key
from content_libraries.management.base import LibraryCommand, cut
from content_libraries.management.paths import whole_path, whole_path_named

from ...actors import Operator
from ...block_types.api import UNIT

# Strings, because argparse shows them in error messages, and would show the Python names of an enumeration.
_LEVELS: Final = [level.value for level in imports.Level]
_STRATEGIES: Final = [strategy.value for strategy in imports.OnRepeat]

_OTHER_OUTCOMES: Final = ("update", "restore", "keep", "skip", "failed")


class _Options(TypedDict):
    """The arguments that the command reads."""

    source: str
    library: str
    level: str
    on_repeat: str
    new_ids: bool
    with_drafts: bool
    source_key: str | None
    confirm_repeat: bool
    collection: str
    only: Sequence[str]
    keep_unused_files: bool
    forward: bool
    strict: bool
    dry_run: bool
    publish: bool


class Command(LibraryCommand):
    help = "Import a course, a legacy library or questions into a library, from a file, a folder or what the site has."

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "source",
            help=f"path of a folder with OLX or of a file (*{', *'.join(imports.upload_suffixes())});"
            " or a key, as course-v1:ORG+C+RUN",
        )
        parser.add_argument("library", metavar="lib:ORG:SLUG", help="key of the library")
        parser.add_argument("--level", choices=_LEVELS, default=imports.Level.SECTION.value)
        parser.add_argument("--on-repeat", choices=_STRATEGIES, default=imports.OnRepeat.SKIP.value)
        parser.add_argument("--new-ids", action="store_true", help="make IDs from titles; else the source's are kept")
        parser.add_argument("--with-drafts", action="store_true", help="read drafts of the archive too")
        parser.add_argument("--source-key", help="import it under this key instead of the source's own")
        parser.add_argument(
            "--confirm-repeat",
            action="store_true",
            help="the source is the course that was imported before, though most of it differs",
        )
        parser.add_argument(
            "--collection", metavar="KEY", default="", help="code of the collection to fill; made if new"
        )
        parser.add_argument(
            "--only", nargs="+", metavar="USAGE_KEY", default=(), help="only these, and what is in them"
        )
        parser.add_argument(
            "--keep-unused-files",
            action="store_true",
            help="bring files that nothing refers to, in a Text that links them",
        )
        parser.add_argument("--forward", action="store_true", help="let references to the source lead to the library")
        parser.add_argument("--strict", action="store_true", help="import nothing if a block cannot be read")
        parser.add_argument("--dry-run", action="store_true", help="only show what would be done")
        parser.add_argument("--publish", action="store_true", help="publish what is written")

    def run(self, user: User | Operator, **options: Unpack[_Options]) -> Mapping[str, object]:
        name = options["source"]
        if not imports.is_path(name):
            return self._run(user, **options)
        if not os.path.exists(name):
            raise CommandError(
                _(
                    "There is no file or folder %(path)s. Give the path of a folder with OLX, the path of a file whose"
                    " name ends in one of these: %(suffixes)s, or the key of what the site has, as"
                    " course-v1:ORG+COURSE+RUN."
                )
                % {"path": whole_path(name), "suffixes": ", ".join(imports.upload_suffixes())}
            )
        with whole_path_named(name, imports.SourceChangedError):
            return self._run(user, **options)

    def _run(self, user: User | Operator, **options: Unpack[_Options]) -> Mapping[str, object]:
        source = imports.named_source(options["source"], user=user, is_forwarded=options["forward"])
        if options["source_key"]:
            source = imports.as_source(source, key=course_key(options["source_key"]))
        plan = imports.plan_import(
            library_key(options["library"]),
            user=user,
            source=source,
            options=imports.ImportOptions(
                level=imports.Level(options["level"]),
                on_repeat=imports.OnRepeat(options["on_repeat"]),
                preserve_url_slugs=not options["new_ids"],
                with_drafts=options["with_drafts"],
                only=tuple(options["only"]),
                collection_code=options["collection"],
                make_collection=bool(options["collection"]),
                forward=options["forward"] or None,
                keep_unused_files=options["keep_unused_files"],
                confirm_repeat=options["confirm_repeat"],
            ),
            strict=options["strict"],
            progress=self.progress,
        )
        if unknown := imports.plan_report(plan)["unknown"]:
            example = plan.source_key.make_usage_key(UNIT, "ID")
            raise CommandError(
                _("Not in the source: %(blocks)s. Its blocks have keys of the form %(form)s.")
                % {"blocks": ", ".join(unknown), "form": example}
            )
        if options["dry_run"]:
            return {**imports.plan_report(plan), "blocks": imports.plan_rows(plan), "dry_run": True}
        if question := imports.question_of(plan):
            options_for_it = "--source-key, --on-repeat update, --on-repeat fork, --confirm-repeat"
            raise CommandError(f"{question} ({options_for_it})")
        result = imports.apply_import(
            plan, user=user, source=source, publish=options["publish"], progress=self.progress
        )
        return {**imports.result_report(result), "blocks": imports.plan_rows(plan)}

    def summarize(self, result: Mapping[str, Any]) -> str:
        made, there, actions = result["created"], result["counts"], result["actions"]
        lines = cut(list(imports.report_lines(result)), is_done=not result.get("dry_run"))
        others = {action: actions.get(action, 0) for action in _OTHER_OUTCOMES}
        created = [
            _("%(made)s of %(there)s %(kind)s created") % {"made": made[kind], "there": there[kind], "kind": _(kind)}
            for kind in there
        ]
        created += [f"{count} {words}" for count, words in imports.outcomes_in_words(others)]
        left_out = len(result["unsupported"])
        text = ngettext(
            "%(source)s → %(library)s: %(created)s, %(count)s block not supported.",
            "%(source)s → %(library)s: %(created)s, %(count)s blocks not supported.",
            left_out,
        )
        names = {"source": result["source"], "library": result["library"], "created": ", ".join(created)}
        lines.append(text % {**names, "count": left_out})
        if result.get("dry_run"):
            lines.append(_("Nothing was written: this was a dry run."))
        return "\n".join(lines)

    def failure(self, result: Mapping[str, Any]) -> str:
        return imports.unreadable_in_words(len(result["failed"]))
