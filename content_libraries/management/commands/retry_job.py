"""``manage.py retry_job``: start a finished job again."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils.translation import gettext_lazy as _

from ...actors import Operator
from ...jobs.api import retry_any_job
from ..base import LibraryCommand


class Command(LibraryCommand):
    help = "Start a finished job anew: an import, a sync, a backup, a restore or a conversion, as its author or --user."
    summary = _("The new job is {job}, and waits for a worker.")

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("job", type=UUID, metavar="UUID", help="The job, as lists and messages name it.")

    def run(self, user: User | Operator, *, job: UUID, **_options: object) -> Mapping[str, object]:
        return {"job": str(retry_any_job(job, user=user).uuid)}
