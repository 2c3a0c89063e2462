"""
Lets the REST API of openedx-authz list users without profiles.

Its lists of who has which role join ``User.profile`` (``openedx_authz.api.utils.get_user_map``). Users of the platform
have a profile; users of plain Django do not, and there each of these lists was an error of the server.

Seen with openedx-authz 1.35.0. This module can go when a release of openedx-authz accepts users without profiles.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from openedx_authz.api import utils

_VIEWS: Final = "openedx_authz.rest_api.v1.views"


def let_users_have_no_profile() -> None:
    """
    Make openedx-authz list users without profiles; call this when models are loaded.

    Nothing changes on sites whose users have profiles. Elsewhere the answers lack the full name only, which would come
    from the profile.
    """
    if "profile" not in {field.name for field in get_user_model()._meta.get_fields()}:
        views: Any = sys.modules.get(_VIEWS)  # loaded views have imported the function already
        utils.get_user_map = _active_users
        if views is not None:
            views.get_user_map = _active_users


def _active_users(usernames: Iterable[str]) -> dict[str, User]:
    users = get_user_model().objects.filter(username__in=usernames, is_active=True)
    return {user.username: user for user in users}
