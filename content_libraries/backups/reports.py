"""Reports on archives and restores, ready for JSON, and in words."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from django.utils.translation import gettext as _

from .direct import RestoreResult
from .format.data import PackageRecord
from .restoring.data import Action
from .verifying.data import ArchiveReport

MOST_ITEMS: Final = 1_000
"""How many items a report lists. It counts all."""


def archive_report(report: ArchiveReport) -> dict[str, Any]:
    """Report whether an archive is whole, and what it holds."""
    archive = report.archive
    return {
        "whole": report.is_whole,
        "problems": [
            {"code": str(problem.code), "member": problem.member, "message": problem.message}
            for problem in report.problems
        ],
        "library": None if archive is None else _library(archive.package),
        "counts": {} if archive is None else dict(archive.counts()),
        "manifest": archive is not None and archive.has_manifest,
        "notes": [] if archive is None else list(archive.notes),
    }


def _library(package: PackageRecord) -> dict[str, Any]:
    own = package.library
    return {
        "key": package.key,
        "title": package.title,
        "description": package.description,
        "license": own.license if own else "",
        "origin": package.origin,
        "created_at": package.created_at.isoformat() if package.created_at else None,
        "created_by": package.created_by,
        "is_partial": own is not None and own.is_partial,
        "has_deleted": own is not None and own.has_deleted,
        "has_history": own is not None and own.has_history,
    }


def restore_report(result: RestoreResult) -> dict[str, Any]:
    """
    Report what a restore did, or would do.

    Items that do not change are counted, and not listed. Of the others at most MOST_ITEMS are listed.
    """
    plan = result.plan
    listed = [item for item in plan.items if item.action is not Action.UNCHANGED]
    return {
        "library": str(result.library_key),
        "fingerprint": plan.basis.fingerprint,
        "counts": dict(plan.counts()),
        "items": [{**asdict(item), "action": str(item.action)} for item in listed[:MOST_ITEMS]],
        "items_not_listed": max(len(listed) - MOST_ITEMS, 0),
        "publications": plan.publications,
        "collections": [{**asdict(collection), "action": str(collection.action)} for collection in plan.collections],
        "links": [asdict(moved) for moved in result.links],
    }


def restore_action_in_words(action: str, *, title: str, key: str) -> str:
    """Say what happens to an item, in one line."""
    texts = {
        Action.CREATE: _("create “%(title)s” (%(key)s)"),
        Action.RENAME: _("create “%(title)s” as %(key)s"),
        Action.UPDATE: _("update “%(title)s” (%(key)s)"),
        Action.RESTORE: _("bring back “%(title)s” (%(key)s)"),
        Action.SKIP: _("skip “%(title)s” (%(key)s)"),
        Action.DELETE: _("delete “%(title)s” (%(key)s)"),
        Action.UNCHANGED: _("leave “%(title)s” (%(key)s)"),
    }
    return texts[Action(action)] % {"title": title, "key": key}
