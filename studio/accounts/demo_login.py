"""Logs visitors of the demo in with one click, as one of the users that the demo has made."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth import authenticate, login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from content_libraries import api

from ..tokens import ending_replaced_session
from .demo_users import DEMO_USERS, DemoUser, stored_demo_password
from .jwt_cookies import set_jwt_cookies


def demo_users(request: HttpRequest) -> list[tuple[str, str]]:
    """Return name and role of each user that the visitor may log in as; nothing outside of the demo."""
    if not _is_demo(request):
        return []
    return [(user.username, _role_in_words(user)) for user in DEMO_USERS]


@never_cache
@csrf_protect
@require_POST
def demo_login(request: HttpRequest) -> HttpResponse:
    """
    Log the visitor in as a user of the demo.

    It is a login with the password of the demo: an account whose password was changed since is closed, and failed
    logins count. Raises Http404 outside of the demo, and for all other accounts.
    """
    username = request.POST.get("username", "")
    if not _is_demo(request) or username not in {user.username for user in DEMO_USERS}:
        raise Http404
    user = authenticate(request, username=username, password=stored_demo_password())
    if user is None:
        raise Http404
    with ending_replaced_session(request):
        login(request, user)
    response = redirect(settings.LOGIN_REDIRECT_URL)
    set_jwt_cookies(request, response, user)
    return response


def _is_demo(request: HttpRequest) -> bool:
    """
    Return whether the visitor tries the demo, in a browser on the machine of the site.

    ``make run`` marks the demo (``DEMO``). Requests that a proxy passes on come from elsewhere.
    """
    if not settings.DEMO or "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    return _is_loopback(request.META.get("REMOTE_ADDR", "")) and bool(stored_demo_password())


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _role_in_words(user: DemoUser) -> str:
    if user.role is not None:
        return str(api.ROLE_NAMES[user.role])
    return _("Staff of the site") if user.is_staff else _("No role")
