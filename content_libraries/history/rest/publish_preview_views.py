"""The view of publish previews (wire: own-publish-previews)."""

from __future__ import annotations

from collections.abc import Mapping

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ... import keys
from ...keys import ItemKey, LibraryLocatorV2
from ...rest.bodies import KeyListField, StrictSerializer, request_body
from ...rest.dates import SecondsDateTimeField
from ...rest.named_keys import named_key
from ...rest.views import LibraryAPIView
from .. import api
from .preview_pages import PreviewPage, PreviewPageSerializer, PreviewPagesSerializer, wanted_page


class DraftAuthorSerializer(serializers.Serializer[api.DraftAuthor]):
    """A user whose unpublished changes would be published."""

    username = serializers.CharField(allow_null=True, help_text="Null for the site itself, or a user who is gone.")
    changed_at = SecondsDateTimeField()


class PreviewItemSerializer(serializers.Serializer[api.PreviewItem]):
    """Shows the change of one item in a publish."""

    item_key = serializers.CharField(source="key")
    item_type = serializers.CharField(help_text="Type of the XBlock or container.")
    title = serializers.CharField()
    change = serializers.ChoiceField(
        choices=list(api.PublishChange), help_text="With contents, only something below the item would change."
    )
    reason = serializers.ChoiceField(
        choices=list(api.PublishReason),
        help_text="Asked for; needed, because it is in another item; or affected, as a container of something.",
    )
    needed_by = serializers.ListField(child=serializers.CharField(), help_text="The containers that need the item.")
    old_version = serializers.IntegerField(allow_null=True, help_text="The published version now; null if none is.")
    new_version = serializers.IntegerField(allow_null=True, help_text="Null where a deletion would be published.")
    authors = DraftAuthorSerializer(many=True, help_text="Whose unpublished changes would be published.")


class DraftLeftOutSerializer(serializers.Serializer[api.DraftLeftOut]):
    """An item that would stay a draft."""

    item_key = serializers.CharField(source="key")
    item_type = serializers.CharField(help_text="Type of the XBlock or container.")
    title = serializers.CharField()


class OfferedUpdateSerializer(serializers.Serializer[object]):
    """A block of a course that would be offered an update."""

    course_key = serializers.CharField()
    usage_key = serializers.CharField()
    upstream = serializers.CharField(help_text="The item that the block is linked to.")
    version_synced = serializers.IntegerField(allow_null=True, help_text="The version that the block has.")
    version_offered = serializers.IntegerField(allow_null=True, help_text="Null where the item would be deleted.")
    customized = serializers.ListField(child=serializers.CharField(), help_text="Fields that the course has changed.")
    edited = serializers.BooleanField(help_text="Whether the course changed what the next sync takes back.")
    top_level = serializers.CharField(
        allow_null=True, help_text="The outermost linked block that the block is part of; null for none."
    )


class PublishCountsSerializer(serializers.Serializer[object]):
    """Numbers of items by what would happen to them."""

    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    deleted = serializers.IntegerField()
    contents = serializers.IntegerField(help_text="Items below which something would change.")
    unchanged = serializers.IntegerField(help_text="Items that were asked for and have no changes.")


class CourseUpdatesSerializer(serializers.Serializer[object]):
    """The blocks of courses that would be offered an update."""

    course_count = serializers.IntegerField(help_text="Courses, of those that the caller may view.")
    block_count = serializers.IntegerField(help_text="Blocks in them.")
    blocks = OfferedUpdateSerializer(many=True, help_text="A page of them.")
    hidden_course_count = serializers.IntegerField()
    hidden_block_count = serializers.IntegerField()


class PublishPreviewSerializer(PreviewPagesSerializer):
    """Shows all items that a publish would change, and the effects on courses."""

    library_key = serializers.CharField()
    fingerprint = serializers.CharField(help_text="Names the content. It changes when one of the items is edited.")
    is_empty = serializers.BooleanField(help_text="Whether there is nothing to publish.")
    item_count = serializers.IntegerField()
    counts = PublishCountsSerializer()
    items = PreviewItemSerializer(many=True, help_text="A page of the items.")
    left_out_count = serializers.IntegerField(help_text="Items with unpublished changes that would stay drafts.")
    left_out = DraftLeftOutSerializer(many=True, help_text="A page of them.")
    others = DraftAuthorSerializer(many=True, help_text="Other users whose unpublished changes would be published.")
    course_updates = CourseUpdatesSerializer()


class PublishPreviewRequestSerializer(StrictSerializer):
    """The items to publish."""

    library_key = serializers.CharField()
    item_keys = KeyListField(
        child=serializers.CharField(),
        required=False,
        allow_empty=False,
        help_text="Components and containers, also deleted ones; all unpublished changes if left out.",
    )


class PublishPreviewsView(LibraryAPIView):
    """Previews of publishes."""

    @extend_schema(
        operation_id="publish_preview",
        summary="Preview a publish",
        description="Writes nothing. Needs VIEW. Containers are published with everything in them.",
        parameters=[PreviewPageSerializer],
        request=PublishPreviewRequestSerializer,
        responses=PublishPreviewSerializer,
        tags=["history"],
    )
    def post(self, request: Request) -> Response:
        page = wanted_page(request)
        body = PublishPreviewRequestSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        preview = api.preview_publish(
            library_of(body.validated_data["library_key"]),
            user=request.user,
            item_keys=items_of(body.validated_data.get("item_keys")),
            left_out=page.part,
        )
        return Response(preview_data(preview, page))


def library_of(text: str) -> LibraryLocatorV2:
    """Parse the key of a library. Raises InvalidInputError, which is a 400 here."""
    return named_key(keys.library_key, text, field="library_key")


def items_of(texts: list[str] | None) -> list[ItemKey] | None:
    """Parse the keys of items, each once. Raises InvalidInputError, which is a 400 here."""
    if texts is None:
        return None
    return [named_key(keys.item_key, text, field="item_keys") for text in dict.fromkeys(texts)]


def preview_data(preview: api.PublishPreview, page: PreviewPage) -> Mapping[str, object]:
    """Return a page of a preview as clients read it. The preview names the items of the page that are left out."""
    offers = preview.offers
    return PublishPreviewSerializer(
        {
            **page.place(len(preview.items), preview.left_out_count, len(offers.updates)),
            "library_key": preview.library_key,
            "fingerprint": preview.fingerprint,
            "is_empty": preview.is_empty,
            "item_count": len(preview.items),
            "counts": {change.value: preview.counts[change] for change in api.PublishChange},
            "items": page.of(preview.items),
            "left_out_count": preview.left_out_count,
            "left_out": preview.left_out,
            "others": preview.others,
            "course_updates": {
                "course_count": len({update.course_key for update in offers.updates}),
                "block_count": len(offers.updates),
                "blocks": page.of(offers.updates),
                "hidden_course_count": offers.hidden_courses,
                "hidden_block_count": offers.hidden_blocks,
            },
        }
    ).data
