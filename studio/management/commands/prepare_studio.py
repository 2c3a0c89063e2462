"""``manage.py prepare_studio``: prepare everything that the site needs before it starts. It is quick the next time."""

from __future__ import annotations

import socket
from io import StringIO
from pathlib import Path

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from content_libraries import api
from studio.accounts.demo_users import kept_password

DEMO_DIR = Path(__file__).resolve().parents[2] / "demo"
DEMO_LIBRARY = api.library_key("lib:DemoX:welcome")
DEMO_COURSE = api.course_key("course-v1:DemoX+Reuse101+2026")
ADMIN_NAME = "admin"


class Command(BaseCommand):
    help = "Migrate, load the roles, make the first user, and load the demo content once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=int, help="where the web server is going to listen: refuse if somebody else does already"
        )

    def handle(self, *_args: str, port: int | None = None, **_options: object) -> None:
        if port is not None and _is_taken(port):
            text = _("Port %(port)s is taken by another program. Choose another one: make run PORT=%(other)s")
            raise CommandError(text % {"port": port, "other": port + 1})
        self.migrate()
        call_command("load_policies", verbosity=0)
        call_command("create_language_taxonomy", stdout=StringIO())
        admin, password = self.make_admin()
        self.load_demo(admin)
        self.load_demo_course(admin)
        self.tell(_("Making the users of the demo …"))
        address = f"http://127.0.0.1:{port or 8000}/"
        text = _("Studio starts, and is at %(address)s in some seconds. Ctrl-C stops it.") % {"address": address}
        self.stdout.write(self.style.SUCCESS(f"\n{text}"))
        text = _("Log in as “%(name)s” with the password “%(password)s”.")
        self.stdout.write(text % {"name": ADMIN_NAME, "password": password} + "\n")
        self.stdout.write(_("Users for each role:"))
        call_command("create_demo_users", str(DEMO_LIBRARY), stdout=self.stdout)

    def tell(self, message: str) -> None:
        """Print the next step, with the time."""
        self.stdout.write(f"{timezone.localtime():%H:%M:%S} {message}")
        self.stdout.flush()

    def migrate(self) -> None:
        """Migrate the database, and print each step if there is something to do."""
        executor = MigrationExecutor(connection)
        count = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if count:
            text = ngettext(
                "Migrating the database in %(count)s step …", "Migrating the database in %(count)s steps …", count
            )
            self.tell(text % {"count": count})
        call_command("migrate", interactive=False, verbosity=1 if count else 0)

    def make_admin(self) -> tuple[User, str]:
        """Create the first user, with a random password that is stored beside the data."""
        password = kept_password("admin_password")
        admin, created = get_user_model().objects.get_or_create(
            username=ADMIN_NAME, defaults={"is_staff": True, "is_superuser": True, "email": "admin@example.com"}
        )
        if created:
            admin.set_password(password)
            admin.save()
        return admin, password if admin.check_password(password) else _("(changed)")

    def load_demo(self, admin: User) -> None:
        """Import the demo course and the demo's legacy library, unless the demo library exists."""
        if api.viewable_libraries(admin).filter(org__short_name=DEMO_LIBRARY.org, slug=DEMO_LIBRARY.slug).exists():
            return
        self.tell(_("Loading the demo content …"))
        api.create_library(
            user=admin,
            org=DEMO_LIBRARY.org,
            slug=DEMO_LIBRARY.slug,
            title="Welcome to content libraries",
            description="A small course about making good reusable course content, imported into a library.",
        )
        for source, level in ((DEMO_DIR / "course", api.Level.SECTION), (DEMO_DIR / "library", api.Level.COMPONENT)):
            result = api.import_archive(
                DEMO_LIBRARY, user=admin, source=source, options=api.ImportOptions(level=level), publish=True
            )
            count = len(result.plan.writes())
            text = ngettext("%(source)s: %(count)s item", "%(source)s: %(count)s items", count)
            self.stdout.write("  " + text % {"source": source.name, "count": count})

    def load_demo_course(self, admin: User) -> None:
        """Load the demo course into the course store, unless it is there already."""
        if not api.viewable_courses(admin).filter(id=DEMO_COURSE).exists():
            report = api.load_course(DEMO_DIR / "course", user=admin)
            text = ngettext("%(course)s: %(count)s block", "%(course)s: %(count)s blocks", report.blocks)
            self.stdout.write("  " + text % {"course": report.course_key, "count": report.blocks})


def _is_taken(port: int) -> bool:
    """Return whether a server listens at a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
