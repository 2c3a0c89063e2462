"""
Replaces the permissions of openedx-tagging by the rules of libraries.

The package itself lets all users see everything and no user edit tags, and leaves better rules to its host. Its
rules about objects outside of libraries stay unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from openedx_tagging.models import Taxonomy

from ..errors import NotFoundError
from ..libraries.api import ContentLibrary, Permission, may
from ..upstream.openedx_tagging import rule_of, set_rule
from . import api

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

type _User = User | AnonymousUser


def is_taxonomy_admin(user: _User, taxonomy: Taxonomy | None = None) -> bool:
    """Return whether a user may change a taxonomy; without one, whether the user may change any."""
    return api.administers_taxonomies(user)


def can_view_taxonomy(user: _User, taxonomy: Taxonomy | None = None) -> bool:
    """Return whether a user may see a taxonomy; without one, whether the user may list taxonomies."""
    if taxonomy is None or api.administers_taxonomies(user):
        return user.is_active
    return api.visible_taxonomies(user).filter(pk=taxonomy.pk).exists()


def can_use_taxonomy(user: _User, taxonomy: Taxonomy | None = None) -> bool:
    """Return whether a user may see and give tags of a taxonomy."""
    return can_view_taxonomy(user, taxonomy) and (taxonomy is None or taxonomy.enabled)


def can_view_tags_in(user: _User, library: ContentLibrary) -> bool:
    """Return whether a user may see the tags of a library's content."""
    return may(user, library, Permission.VIEW)


def _decide_in_libraries(permission: str, decide: Callable[[_User, ContentLibrary], bool]) -> None:
    """Make a rule that lets library roles decide about objects in libraries, and the original rule about all others."""
    elsewhere = rule_of(permission)

    def decide_about_object(user: _User, object_id: str) -> bool:
        if not api.is_library_object(object_id):
            return bool(elsewhere.test(user, object_id))
        try:
            return decide(user, api.library_of(object_id))
        except NotFoundError:
            return False

    set_rule(permission, decide_about_object)


for _name in ("add_taxonomy", "change_taxonomy", "delete_taxonomy"):
    set_rule(f"oel_tagging.{_name}", is_taxonomy_admin)
for _name in ("view_taxonomy", "list_tag"):
    set_rule(f"oel_tagging.{_name}", can_view_taxonomy)
for _name in ("view_objecttag_taxonomy", "change_objecttag_taxonomy"):
    set_rule(f"oel_tagging.{_name}", can_use_taxonomy)

_decide_in_libraries("oel_tagging.view_objecttag_objectid", can_view_tags_in)
_decide_in_libraries("oel_tagging.change_objecttag_objectid", api.may_tag)
_decide_in_libraries("oel_tagging.remove_objecttag_objectid", api.may_tag)
