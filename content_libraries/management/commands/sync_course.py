"""``manage.py sync_course``: bring the published changes of libraries into a course."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import UsageKey

from content_libraries.keys import course_key
from content_libraries.management.base import LibraryCommand, cut
from content_libraries.sync import api as sync

from ...actors import Operator


class Command(LibraryCommand):
    help = "Sync the linked blocks of a course for which their libraries have something newer, in one change set."

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("course", help="course-v1:ORG+COURSE+RUN")
        parser.add_argument("--block", metavar="USAGE_KEY", help="sync only this linked block, also if nothing is new")
        parser.add_argument("--dry-run", action="store_true", help="only show what would be done")

    def run(
        self, user: User | Operator, *, course: str, block: str | None, dry_run: bool, **_options: object
    ) -> Mapping[str, object]:
        key = course_key(course)
        linked = _block(block)
        if dry_run:
            plan = sync.preview_sync(linked, user=user) if linked else sync.preview_course(key, user=user)
        else:
            done = sync.sync_block(linked, user=user) if linked else sync.sync_course(key, user=user)
            plan = done.plan
        steps = [
            {"action": step.action, "reason": step.reason, "usage_key": str(step.usage_key), "title": step.title}
            for step in plan.steps
        ]
        counts = dict(sync.plan_counts(plan))
        return {"course": str(key), "dry_run": dry_run, **counts, "details": steps}

    def summarize(self, result: Mapping[str, Any]) -> str:
        steps = [
            f"{step['action']:10} {step['usage_key']} “{step['title']}”: {sync.reason_text(step['reason'])}"
            for step in result["details"]
        ]
        skipped = [f"skipped    {one['usage_key']}: {one['message']}" for one in result["skipped"]]
        lines = cut(steps, is_done=not result["dry_run"]) + cut(skipped, is_done=False)
        lines.append(
            _("%(course)s: %(blocks)s linked blocks to sync, %(steps)s steps.")
            % {"course": result["course"], "blocks": len(result["blocks"]), "steps": len(result["details"])}
        )
        if result["dry_run"]:
            lines.append(_("Nothing was written: this was a dry run."))
        return "\n".join(lines)


def _block(text: str | None) -> UsageKey | None:
    try:
        return None if text is None else UsageKey.from_string(text)
    except InvalidKeyError as error:
        raise CommandError(
            _("“%(value)s” is not the key of a block: it has to look like block-v1:ORG+COURSE+RUN+type@TYPE+block@ID.")
            % {"value": text}
        ) from error
