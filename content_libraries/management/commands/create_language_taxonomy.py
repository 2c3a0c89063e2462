"""``manage.py create_language_taxonomy``: create the taxonomy of languages."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils.translation import gettext_lazy

from ...actors import Operator
from ...tagging.api import create_language_taxonomy
from ..base import LibraryCommand


class Command(LibraryCommand):
    help = "Create the taxonomy of languages for all organizations, or add the languages that it lacks."
    summary = gettext_lazy("The taxonomy “{name}” has {tags} tags.")

    def add_own_arguments(self, parser: CommandParser) -> None:
        """Add no arguments."""

    def run(self, user: User | Operator, **_options: object) -> Mapping[str, object]:
        taxonomy = create_language_taxonomy(user=user)
        return {"taxonomy": taxonomy.pk, "name": taxonomy.name, "tags": taxonomy.tag_set.count()}
