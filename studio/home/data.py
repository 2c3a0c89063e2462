"""Data for the frame of every page of a frontend."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from organizations import api as organizations_api
from organizations.models import Organization

from content_libraries import api


@dataclass(frozen=True, slots=True)
class Home:
    """
    The site as one user finds it. Frontends know the names of the fields.

    Courses come from their own endpoint, page by page; the lists of courses here stay empty. This host makes no
    courses, so no user is a course creator.
    """

    allow_to_create_new_org: bool
    allowed_organizations: list[str]
    allowed_organizations_for_libraries: list[str]
    can_create_organizations: bool
    show_new_library_button: bool
    show_new_library_v2_button: bool
    user_is_active: bool
    can_access_advanced_settings: bool
    studio_name: str
    studio_short_name: str
    platform_name: str
    studio_request_email: str
    tech_support_email: str
    libraries_v1_enabled: bool = True
    libraries_v2_enabled: bool = True
    course_creator_status: str = "disallowed_for_this_site"
    request_course_creator_url: str = ""
    rerun_creator_status: bool = False
    allow_course_reruns: bool = False
    allow_unicode_course_id: bool = False
    split_studio_home: bool = False
    optimization_enabled: bool = False
    redirect_to_course_authoring_mfe: bool = True
    taxonomies_enabled: bool = True
    archived_courses: tuple[object, ...] = ()
    courses: tuple[object, ...] = ()
    in_process_course_actions: tuple[object, ...] = ()
    libraries: tuple[object, ...] = ()


def home_of(user: User | AnonymousUser) -> Home:
    """Describe the site for a user, in a constant number of queries."""
    may_create = api.may_create(user)
    organizations = active_organizations() if may_create else []
    new_organizations = may_create and user.is_staff and organizations_api.is_autocreate_enabled()
    return Home(
        allow_to_create_new_org=new_organizations,
        can_create_organizations=new_organizations,
        allowed_organizations=organizations,
        allowed_organizations_for_libraries=organizations,
        show_new_library_button=False,
        show_new_library_v2_button=may_create,
        user_is_active=user.is_active,
        can_access_advanced_settings=user.is_staff,
        studio_name=settings.STUDIO_NAME,
        studio_short_name=settings.STUDIO_SHORT_NAME,
        platform_name=settings.PLATFORM_NAME,
        studio_request_email=settings.SUPPORT_EMAIL,
        tech_support_email=settings.SUPPORT_EMAIL,
    )


@dataclass(frozen=True, slots=True)
class LegacyLibraryCard:
    """
    A legacy library in a list. Frontends know the names of the fields.

    ``url`` is the URL of its archive, because this site has no page about it; "" if the archive was deleted.
    """

    library_key: str
    display_name: str
    org: str
    number: str
    url: str
    can_edit: bool
    is_migrated: bool
    migrated_to_title: str | None = None
    migrated_to_key: str | None = None
    migrated_to_collection_key: str | None = None
    migrated_to_collection_title: str | None = None


def legacy_cards(user: User | AnonymousUser) -> list[LegacyLibraryCard]:
    """
    List the legacy libraries whose archive the user may read, or which became a library that the user may view.

    They are sorted by title.
    """
    return [_legacy_card(library) for library in api.list_legacy_libraries(user=user)]


def _legacy_card(library: api.LegacyLibrary) -> LegacyLibraryCard:
    target = library.target
    return LegacyLibraryCard(
        library_key=str(library.key),
        display_name=library.title,
        org=str(library.key.org),
        number=str(library.key.library),
        url=reverse("export", args=[library.key]) if library.has_archive else "",
        can_edit=not library.is_migrated,  # a migrated library is frozen; for others a newer archive can be uploaded
        is_migrated=library.is_migrated,
        migrated_to_title=target.title if target else None,
        migrated_to_key=target.key if target else None,
        migrated_to_collection_key=(target.collection_code or None) if target else None,
        migrated_to_collection_title=(target.collection_title or None) if target else None,
    )


def active_organizations() -> list[str]:
    """Return the short names of the site's active organizations, sorted."""
    return list(Organization.objects.filter(active=True).order_by("short_name").values_list("short_name", flat=True))
