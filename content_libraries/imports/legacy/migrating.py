"""Migrates legacy (v1) libraries: imports, publishes and forwards them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from opaque_keys.edx.locator import LibraryLocator

from ... import site_language
from ...actors import Actor, is_operator
from ...errors import ContentLibrariesError, InvalidInputError
from ...jobs.api import UNFINISHED
from ...keys import CourseKey, LibraryLocatorV2
from ...learning_core.api import MAX_TITLE
from ...libraries.api import (
    AccessLevel,
    ContentLibrary,
    Permission,
    access_library,
    author_pk,
    create_library,
    set_user_level,
)
from ..apply import apply_plan
from ..data import ImportOptions
from ..jobs.requests import SourceRequest, start_imports
from ..models import ImportJob, ModulestoreMigration, ModulestoreSource, SourceUpload
from ..plan.planning import plan_tree
from ..records.forwarding import get_forwarding, refuse_frozen
from ..report import plan_report
from ..sources.base import Source
from ..sources.registry import SourcePath, as_source
from ..sources.uploads import available_uploads, readable

ORG_LIBRARY_SLUG: Final = "legacy-libraries"


class Destination(StrEnum):
    """
    Destinations of legacy libraries, unless one library is named.

    ``ONE_EACH``: each legacy library goes into a library of its own. ``BY_ORG``: all legacy libraries of an
    organization share a library. ``BY_READERS``: legacy libraries of an organization that the same users (apart from
    staff) can read share a library, and these users can read it.
    """

    ONE_EACH = "one_each"
    BY_ORG = "by_org"
    BY_READERS = "by_readers"


@dataclass(frozen=True, slots=True)
class LegacyMigration:
    """
    The result of migrating one legacy library.

    Args:
        source: the key of the legacy library; the name of its archive if that could not be read.
        library: key of the library that it was imported into; "" if it failed.
        is_new: whether this library was created for it.
        redirects: whether references to the legacy library lead to the new library because of this migration.
        report: see ``plan_report``; None if it failed.
        error: why it failed; "" if it did not fail.
    """

    source: str
    library: str = ""
    is_new: bool = False
    redirects: bool = False
    report: dict[str, Any] | None = None
    error: str = ""


def migrate_legacy_libraries(
    sources: Sequence[Source | SourcePath],
    *,
    user: Actor,
    into: LibraryLocatorV2 | Destination,
    dry_run: bool = False,
) -> list[LegacyMigration]:
    """
    Migrate legacy libraries: import and publish their content, and let references to them lead to it.

    Only the first migration of a legacy library redirects references. Each source is migrated in a transaction of its
    own, which also creates the library for it; a failure does not stop the other sources.

    Args:
        sources: archives or folders.
        user: needs EDIT and PUBLISH on existing libraries, and the right to create new ones.
        into: an existing library, or a kind of destination. A library that sources share gets a collection for each
            source.
        dry_run: only report the changes.

    Raises NotFoundError and NotAllowedError for the library that ``into`` names.
    """
    if isinstance(into, LibraryLocatorV2):
        access_library(user, into, Permission.EDIT)
    if not dry_run:
        return [_try_to_migrate(as_source(source), user, into) for source in sources]
    with transaction.atomic():
        results = [_try_to_migrate(as_source(source), user, into) for source in sources]
        transaction.set_rollback(True)
    return results


def _try_to_migrate(source: Source, user: Actor, into: LibraryLocatorV2 | Destination) -> LegacyMigration:
    try:
        with transaction.atomic():
            return _migrate(source, user, into)
    except ContentLibrariesError as error:
        return LegacyMigration(source.name, error=error.message)


def _migrate(source: Source, user: Actor, into: LibraryLocatorV2 | Destination) -> LegacyMigration:
    tree = source.tree()
    key = _legacy_key(tree.context_key, source.name)
    library, is_new = _destination(key, tree.display_name, user, into)
    options = ImportOptions(make_collection=into != Destination.ONE_EACH)
    plan = plan_tree(tree, library, options, user=user, source_name=source.name)
    result = apply_plan(user, plan, source, publish_too=True)
    forwarded = get_forwarding(key)
    return LegacyMigration(
        source=str(key),
        library=str(library.library_key),
        is_new=is_new,
        redirects=forwarded is not None and forwarded.pk == result.migration_pk,
        report=plan_report(plan),
    )


def start_legacy_migrations(
    uploads: Sequence[SourceUpload], *, user: Actor, into: LibraryLocatorV2 | Destination
) -> list[ImportJob]:
    """
    Let workers migrate uploaded legacy libraries, in one job for each destination library.

    Destination libraries that do not exist are created at once, and deleted again if nothing is imported into them.
    Takes the same arguments, and needs the same rights, as ``migrate_legacy_libraries``.

    Raises NotFoundError, NotAllowedError, InvalidInputError if an upload is not a legacy library, and
    SourceFrozenError. On an error nothing starts.
    """
    uploads_by_library: dict[LibraryLocatorV2, list[SourceUpload]] = {}
    created: set[LibraryLocatorV2] = set()
    with transaction.atomic():
        for upload in uploads:
            library, is_new = _destination(_migratable_key(upload, user), upload.title, user, into)
            if is_new:
                created.add(library.library_key)
            uploads_by_library.setdefault(library.library_key, []).append(upload)
        return [
            _start(library_key, group, user=user, into=into, is_new=library_key in created)
            for library_key, group in uploads_by_library.items()
        ]


def migrate_anew(job: ImportJob, *, user: Actor) -> ImportJob:
    """
    Start a migration again whose library was created for it, and deleted when it failed.

    All its sources go to the present destination of the first one, which usually is a new library.

    Raises the errors of ``start_legacy_migrations``, and InvalidInputError if an archive was deleted.
    """
    wanted = job.legacy_request["uploads"]
    uploads = list(readable(available_uploads(), user).filter(uuid__in=wanted).order_by("pk"))
    if len(uploads) < len(wanted):
        raise InvalidInputError(
            _("An archive of this migration was deleted meanwhile. Upload it, and start a new one.")
        )
    into = Destination(job.legacy_request["into"])
    keys = [_migratable_key(upload, user) for upload in uploads]
    with transaction.atomic():
        library, is_new = _destination(keys[0], uploads[0].title, user, into)
        return _start(library.library_key, uploads, user=user, into=into, is_new=is_new)


def _start(
    library_key: LibraryLocatorV2,
    uploads: Sequence[SourceUpload],
    *,
    user: Actor,
    into: LibraryLocatorV2 | Destination,
    is_new: bool,
) -> ImportJob:
    options = ImportOptions(make_collection=into != Destination.ONE_EACH)
    requests = [SourceRequest(upload.key, options, upload.uuid) for upload in uploads]
    job = start_imports(library_key, user=user, sources=requests, publish=True, made_library=is_new)
    if is_new:
        job.legacy_request = {"into": str(into), "uploads": [str(upload.uuid) for upload in uploads]}
        job.save(update_fields=["legacy_request"])
    return job


def _migratable_key(upload: SourceUpload, user: Actor) -> LibraryLocator:
    key = _legacy_key(upload.key, upload.file_name)
    refuse_frozen(key, upload.digest, user=user)
    return key


def _legacy_key(key: CourseKey, name: str) -> LibraryLocator:
    if not isinstance(key, LibraryLocator):
        raise InvalidInputError(
            _("%(archive)s holds %(source)s, not a legacy library. Import it instead.")
            % {"archive": name, "source": key}
        )
    return key


def _destination(
    key: LibraryLocator, title: str, user: Actor, into: LibraryLocatorV2 | Destination
) -> tuple[ContentLibrary, bool]:
    """
    Find or create the destination library of a source.

    Returns: the library; and whether it was created now, or by a job that is not finished.
    """
    if isinstance(into, LibraryLocatorV2):
        return access_library(user, into, Permission.EDIT), False
    org = str(key.org)
    readers: list[User] = []
    if into == Destination.ONE_EACH:
        known = _library_of_earlier_migration(key, user)
        slug = _free_slug(org, str(key.library))
    else:
        slug, title = ORG_LIBRARY_SLUG, site_language.gettext("Legacy libraries of %(org)s") % {"org": org}
        if into == Destination.BY_READERS and (readers := _readers(key)):
            names = [reader.username for reader in readers]
            slug = f"{slug}-{hashlib.blake2b(repr(names).encode(), digest_size=6).hexdigest()}"
            title = f"{title}: {', '.join(names)}"[:MAX_TITLE]
        known = ContentLibrary.objects.filter(org__short_name=org, slug=slug).first()
    if known is not None:
        makers = ImportJob.objects.filter(target_key=str(known.library_key), made_library=True, state__in=UNFINISHED)
        return access_library(user, known.library_key, Permission.EDIT), makers.exists()
    library = create_library(user=user, org=org, slug=slug, title=title)
    for reader in readers:
        if is_operator(user) or reader.pk != user.pk:
            set_user_level(library.library_key, user=user, member=reader, level=AccessLevel.READ)
    return library, True


def _readers(key: LibraryLocator) -> list[User]:
    """Return the users who can read a source because they uploaded it. Staff, who can read everything, do not count."""
    return list(User.objects.filter(sourceupload__key=key).distinct().order_by("username"))


def _library_of_earlier_migration(key: LibraryLocator, user: Actor) -> ContentLibrary | None:
    """
    Find the library that an earlier migration created for this source alone, or that the user's unfinished job did.

    Such a library has the name of the source, possibly with a number, and the source was the first import into it. So
    other libraries that the source was imported into are not found.
    """
    is_done = Q(finished__isnull=False, is_failed=False, target_collection__isnull=True)
    is_under_way = Q(
        finished__isnull=True, job__legacy_request__into=Destination.ONE_EACH, created_by_id=author_pk(user)
    )
    migrations = ModulestoreMigration.objects.filter(is_done | is_under_way, source__key=key)
    first = ModulestoreMigration.objects.filter(target=OuterRef("learning_package")).order_by("pk")
    own = ContentLibrary.objects.filter(
        org__short_name=str(key.org), slug__regex=rf"^{re.escape(str(key.library))}(-[0-9]+)?$"
    ).alias(first_source=Subquery(first.values("source")[:1]))
    return (
        own.filter(
            learning_package__in=migrations.values("target"),
            first_source__in=ModulestoreSource.objects.filter(key=key),
        )
        .order_by("pk")
        .first()
    )


def _free_slug(org: str, wanted: str) -> str:
    taken = set(
        ContentLibrary.objects.filter(org__short_name=org, slug__startswith=wanted).values_list("slug", flat=True)
    )
    return next(slug for slug in _candidates(wanted) if slug not in taken)


def _candidates(wanted: str) -> Iterator[str]:
    yield wanted
    for number in count(1):
        yield f"{wanted}-{number}"
