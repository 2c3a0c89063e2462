"""Retries the sources that a job did not import."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from ..actors import Actor
from ..errors import InvalidInputError
from ..jobs.api import UNFINISHED
from ..libraries.api import ContentLibrary
from .jobs.requests import SourceRequest, find_job, start_imports
from .legacy.migrating import migrate_anew
from .models import ImportJob
from .plan.stored import load_options


def retry_job(job_uuid: UUID, /, *, user: Actor) -> ImportJob:
    """
    Import the sources that failed in a finished job, in a new job.

    If the library was created for the job, and deleted because nothing was imported, it is created again.

    Raises NotFoundError, NotAllowedError, and InvalidInputError if the job is not finished, if no source failed in it,
    or if a user deleted its library.
    """
    job = find_job(job_uuid, user=user)
    if job.state in UNFINISHED:
        raise InvalidInputError(_("This import is not finished. Wait for it, or cancel it."))
    if not job.migrations.exists():
        if job.makes_library_anew:
            return migrate_anew(job, user=user)
        raise InvalidInputError(
            _("The library “%(library)s” was deleted. Start a new import into another one.")
            % {"library": job.target_key}
        )
    failed = job.migrations.filter(is_failed=True).select_related("source", "upload").order_by("pk")
    if not failed:
        raise InvalidInputError(_("Every source of this import is done. Start a new import to repeat it."))
    library = ContentLibrary.objects.get(learning_package_id=failed[0].target_id)
    requests = [
        SourceRequest(row.source.key, load_options(row.options), row.upload.uuid if row.upload else None)
        for row in failed
    ]
    return start_imports(library.library_key, user=user, sources=requests, publish=job.publish)
