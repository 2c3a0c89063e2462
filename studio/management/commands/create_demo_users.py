"""``manage.py create_demo_users``: one user for each role, for trying the site."""

from __future__ import annotations

import os

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from content_libraries import api
from content_libraries.errors import NotFoundError
from studio.accounts.demo_users import DEMO_FILE, DEMO_USERS, kept_password, make_demo_users


class Command(BaseCommand):
    help = (
        "Make a user for each role in some libraries, one who is staff, and one without a role. They share a password:"
        " DEMO_PASSWORD of the environment at the first run, or one that is drawn and kept beside the data. Running it"
        " again changes nothing. Not for a site with real content."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("libraries", nargs="+", metavar="lib:ORG:SLUG", help="where the users get their roles")

    def handle(self, *_args: str, libraries: list[str], **_options: object) -> None:
        try:
            keys = [api.get_library(api.library_key(library)).library_key for library in libraries]
        except NotFoundError as error:
            raise CommandError(str(error)) from error
        password = kept_password(DEMO_FILE, os.environ.get("DEMO_PASSWORD", ""))
        make_demo_users(keys, password=password)
        width = max(len(user.username) for user in DEMO_USERS)
        for user in DEMO_USERS:
            role = user.role.value if user.role else _("global staff") if user.is_staff else _("no role")
            self.stdout.write(f"  {user.username:{width}}  {role}")
        self.stdout.write("  " + _("All of them have the password “%(password)s”.") % {"password": password})
