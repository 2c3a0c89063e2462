"""The base class of management commands: it chooses the user, reports results, and handles errors."""

from __future__ import annotations

import getpass
import json
import logging
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..actors import OPERATOR, Operator
from ..characters import valid_text
from ..errors import ContentLibrariesError
from ..storage_errors import storage_full
from ..translation import LazyText

logger = logging.getLogger(__name__)

MOST_LINES: Final = 30
"""How many lines of a list people read in a terminal."""


class LibraryCommand(BaseCommand):
    """
    A command that calls the app's api as a user, or as the operator of the site.

    A subclass adds its arguments in ``add_own_arguments`` and does its work in ``run``, whose result is shown with
    ``summarize``, or with ``--json`` as one line. Errors of this app end the command with their message and a non-zero
    exit code.
    """

    requires_system_checks = ()
    """No system checks: they import all views and admin classes, and take longer than most commands."""

    summary: ClassVar[LazyText]
    """A format string for the result of ``run``, to be translated, unless the command has its own ``summarize``."""

    def add_arguments(self, parser: CommandParser) -> None:
        self.add_own_arguments(parser)
        parser.add_argument(
            "--user", metavar="USERNAME", help="Act as this user, with this user's permissions and name."
        )
        parser.add_argument(
            "--json", action="store_true", help="Print the result as JSON, in the last line of the output."
        )

    @abstractmethod
    def add_own_arguments(self, parser: CommandParser) -> None:
        """Add the arguments of this command."""

    @abstractmethod
    def run(self, user: User | Operator, *args: Any, **options: Any) -> Mapping[str, object]:
        """
        Run the command. A command names the options that it reads.

        Args:
            user: the user who runs it; the operator without --user.
            args: always empty. The parameter lets type checkers accept commands that name their options.
            options: the parsed arguments.

        Returns: the result, ready for JSON.
        """

    def handle(self, *_args: str, **options: Any) -> None:
        username, as_json = options.pop("user"), options.pop("json")
        user = _find_user(username)
        name = type(self).__module__.rpartition(".")[2]
        logger.info("%s runs %s as %s.", operator_name(), name, username or "the operator of the site")
        try:
            result = self.run(user, **options)
        except ContentLibrariesError as error:
            raise CommandError(str(error)) from error
        except (OSError, DatabaseError) as error:
            if (full := storage_full(error)) is None:
                raise
            raise CommandError(full.message) from error
        self.stdout.write(json.dumps(result) if as_json else valid_text(self.summarize(result)))
        if failure := self.failure(result):
            raise CommandError(failure)

    def summarize(self, result: Mapping[str, object]) -> str:
        """Format the result for a person."""
        return str(self.summary).format_map(result)

    def failure(self, _result: Mapping[str, object]) -> str:
        """
        Return the error of a command that could do only a part of its work; "" if it did everything.

        With an error, the command ends with a non-zero exit code.
        """
        return ""

    def progress(self, message: str) -> None:
        """Print the progress, but only to a terminal."""
        if self.stderr.isatty():
            self.stderr.write(message, style_func=str)


def operator_name() -> str:
    """Return the login name of the person who runs a command on this machine."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # users of containers may have no name
        return _("unknown")


def cut(lines: Sequence[str], *, is_done: bool, most: int = MOST_LINES) -> list[str]:
    """
    Return the first lines of a list, and a line that counts the rest.

    Args:
        lines: one line for each thing that was done, or would be done.
        is_done: whether it was done. If so, running the command again with --json does not list it.
        most: how many lines are not cut.
    """
    left = len(lines) - most
    if left <= 0:
        return list(lines)
    if is_done:
        text = _("… and %(count)s more.")
    else:
        text = ngettext("… and %(count)s more; --json lists it.", "… and %(count)s more; --json lists them.", left)
    return [*lines[:most], text % {"count": left}]


def _find_user(username: str | None) -> User | Operator:
    if username is None:
        return OPERATOR
    try:
        return get_user_model().objects.get_by_natural_key(username)
    except get_user_model().DoesNotExist:
        raise CommandError(_("There is no user “%(username)s”.") % {"username": username}) from None
