"""Applies a plan: writes content, tags and records, and publishes, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from django.db import transaction
from django.utils.translation import gettext as _

from .. import conf
from ..actors import Actor
from ..content.api import write_items
from ..errors import InvalidInputError, NotFoundError
from ..learning_core.api import (
    ChangeKind,
    ComponentWrite,
    ContainerWrite,
    DraftWrites,
    count_live_items,
    entity_pks_of,
    lock_package,
    named,
    publish,
)
from ..libraries.api import ContentLibrary, Permission, access_library, author_pk, package_pk, require
from .data import MAKING_ACTIONS, Action, ImportPlan, ImportResult
from .models import ModulestoreMigration
from .plan.collecting import fill_collection
from .plan.groups import fill_groups
from .plan.outdated import refuse_outdated_import
from .plan.repeating import refuse_doubtful
from .plan.tags import give_tags
from .records import mapping
from .records.mapping import Written
from .sources.base import Source, SourceChangedError

type Settle = Callable[[ModulestoreMigration], None]
"""A function that is called at the end of an import's transaction; an exception from it undoes everything."""


def apply_plan(
    user: Actor,
    plan: ImportPlan,
    source: Source,
    *,
    publish_too: bool,
    migration: ModulestoreMigration | None = None,
    settle: Settle | None = None,
    is_confirmed: bool = False,
) -> ImportResult:
    """
    Apply a plan in one transaction and one draft change log.

    Args:
        user: needs EDIT on the library, and PUBLISH to publish.
        plan: the plan.
        source: the source that the plan was made from; static files are read from it, one at a time.
        publish_too: publish exactly the items that are written, in one publish log.
        migration: the row that a job made for this import.
        settle: see Settle.
        is_confirmed: whether somebody has confirmed a doubtful repeat.

    Raises RepeatInDoubtError for a doubtful repeat that nobody has confirmed, ImportOutdatedError if the library has
    changed in conflict with the plan since it was made, and the errors of ``write_items`` and ``access_library``. On an
    error nothing is written.
    """
    library = access_library(user, plan.library_key, Permission.EDIT)
    if publish_too:
        require(user, library, Permission.PUBLISH)
    refuse_doubtful(plan, is_confirmed=is_confirmed)
    learning_package_pk = package_pk(library)
    _refuse_too_many(plan, learning_package_pk)
    job_uuid = migration.job.uuid if migration is not None and migration.job is not None else None
    with transaction.atomic(), named(ChangeKind.IMPORT, source_key=plan.source_key, job_uuid=job_uuid):
        lock_target(plan, learning_package_pk)
        refuse_outdated_import(plan, learning_package_pk)
        writes = _write(user, plan, library, source)
        written = _collect(plan, learning_package_pk, writes, author_pk=author_pk(user))
        give_tags(plan, library, written.entity_pks)
        migration = mapping.record_import(
            plan, learning_package_pk, written, author_pk=author_pk(user), migration=migration
        )
        publish_log_pk = None
        if publish_too and writes.entity_pks:
            pks = [writes.entity_pks[block.entity_ref] for block in plan.writes()]
            publish_log_pk = publish(learning_package_pk, pks, author_pk=author_pk(user), with_contents=False)
        if settle is not None:
            settle(migration)
    return ImportResult(plan, migration.pk, writes.draft_change_log_pk, publish_log_pk)


def lock_target(plan: ImportPlan, learning_package_pk: int) -> None:
    """
    Lock the library of a plan against other writers, and against deletion, until the transaction ends.

    Raises NotFoundError if it was deleted.
    """
    try:
        lock_package(learning_package_pk)
    except NotFoundError:
        raise NotFoundError(_("The library “%(library)s” was deleted.") % {"library": plan.library_key}) from None


def _collect(plan: ImportPlan, learning_package_pk: int, writes: DraftWrites, *, author_pk: int | None) -> Written:
    refs = [block.entity_ref for block in plan.blocks if block.entity_ref]
    entity_pks = entity_pks_of(learning_package_pk, refs)
    collection_pk = None
    if plan.collection is not None:
        collection_pk = fill_collection(
            learning_package_pk,
            plan.collection,
            entity_pks.values(),
            is_named=bool(plan.options.collection_code),
            author_pk=author_pk,
        )
    fill_groups(plan, learning_package_pk, entity_pks, author_pk=author_pk)
    return Written(writes, entity_pks, collection_pk)


def _write(user: Actor, plan: ImportPlan, library: ContentLibrary, source: Source) -> DraftWrites:
    blocks = plan.writes()

    def file_bytes(digests: Collection[str]) -> Iterator[tuple[str, bytes]]:
        wanted = [plan.file_paths[digest] for digest in digests if digest in plan.file_paths]
        for file, data in source.files(wanted, folder=plan.folder):
            if file.digest not in digests:
                raise SourceChangedError(
                    _("%(file)s in %(source)s changed after this import was planned. Plan the import again.")
                    % {"file": file.path, "source": source.name}
                )
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
        container_settings={
            block.entity_ref: block.settings for block in blocks if block.is_container or not block.settings.is_empty
        },
        file_bytes=file_bytes,
    )


def _refuse_too_many(plan: ImportPlan, learning_package_pk: int) -> None:
    """Raise InvalidInputError if the import would exceed the library's limit of undeleted items."""
    limit = conf.MAX_BLOCKS_PER_CONTENT_LIBRARY.value
    coming = sum(block.action in MAKING_ACTIONS | {Action.RESTORE} for block in plan.blocks)
    if count_live_items(learning_package_pk) + coming > limit:
        raise InvalidInputError(
            _(
                "The library cannot have more than %(limit)s items; this import would add %(coming)s. Import a"
                " part of the course, or use another library."
            )
            % {"limit": f"{limit:,}", "coming": f"{coming:,}"}
        )
