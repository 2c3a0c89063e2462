"""Makes the key with which the browser of a user searches, limited to documents of the user (wire: search-key)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Any, Final

from ..actors import Actor, is_operator
from ..courses import api as courses
from ..keys import LibraryLocatorV2
from ..libraries import api as libraries
from .conditions import AllOf, AnyOf, Not, OneOf
from .course_documents import COURSE_BLOCK
from .engine import SearchOffError, current_engine
from .facade.access import facade_access
from .filters import filter_text
from .models import SearchAccess
from .places import ContextKey
from .tokens import make_token

MAX_LISTED: Final = 1_000
"""How many organizations, and how many libraries and courses besides, a key names: the newest ones."""


@dataclass(frozen=True, slots=True)
class BrowserKey:
    """
    Args:
        url: URL of the engine; absolute, or a path of this site.
        token: the key itself, which is valid for an hour.
    """

    url: str
    index_name: str
    token: str = field(repr=False)


def browser_key(user: Actor) -> BrowserKey | None:
    """
    Make the key for a user; None if browsers cannot search on this site.

    Raises SearchEngineError if the engine has to be asked and fails.
    """
    try:
        access = current_engine().browser_access() or facade_access()
    except SearchOffError:
        return None
    if access is None:
        return None
    return BrowserKey(access.url, access.index_name, make_token(access, _rule(user)))


def _rule(user: Actor) -> dict[str, object]:
    """
    Return the search rule that limits hits to documents that the user may find.

    Takes at most six queries, for any number of libraries and courses. A user who may view nothing gets a filter that
    no document passes: both of its lists are empty. Roles in an organization cover its libraries only; courses of the
    organization are listed by their numbers.
    """
    if is_operator(user) or libraries.views_everything(user):
        return {}
    orgs = libraries.viewable_organizations(user).order_by("-pk").values_list("short_name", flat=True)[:MAX_LISTED]
    organizations = OneOf("org", tuple(orgs))
    contexts = OneOf("access_id", _access_ids(user, organizations.values))
    if not organizations.values:
        return {"filter": f"{filter_text(organizations)} OR {filter_text(contexts)}"}
    of_libraries = AllOf((organizations, Not(OneOf("type", (COURSE_BLOCK,)))))
    return {"filter": filter_text(AnyOf((of_libraries, contexts)))}


def _access_ids(user: Actor, but_not_of: Collection[object]) -> tuple[int, ...]:
    """
    Return the numbers of the newest libraries and courses that the user may view.

    Libraries of the given organizations are left out.
    """
    newest = libraries.viewable_libraries(user).exclude(org__short_name__in=but_not_of).order_by("-pk")
    names = newest.values_list("org__short_name", "slug")[:MAX_LISTED]
    newest_courses: Any = courses.viewable_courses(user).order_by("-created").values_list("pk", flat=True)
    keys: list[ContextKey] = [*(LibraryLocatorV2(org, slug) for org, slug in names), *newest_courses[:MAX_LISTED]]
    known = _numbers(keys)
    if missing := [key for key in keys if key not in known]:
        # The index is still empty, but the key has to find documents that are indexed while it is valid.
        SearchAccess.objects.bulk_create([SearchAccess(context_key=key) for key in missing], ignore_conflicts=True)
        known |= _numbers(missing)
    return tuple(sorted(known.values(), reverse=True)[:MAX_LISTED])


def _numbers(keys: Sequence[ContextKey]) -> dict[ContextKey, int]:
    found: dict[ContextKey, int] = {}
    for part in batched(keys, MAX_LISTED):
        rows: Any = SearchAccess.objects.filter(context_key__in=part).values_list("context_key", "pk")
        found |= dict(rows)
    return found
