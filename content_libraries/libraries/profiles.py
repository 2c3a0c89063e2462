"""
Users without profiles, in the REST API of openedx-authz.

Its lists of who has which role join ``User.profile`` (``openedx_authz.api.utils.get_user_map``). Users of the platform
have one; those of Django do not, and there each of these lists was an error of the server.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from openedx_authz.api import utils


def let_users_have_no_profile() -> None:
    """
    To be called when models are loaded and before views are. Where users have profiles, nothing changes.

    The answers have all of a user but the full name, which they take from the profile.
    """
    if "profile" not in {field.name for field in get_user_model()._meta.get_fields()}:
        utils.get_user_map = _active_users


def _active_users(usernames: Iterable[str]) -> dict[str, User]:
    users = get_user_model().objects.filter(username__in=usernames, is_active=True)
    return {user.username: user for user in users}
