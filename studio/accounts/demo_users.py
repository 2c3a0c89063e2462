"""Creates users to try the site with: one for each role, and one without a role."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.auth.models import User

from content_libraries import api


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A user of the demo, and the role that it has in the demo's libraries; None for none."""

    username: str
    role: api.Role | None = None
    is_staff: bool = False


DEMO_USERS: Final = (
    DemoUser("library_admin", api.Role.ADMIN),
    DemoUser("author", api.Role.AUTHOR),
    DemoUser("contributor", api.Role.CONTRIBUTOR),
    DemoUser("user", api.Role.USER),
    DemoUser("staff", is_staff=True),
    DemoUser("outsider"),
)


DEMO_FILE: Final = "demo_password"


def make_demo_users(libraries: Iterable[api.LibraryLocatorV2], *, password: str) -> None:
    """
    Create the users that do not exist yet, with this password, and give each its role.

    Existing users keep their password and their other roles.
    """
    library_keys = list(libraries)
    for demo_user in DEMO_USERS:
        user, created = User.objects.get_or_create(
            username=demo_user.username,
            defaults={"email": f"{demo_user.username}@example.com", "is_staff": demo_user.is_staff},
        )
        if created:
            user.set_password(password)
            user.save()
        if demo_user.role is not None:
            for library_key in library_keys:
                api.give_role(library_key, user=api.OPERATOR, member=user, role=demo_user.role)


def kept_password(name: str, configured: str = "") -> str:
    """
    Return the password that is stored in a file beside the data, which only its owner can read.

    The first call stores the configured password, or else a random one.
    """
    file = Path(settings.DATA_DIR) / name
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(configured or secrets.token_urlsafe(9))
    return file.read_text()


def stored_demo_password() -> str:
    """Return the password of the demo's users; "" where no demo was made."""
    file = Path(settings.DATA_DIR) / DEMO_FILE
    return file.read_text() if file.exists() else ""
