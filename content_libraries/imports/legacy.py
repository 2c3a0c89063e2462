"""Migrating legacy (v1) libraries: import, publish and forward, to one of three kinds of destinations."""

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

from .. import site_language
from ..actors import Actor, is_operator
from ..errors import ContentLibrariesError, InvalidInputError
from ..jobs.api import UNFINISHED
from ..keys import CourseKey, LibraryLocatorV2
from ..libraries.api import Permission, access_library, author_pk, create_library, set_user_level
from ..libraries.models import AccessLevel, ContentLibrary
from .apply import apply_plan
from .data import ImportOptions
from .forwarding import get_forwarding, refuse_frozen
from .jobs import SourceRequest, start_imports
from .models import ImportJob, ModulestoreMigration, ModulestoreSource, SourceUpload
from .plan import plan_tree
from .report import plan_report
from .sources import Source, SourcePath, as_source
from .uploads import available_uploads, readable

ORG_LIBRARY_SLUG: Final = "legacy-libraries"

_MAX_TITLE: Final = 500


class Destination(StrEnum):
    """
    Where legacy libraries go, unless into one library that is named.

    ``BY_READERS``: those of one organization that the same users can read (besides staff) share a library, which these
    users can read then.
    """

    ONE_EACH = "one_each"
    BY_ORG = "by_org"
    BY_READERS = "by_readers"


@dataclass(frozen=True, slots=True)
class LegacyMigration:
    """
    What became of one legacy library.

    Args:
        source: its key; what its archive is called where it could not be read.
        library: key of the library that it went to; "" where it failed.
        is_new: whether that library was created.
        redirects: whether references to the legacy library lead to the new one from now on.
        report: see ``plan_report``; empty where it failed.
        error: why it failed; "" where it did not.
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
    Migrate legacy libraries: their content is imported and published, and references to them lead to it.

    The first migration of a legacy library redirects, later ones do not. Each source is one transaction, together with
    the library that is created for it; one that fails does not keep the others back.

    Args:
        sources: archives or folders.
        user: needs EDIT and PUBLISH on existing libraries, and to be able to create the others.
        into: an existing library, which gets a collection for each source; ONE_EACH for a new library for each
            source; else one library for each organization or set of readers, with a collection for each source.
        dry_run: only say what would be done.

    Raises NotFoundError and NotAllowedError for a library that is named.
    """
    if isinstance(into, LibraryLocatorV2):
        access_library(user, into, Permission.EDIT)
    if not dry_run:
        return [_try(as_source(source), user, into) for source in sources]
    with transaction.atomic():
        results = [_try(as_source(source), user, into) for source in sources]
        transaction.set_rollback(True)
    return results


def _try(source: Source, user: Actor, into: LibraryLocatorV2 | Destination) -> LegacyMigration:
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
    plan = plan_tree(tree, library, options, user=user)
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
    Let workers migrate uploaded legacy libraries: one job for each library that they go to.

    Libraries that do not exist yet are created at once, and deleted again if nothing is imported into them. Args and
    rights as in ``migrate_legacy_libraries``.

    Raises NotFoundError, NotAllowedError, InvalidInputError for what is no legacy library, and SourceFrozenError.
    Nothing starts then.
    """
    together: dict[LibraryLocatorV2, list[SourceUpload]] = {}
    made: set[LibraryLocatorV2] = set()
    with transaction.atomic():
        for upload in uploads:
            library, is_new = _destination(_migratable_key(upload, user), upload.title, user, into)
            if is_new:
                made.add(library.library_key)
            together.setdefault(library.library_key, []).append(upload)
        return [
            _start(library_key, group, user=user, into=into, is_new=library_key in made)
            for library_key, group in together.items()
        ]


def migrate_anew(job: ImportJob, *, user: Actor) -> ImportJob:
    """
    Start a job again whose library was created for it, and went with it. All its sources go where the first of them
    goes now: as a rule, to a new library.

    Raises as ``start_legacy_migrations``, and InvalidInputError where an archive is gone.
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
    """The library for a source, and whether it was created for it, or is for a job that is not finished."""
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
            title = f"{title}: {', '.join(names)}"[:_MAX_TITLE]
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
    """The users who can read a source because they uploaded it; staff read everything."""
    return list(User.objects.filter(sourceupload__key=key).distinct().order_by("username"))


def _library_of_earlier_migration(key: LibraryLocator, user: Actor) -> ContentLibrary | None:
    """
    The library that was created for this source before, or by the user's last click: it goes there again.

    It is known by its name, and by what was imported into it first; other libraries that somebody imported the source
    into are not the source's own.
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
