"""Videos: their transcripts and pictures are files, which they name without a path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from django.conf.locale import LANG_INFO
from lxml import etree

from ..errors import InvalidValueError
from ..olx.api import OlxBlock, start_tags
from ..values import read_json
from .data import VIDEO, BlockType
from .markup import squeezed, text_of
from .search_texts import SearchText

_OTHER_LANGUAGE: Final = "und"
_NAMING_TAGS: Final = frozenset({"transcript", "video", "video_asset"})


def _named_files(block: OlxBlock) -> Iterator[str]:
    for tag, attributes in start_tags(block.olx, _NAMING_TAGS):
        if tag == "video":
            if attributes.get("sub"):
                yield f"subs_{attributes['sub']}.srt.sjson"
            yield from _transcripts(attributes)
            yield attributes.get("thumbnail", "")
        elif tag == "video_asset":
            yield attributes.get("image", "")
        elif "src" in attributes:
            yield attributes["src"].removeprefix("/static/")
        elif block.attributes.get("edx_video_id"):
            language, file_format = attributes.get("language_code", ""), attributes.get("file_format", "srt")
            yield f"{block.attributes['edx_video_id']}-{language}.{file_format}"


def _transcripts(attributes: Mapping[str, str]) -> Iterator[str]:
    try:
        transcripts = read_json(attributes.get("transcripts", "{}"))
    except InvalidValueError:
        return
    if isinstance(transcripts, dict):
        yield from (name for name in transcripts.values() if isinstance(name, str))


def _search_text(root: etree._Element) -> SearchText:
    texts: dict[str, list[str]] = {}
    for node in root.iter("transcript"):
        texts.setdefault(f"transcript_{_language(node.get('language', 'en'))}", []).append(text_of(node))
    joined = {name: squeezed(" ".join(parts)) for name, parts in texts.items()}
    return SearchText({name: text for name, text in joined.items() if text})


def _language(code: str) -> str:
    """
    Return the language code that is used in the name of a transcript's search field.

    An engine keeps every field name for good and has room for 65,536. So only languages that Django knows get a field
    each, with or without their region; all others share one.
    """
    return next((name for name in (code, code.split("-", maxsplit=1)[0]) if name.lower() in LANG_INFO), _OTHER_LANGUAGE)


TYPES: Final = (
    BlockType(
        name=VIDEO,
        named_files=_named_files,
        naming_tags=_NAMING_TAGS,
        search_text=_search_text,
        unique_attribute="edx_video_id",
    ),
)
