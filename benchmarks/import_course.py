"""
The import of a course at section level, published and indexed, beside the same content written entity by entity
through ``openedx_content.api`` and published with its ``publish_all_drafts``, in the same run. Both have been done once
with a small course before, as in a worker that has been there for a while.

``python -m benchmarks.import_course [ARCHIVE]``; without an argument the Open edX demo course is taken where the
shared data is, else the demo course of this project.
"""

# ruff: noqa: E402, T201 - Django has to be set up before it is imported; printing is what a benchmark is for

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from content_libraries.actors import OPERATOR

from .scratch import Measurement, measured, shared_data, start_site

start_site()

from django.db import transaction
from openedx_content import api as content_api
from openedx_content.models_api import LearningPackage, PublishableEntity

from content_libraries import api
from content_libraries.olx.api import iter_static_files

DEMO = Path(__file__).resolve().parents[1] / "studio" / "demo" / "course"


def main(source: Path) -> None:
    print(f"{source.name}, at section level, on a new SQLite file\n")
    write_one_by_one(DEMO, import_course(DEMO, "warm")[1].plan, "warm")
    ours, result = import_course(source, "import")
    theirs = write_one_by_one(source, result.plan, "api")
    print(ours)
    print(theirs)
    print(
        f"\nratio: {ours.seconds / theirs.seconds:.3f} of the time, {ours.busy / theirs.busy:.3f} of the processor's,"
        f" {ours.queries / theirs.queries:.4f} of the queries"
        f" ({len(result.plan.writes())} items)"
    )


def import_course(source: Path, slug: str) -> tuple[Measurement, api.ImportResult]:
    """Measure what a user waits for: reading, planning, writing, publishing, and indexing."""
    library = api.create_library(user=OPERATOR, org="Bench", slug=slug, title="Import")
    with measured("import_archive: read, plan, write, publish, index") as measurement:
        result = api.import_archive(
            library.library_key,
            user=OPERATOR,
            source=source,
            options=api.ImportOptions(level=api.Level.SECTION),
            publish=True,
        )
    return measurement, result


def write_one_by_one(source: Path, plan: api.ImportPlan, slug: str) -> Measurement:
    """
    Measure writing the same items through Learning Core's own API, in one draft change log.

    Reading and planning are not measured.
    """
    package = content_api.create_learning_package(f"lib:OneByOne:{slug}", title="One by one")
    files = _file_bytes(source, plan)
    with measured("openedx_content.api: write one by one, publish") as measurement, transaction.atomic():
        now = datetime.now(UTC)
        with content_api.bulk_draft_changes_for(package.id, changed_at=now):
            for block in plan.writes():
                if not block.is_container:
                    _write_component(package.id, block, files, now)
            for block in sorted((b for b in plan.writes() if b.is_container), key=_rank):
                _write_container(package.id, block, now)
        content_api.publish_all_drafts(package.id)
    return measurement


def _rank(block: api.PlannedBlock) -> int:
    return ("unit", "subsection", "section").index(block.item_type)


def _file_bytes(source: Path, plan: api.ImportPlan) -> dict[str, bytes]:
    paths = {plan.file_paths[file.digest] for block in plan.blocks for file in block.files}
    return {file.digest: data for file, data in iter_static_files(source, paths, folder=plan.folder)}


type PackageID = LearningPackage.ID


def _write_component(package_pk: PackageID, block: api.PlannedBlock, files: dict[str, bytes], now: datetime) -> None:
    media_type = content_api.get_or_create_media_type(f"application/vnd.openedx.xblock.v1.{block.item_type}+xml")
    get_or_create_block = (
        content_api.get_or_create_text_media(package_pk, media_type.id, text=block.olx, created=now)
        if len(block.olx) <= 50_000
        else content_api.get_or_create_file_media(package_pk, media_type.id, data=block.olx.encode(), created=now)
    )
    media: dict[str, Any] = {"block.xml": get_or_create_block.id}
    for file in block.files:
        file_type = content_api.get_or_create_media_type(file.media_type)
        media[file.path] = content_api.get_or_create_file_media(
            package_pk, file_type.id, data=files[file.digest], created=now
        ).id
    content_api.create_component_and_version(
        package_pk,
        content_api.get_or_create_component_type("xblock.v1", block.item_type),
        block.code,
        title=block.title,
        created=now,
        media=media,
    )


def _write_container(package_pk: PackageID, block: api.PlannedBlock, now: datetime) -> None:
    entities = {
        entity.entity_ref: entity
        for entity in PublishableEntity.objects.filter(learning_package_id=package_pk, entity_ref__in=block.children)
    }
    content_api.create_container_and_version(
        package_pk,
        block.code,
        title=block.title,
        container_cls=content_api.get_container_subclass(block.item_type),
        entities=[entities[ref] for ref in block.children],
        created=now,
    )


def default_source() -> Path:
    archive = shared_data() / "openedx-demo-course.tar.gz"
    return archive if archive.exists() else DEMO


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else default_source())
