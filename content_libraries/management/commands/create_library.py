"""``manage.py create_library``: create a library."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ... import keys
from ...actors import Operator
from ...libraries import api
from ..base import LibraryCommand


class Command(LibraryCommand):
    help = "Create an empty content library. Its organization is created too where the site allows that."
    summary = gettext_lazy("Created {library_key}, “{title}”.")

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("library_key", metavar="lib:ORG:SLUG", help="Key of the new library.")
        parser.add_argument("--title", required=True)
        parser.add_argument("--description", default="")

    def run(
        self, user: User | Operator, *, library_key: str, title: str, description: str, **_options: object
    ) -> Mapping[str, object]:
        key = keys.library_key(library_key)
        self.progress(_("Creating %(library)s …") % {"library": key})
        library = api.create_library(user=user, org=key.org, slug=key.slug, title=title, description=description)
        return {"library_key": str(library.library_key), "title": library.title}
