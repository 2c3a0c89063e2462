"""A system check that a site serves the corrected views of roles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core import checks
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

_PACKAGE = "openedx_authz.rest_api."


@checks.register(checks.Tags.security)
def check_views_of_roles(app_configs: Sequence[Any] | None, **_kwargs: Any) -> list[checks.CheckMessage]:
    """Warn if a URL leads to an uncorrected view of openedx-authz."""
    resolver = get_resolver()
    found = [path for path, view in _views(resolver) if _is_of_package(view) and _is_reached(resolver, path)]
    if not found:
        return []
    return [
        checks.Warning(
            f"{found[0]} is served by openedx-authz itself, which checks permissions in one place of a request and uses"
            " another: users see teams that they may not see.",
            hint="Include content_libraries.urls before any other URLs below api/authz/, and leave openedx_authz.urls"
            " out.",
            id="content_libraries.W001",
        )
    ]


def _views(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, Any]]:
    """Yield each path of a site with its view. Parameters in paths have an example value."""
    for pattern in resolver.url_patterns:
        path = prefix + _example(pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern, path)
        else:
            yield path, pattern.callback


def _example(pattern: URLPattern | URLResolver) -> str:
    """Return a path that matches a URL pattern. Handles the kinds of patterns that openedx-authz uses."""
    if isinstance(pattern.pattern, RoutePattern):
        return str(pattern.pattern).replace("<str:username>", "a")
    return str(pattern.pattern).strip("^$")


def _is_of_package(view: Any) -> bool:
    return getattr(getattr(view, "view_class", None), "__module__", "").startswith(_PACKAGE)


def _is_reached(resolver: URLResolver, path: str) -> bool:
    try:
        return _is_of_package(resolver.resolve(path).func)
    except Resolver404:
        return False
