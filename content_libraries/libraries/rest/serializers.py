"""Shapes of libraries and teams on the wire."""

from __future__ import annotations

from django.core.validators import validate_unicode_slug
from rest_framework import serializers

from ...learning_core.api import MAX_TITLE
from ...rest.dates import SecondsDateTimeField
from ..data import LibrarySummary, TeamMember
from ..lifecycle import MAX_DESCRIPTION
from ..models import AccessLevel, ContentLibrary, License

_MAX_SLUG = ContentLibrary._meta.get_field("slug").max_length


class LibrarySerializer(serializers.Serializer[LibrarySummary]):
    """A library (wire: libraries-object)."""

    id = serializers.CharField(source="library.library_key", help_text="Key of the library, lib:ORG:SLUG.")
    org = serializers.CharField(source="library.org.short_name")
    slug = serializers.CharField(source="library.slug")
    title = serializers.CharField(source="library.title")
    description = serializers.CharField()
    num_blocks = serializers.IntegerField(help_text="Live components and containers together.")
    last_published = SecondsDateTimeField(allow_null=True)
    published_by = serializers.CharField()
    last_draft_created = SecondsDateTimeField(allow_null=True)
    last_draft_created_by = serializers.CharField()
    allow_public_learning = serializers.BooleanField(source="library.allow_public_learning")
    allow_public_read = serializers.BooleanField(source="library.allow_public_read")
    has_unpublished_changes = serializers.BooleanField()
    has_unpublished_deletes = serializers.BooleanField()
    license = serializers.ChoiceField(source="library.license", choices=License.choices)
    can_edit_library = serializers.BooleanField(help_text="Only computed where one library is read.")
    created = SecondsDateTimeField(allow_null=True)
    updated = SecondsDateTimeField(allow_null=True)


class LibraryListQuerySerializer(serializers.Serializer[dict[str, str]]):
    """Query parameters of the list of libraries."""

    org = serializers.CharField(required=False, help_text="Short name of an organization.")
    text_search = serializers.CharField(
        required=False, help_text="Part of a slug, organization, title or description, in any case."
    )
    order = serializers.CharField(
        required=False, help_text="title, created or updated; a leading - for the opposite order."
    )


class LibraryUpdateSerializer(serializers.Serializer[dict[str, object]]):
    """Body of a PATCH."""

    title = serializers.CharField(required=False, max_length=MAX_TITLE)
    description = serializers.CharField(required=False, max_length=MAX_DESCRIPTION)
    allow_public_learning = serializers.BooleanField(required=False)
    allow_public_read = serializers.BooleanField(required=False)
    license = serializers.ChoiceField(required=False, choices=License.choices)


class LibraryCreateSerializer(LibraryUpdateSerializer):
    """Body of a POST. Unlike in a PATCH, the description may be blank."""

    org = serializers.SlugField()
    slug = serializers.CharField(max_length=_MAX_SLUG, validators=[validate_unicode_slug])
    title = serializers.CharField(max_length=MAX_TITLE)
    description = serializers.CharField(allow_blank=True, max_length=MAX_DESCRIPTION)
    learning_package = serializers.IntegerField(required=False, help_text="Content that the caller has restored.")


class TeamMemberSerializer(serializers.Serializer[TeamMember]):
    """An entry of a team: of a user, or of a group."""

    access_level = serializers.ChoiceField(choices=AccessLevel.choices)
    email = serializers.EmailField(allow_null=True)
    username = serializers.CharField(allow_null=True)
    group_name = serializers.CharField(allow_null=True)


class AccessLevelSerializer(serializers.Serializer[dict[str, str]]):
    """Body that gives a level."""

    access_level = serializers.ChoiceField(choices=AccessLevel.choices)


class TeamMemberAddSerializer(AccessLevelSerializer):
    """Body that adds a user by e-mail address."""

    email = serializers.EmailField()
