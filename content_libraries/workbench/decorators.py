"""Decorators of all views of the workbench."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.csrf import csrf_protect
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from ..errors import ContentLibrariesError
from ..rest.converters import MalformedKey
from .policy import set_policy
from .refusals import refusal

type View = Callable[..., HttpResponseBase]

MARK: Final = "X-Workbench"
"""The header by which the script knows that an error response has a message for the page."""


def public_page(view: View) -> View:
    """Make a page of a view. Users see it without login, too."""
    return _served(view, methods=("GET", "HEAD"), is_public=True)


def page(view: View) -> View:
    """Make a page of a view. It needs a login, and changes nothing."""
    return _served(view, methods=("GET", "HEAD"))


def form_page(view: View) -> View:
    """Make a page with a form of a view. It needs a login. Only a POST with a CSRF token changes anything."""
    return _served(view, methods=("GET", "HEAD", "POST"))


def action(view: View) -> View:
    """Make an action of a view: a POST with a CSRF token. It needs a login."""
    return _served(view, methods=("POST",))


def _served(view: View, *, methods: tuple[str, ...], is_public: bool = False) -> View:
    """Wrap a view: login, methods, CSRF, errors, and headers."""

    @csrf_protect  # hosts need not have the middleware
    @wraps(view)
    def serve(request: HttpRequest, **keys: object) -> HttpResponseBase:
        if request.method not in methods:
            return HttpResponseNotAllowed(methods)
        if not is_public and not request.user.is_authenticated:
            return _login(request)
        try:
            _require_keys(keys)
            response: HttpResponseBase = view(request, **keys)
        except ContentLibrariesError as error:
            response = refusal(request, error)
        _set_headers(response)
        return response

    return serve


def _login(request: HttpRequest) -> HttpResponse:
    """Send the user to the login page, and from there back to the page where they were."""
    htmx = HtmxDetails(request)
    if htmx:
        return HttpResponseClientRedirect(redirect_to_login(htmx.current_url_abs_path or "/").url)
    following = request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
    return redirect_to_login(following)


def _require_keys(keys: dict[str, object]) -> None:
    for key in keys.values():
        if isinstance(key, MalformedKey):
            raise key.error


def _set_headers(response: HttpResponseBase) -> None:
    set_policy(response)
    response.headers[MARK] = "1"
    # Whole pages and their parts have the same URL. Browsers ask again after a change, and when a user has logged out.
    patch_vary_headers(response, ("HX-Request", "HX-Boosted"))
    patch_cache_control(response, private=True, no_cache=True)
