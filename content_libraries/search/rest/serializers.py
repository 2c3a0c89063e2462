"""Serializers of search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.html import escape
from rest_framework import serializers

from ... import keys
from ...errors import MalformedKeyError
from ...rest.bodies import KeyListField
from ...rest.pages import page_serializer
from .. import api
from ..documents import COLLECTION, LIBRARY_BLOCK, LIBRARY_CONTAINER, MODIFIED, NEVER, PUBLISHED
from ..engine import SORTABLE

FACETS = (
    "type",
    "block_type",
    "publish_status",
    "content.problem_types",
    "license",
    "license_holder",
    "collections.key",
    "tags.taxonomy",
    "tags.level0",
    "tags.level1",
    "tags.level2",
    "tags.level3",
    "context_key",
)
"""The attributes whose values can be counted."""

_EXCERPT_FIELDS = ("description", "content", "published", "license_texts")


class SearchQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """Query parameters of a search."""

    q = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=500,
        default="",
        help_text="Words that all have to be found; the last one may be the beginning of a word.",
    )
    library = serializers.CharField(required=False, help_text="Key of the only library to look in.")
    type = serializers.MultipleChoiceField(
        required=False,
        choices=(LIBRARY_BLOCK, LIBRARY_CONTAINER, COLLECTION),
        help_text="Only these kinds. May be given several times.",
    )
    block_type = KeyListField(
        child=serializers.SlugField(max_length=100),
        required=False,
        help_text="Only these types of blocks or containers. May be given several times.",
    )
    publish_status = serializers.MultipleChoiceField(
        required=False,
        choices=(NEVER, PUBLISHED, MODIFIED),
        help_text="Only items in these states. May be given several times.",
    )

    collection = KeyListField(
        child=serializers.CharField(max_length=255),
        required=False,
        help_text="Only what is in these collections, by their codes. May be given several times.",
    )
    tag = KeyListField(
        child=serializers.CharField(max_length=3000),
        required=False,
        help_text="Only what has this tag, or a tag below it: a taxonomy, or taxonomy and lineage as in"
        " `Location > Europe`. What is given several times has to be there together.",
    )
    license = KeyListField(
        child=serializers.CharField(max_length=100),
        required=False,
        help_text="Only items for which one of these licenses counts, by their codes. May be given several times.",
    )
    ordering = serializers.ChoiceField(
        required=False,
        choices=[f"{direction}{attribute}" for attribute in SORTABLE for direction in ("", "-")],
        help_text="The best matches come first without this, or the latest changes if `q` is blank.",
    )
    facet = serializers.MultipleChoiceField(
        required=False,
        choices=FACETS,
        help_text="Attributes whose values are to be counted in everything that is found. May be given several times.",
    )

    def validate_ordering(self, value: str) -> list[api.Sort]:
        return [api.Sort(value.removeprefix("-"), descending=value.startswith("-"))]

    def validate_library(self, value: str) -> keys.LibraryLocatorV2:
        try:
            return keys.library_key(value)
        except MalformedKeyError as error:
            raise serializers.ValidationError(error.message) from error


class SearchHitSerializer(serializers.Serializer[Mapping[str, Any]]):
    """A document that was found. The context gives ``q``."""

    display_name = serializers.CharField(help_text="Title of the draft.")
    usage_key = serializers.CharField(help_text="Key of the component, container or collection.")
    type = serializers.ChoiceField(choices=(LIBRARY_BLOCK, LIBRARY_CONTAINER, COLLECTION))
    block_type = serializers.CharField(allow_null=True, default=None, help_text="Null for collections.")
    context_key = serializers.CharField(help_text="Key of the library.")
    publish_status = serializers.ChoiceField(
        choices=(NEVER, PUBLISHED, MODIFIED), allow_null=True, default=None, help_text="Null for collections."
    )
    license = serializers.CharField(
        allow_null=True, default=None, help_text="Code of the license that counts. Null for collections."
    )
    excerpt = serializers.SerializerMethodField(
        help_text="Part of the text as safe HTML, with what was found in `mark` elements."
    )

    def get_excerpt(self, document: Mapping[str, Any]) -> str:
        texts = (text for field in _EXCERPT_FIELDS for text in _texts(document.get(field)))
        return _marked(api.best_excerpt(texts, self.context["q"]))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            if name == "child_display_names":
                yield ", ".join(item)
            elif name not in ("child_usage_keys", "problem_types", "display_name"):
                yield from _texts(item)


def _marked(excerpt: api.Excerpt) -> str:
    """Return the excerpt as HTML. Texts of authors are escaped, and matches are in ``<mark>``."""
    parts: list[str] = []
    end_of_last = 0
    for start, end in excerpt.matches:
        parts += [
            escape(excerpt.text[end_of_last:start]),
            f"<mark>{escape(excerpt.text[start:end])}</mark>",
        ]
        end_of_last = end
    return "".join([*parts, escape(excerpt.text[end_of_last:])])


def search_page_serializer() -> serializers.Serializer[object]:
    """Describe one page of hits for the OpenAPI schema. The serializer serializes nothing itself."""
    page = page_serializer(SearchHitSerializer)
    page.fields["facets"] = serializers.DictField(
        child=serializers.DictField(child=serializers.IntegerField()),
        required=False,
        help_text="Attribute -> value -> how many of all hits have it, for each `facet` that was asked for.",
    )
    return page
