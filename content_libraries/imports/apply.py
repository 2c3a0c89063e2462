"""Applying a plan: content, its settings, the record of what came from where, and the publish, all or nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from django.db import transaction

from .. import conf
from ..content.api import write_items
from ..errors import ConflictError, InvalidInputError
from ..learning_core.api import ComponentWrite, ContainerWrite, DraftWrites, codes_in_use, count_live_items, publish
from ..libraries.api import Actor, Permission, access_library, author_pk, package_pk, require
from ..libraries.models import ContentLibrary
from ..olx.api import iter_static_files
from . import mapping
from .data import MAKING_ACTIONS, Action, ImportPlan, ImportResult


def apply_plan(user: Actor, plan: ImportPlan, source: Path, *, publish_too: bool) -> ImportResult:
    """
    Do what a plan says, in one transaction and one draft change log.

    Args:
        user: needs EDIT on the library, and PUBLISH to publish.
        plan: what to do.
        source: path of the archive or folder that was planned from; static files are read from it, one at a time.
        publish_too: publish exactly what is written, in one publish log.

    Raises ConflictError when the library changed since the plan was made in a way that matters, besides what
    ``write_items`` and ``access_library`` raise. Nothing is written then.
    """
    library = access_library(user, plan.library_key, Permission.EDIT)
    if publish_too:
        require(user, library, Permission.PUBLISH)
    learning_package_pk = package_pk(library)
    with transaction.atomic():
        _refuse_taken_codes(plan, learning_package_pk)
        _refuse_too_many(plan, learning_package_pk)
        writes = _write(user, plan, library, source)
        migration = mapping.record(plan, learning_package_pk, writes, author_pk=author_pk(user))
        publish_log_pk = None
        if publish_too and writes.entity_pks:
            written = [writes.entity_pks[block.entity_ref] for block in plan.writes()]
            publish_log_pk = publish(learning_package_pk, written, author_pk=author_pk(user), with_contents=False)
    return ImportResult(plan, migration.pk, writes.draft_change_log_pk, publish_log_pk)


def _write(user: Actor, plan: ImportPlan, library: ContentLibrary, source: Path) -> DraftWrites:
    blocks = plan.writes()

    def file_bytes(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
        wanted = [plan.file_paths[digest] for digest in digests]
        for file, data in iter_static_files(source, wanted, folder=plan.folder):
            yield file.digest, data

    return write_items(
        user,
        library,
        components=[
            ComponentWrite(block.item_type, block.code, block.title, block.olx, block.files)
            for block in blocks
            if not block.is_container
        ],
        containers=[
            ContainerWrite(block.item_type, block.code, block.title, block.children)
            for block in blocks
            if block.is_container
        ],
        container_settings={block.entity_ref: block.settings for block in blocks if block.is_container},
        file_bytes=file_bytes,
    )


def _refuse_taken_codes(plan: ImportPlan, learning_package_pk: int) -> None:
    taken = codes_in_use(learning_package_pk)
    for block in plan.blocks:
        if block.action not in MAKING_ACTIONS:
            continue
        clash = (
            block.code in taken.containers
            if block.is_container
            else ((block.item_type, block.code) in taken.components)
        )
        if clash:
            raise ConflictError(
                f"The library got an item “{block.code}” since this import was planned. Plan the import again."
            )


def _refuse_too_many(plan: ImportPlan, learning_package_pk: int) -> None:
    """Hold the limit of live items, containers included, for the import as a whole."""
    limit = conf.MAX_BLOCKS_PER_CONTENT_LIBRARY.value
    coming = sum(block.action in MAKING_ACTIONS | {Action.RESTORE} for block in plan.blocks)
    if count_live_items(learning_package_pk) + coming > limit:
        raise InvalidInputError(
            f"The library cannot have more than {limit:,} items; this import would add {coming:,}."
            " Import a part of the course, or use another library."
        )
