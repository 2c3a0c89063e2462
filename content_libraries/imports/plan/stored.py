"""Stores plans between their preview and the job that applies them."""

from __future__ import annotations

import gzip
import json
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import LearningContextKey, UsageKey

from ... import keys
from ...actors import Actor
from ...content.data import ContainerSettingsData
from ...errors import NotFoundError
from ...learning_core.data import FileMedia
from ...libraries.api import author_pk
from ...storage_errors import storage_faults_named
from ...stored_files import store_in_field
from ..data import (
    Action,
    ImportOptions,
    ImportPlan,
    LeftOutTag,
    Level,
    OnRepeat,
    PlannedBlock,
    PlannedCollection,
    Repeat,
    SizeCheck,
    SourceChanges,
    SourceGroup,
)
from ..models import SourceUpload, StoredPlan
from ..report import plan_report


def store_plan(plan: ImportPlan, learning_package_pk: int, *, upload: SourceUpload | None, user: Actor) -> StoredPlan:
    """Store a plan until it is applied or expires. Raises StorageFullError and StorageError."""
    stored = StoredPlan(upload=upload, target_id=learning_package_pk, user_id=author_pk(user), report=plan_report(plan))
    store_in_field(stored.file, f"{stored.uuid}.json.gz", ContentFile(dump_plan(plan)))
    stored.save()
    return stored


def find_plan(plan_uuid: UUID, *, user: Actor) -> tuple[StoredPlan, ImportPlan]:
    """Find and load a plan of the user. Raises NotFoundError, also if the file of the plan is lost."""
    stored = StoredPlan.objects.select_related("upload").filter(uuid=plan_uuid).first()
    if stored is None or stored.user_id != author_pk(user):
        raise NotFoundError(
            _("There is no plan “%(plan)s”. It may have been applied, or have expired.") % {"plan": plan_uuid}
        )
    return stored, load_stored(stored)


def load_stored(stored: StoredPlan) -> ImportPlan:
    """Load a stored plan. Raises NotFoundError if its file is lost, and StorageError."""
    with storage_faults_named():
        try:
            with stored.file.open("rb") as file:
                content = file.read()
        except FileNotFoundError as error:
            raise NotFoundError(_("The storage has lost the file of this plan. Plan the import again.")) from error
    return load_plan(content)


def dump_plan(plan: ImportPlan) -> bytes:
    """Serialize a plan as compressed JSON."""
    return gzip.compress(json.dumps(asdict(plan), default=str).encode(), compresslevel=1)


def load_plan(content: bytes) -> ImportPlan:
    """Deserialize a plan that ``dump_plan`` has serialized."""
    data: dict[str, Any] = json.loads(gzip.decompress(content))
    return ImportPlan(
        **{
            **data,
            "source_key": LearningContextKey.from_string(data["source_key"]),
            "library_key": keys.library_key(data["library_key"]),
            "options": load_options(data["options"]),
            "blocks": [_block(block) for block in data["blocks"]],
            "missing_files": _tuples(data.get("missing_files", {})),
            "unused_files": tuple(data["unused_files"]),
            "source_notes": tuple(data.get("source_notes", ())),
            "collection": PlannedCollection(**data["collection"]) if data["collection"] else None,
            "groups": tuple(_group(group) for group in data.get("groups", ())),
            "size": SizeCheck(**data["size"]),
            "changes": SourceChanges(**_tuples(data["changes"])) if data["changes"] else None,
            "repeat": _repeat(data.get("repeat")),
            "leaving": _tuples(data["leaving"]),
            "tags_left_out": tuple(LeftOutTag(**tag) for tag in data.get("tags_left_out", ())),
            **{name: tuple(data[name]) for name in ("edited_targets", "unknown", "taken_titles")},
        }
    )


def dump_options(options: ImportOptions) -> dict[str, object]:
    """Serialize options, ready for JSON."""
    return {**asdict(options), "only": list(options.only)}


def load_options(data: dict[str, Any]) -> ImportOptions:
    """Deserialize options that ``dump_options`` has serialized."""
    return ImportOptions(
        **{
            **data,
            "level": Level(data["level"]),
            "on_repeat": OnRepeat(data["on_repeat"]),
            "only": tuple(data["only"]),
        }
    )


def _block(data: dict[str, Any]) -> PlannedBlock:
    return PlannedBlock(
        **{
            **data,
            "source_key": UsageKey.from_string(data["source_key"]),
            "action": Action(data["action"]),
            "files": tuple(FileMedia(**file) for file in data["files"]),
            "children": tuple(data["children"]),
            "settings": ContainerSettingsData(**data["settings"]),
            "course_settings": tuple(data.get("course_settings", ())),
            "tags": tuple((taxonomy, value) for taxonomy, value in data.get("tags", ())),
        }
    )


def _group(data: dict[str, Any]) -> SourceGroup:
    return SourceGroup(**{**data, "entity_refs": tuple(data["entity_refs"])})


def _repeat(data: dict[str, Any] | None) -> Repeat | None:
    return Repeat(**{**data, "skipped": tuple(data["skipped"])}) if data else None


def _tuples(lists: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in lists.items()}
