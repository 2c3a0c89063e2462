"""``manage.py create_token``: a token for trying the REST API from a shell."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from studio.tokens import make_token


class Command(BaseCommand):
    requires_system_checks = ()  # they import all views
    help = "Print a token that is valid for an hour, for the header “Authorization: JWT TOKEN”."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *_args: str, username: str, **_options: object) -> None:
        user = get_user_model().objects.filter(username=username).first()
        if user is None:
            raise CommandError(_("There is no user “%(username)s”.") % {"username": username})
        self.stdout.write(make_token(user))
