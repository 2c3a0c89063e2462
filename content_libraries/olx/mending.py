"""
Mends texts that could not be read, for one second reading.

Only damage with one plausible meaning is mended: UTF-16 is decoded, other bytes that are not UTF-8 are read as
Windows-1252 (which includes the characters of Latin-1), an ``&`` that begins no entity becomes ``&amp;``, entities of
HTML become their characters, two surrogates become the character that they stand for, and control characters become
spaces. Time and size are bounded by the size of the text.
"""

from __future__ import annotations

import codecs
import re
from html.entities import html5
from typing import Final

from .xml_source import xml_safe

__all__ = ["mended_text", "mended_xml"]

_NOT_ASCII: Final = re.compile(rb"[\x80-\xff]+")
_ENCODING: Final = re.compile(rb"""\A(\s*<\?xml[^<>]{0,100}?)\sencoding\s*=\s*["']([\w.:-]{1,40})["']""")
_ENCODINGS: Final = frozenset(
    {
        b"ascii",
        b"cp1252",
        b"iso-8859-1",
        b"iso8859-1",
        b"iso_8859-1",
        b"latin-1",
        b"latin1",
        b"us-ascii",
        b"utf-16",
        b"utf-16be",
        b"utf-16le",
        b"utf-8",
        b"utf16",
        b"utf8",
        b"windows-1252",
    }
)
_LITERAL: Final = r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)"
_SURROGATE: Final = r"&#(?:x[Dd][89A-Fa-f][0-9A-Fa-f]{2}|5[5-7][0-9]{3});"
_REFERENCE: Final = re.compile(
    rf"{_LITERAL}|(?P<surrogates>{_SURROGATE}{_SURROGATE})"
    r"|&(?:(?P<name>#x[0-9A-Fa-f]{1,8}|#[0-9]{1,8}|[A-Za-z][A-Za-z0-9]{0,31});)?",
    re.DOTALL,
)
_NUMBER: Final = re.compile(r"#\w+")
_XML_ENTITIES: Final = frozenset({"amp", "apos", "gt", "lt", "quot"})


def mended_text(data: bytes) -> str | None:
    """
    Decode a text that is not UTF-8; None if its bytes fit no encoding that can be recognized.

    Each run of bytes that are not ASCII is UTF-8 or else Windows-1252, so that a text in two encodings is read as well.
    """
    data = _from_utf16(data)
    if b"\0" in data:  # a binary file
        return None
    try:
        return _NOT_ASCII.sub(_as_utf8, data.removeprefix(b"\xef\xbb\xbf")).decode()
    except UnicodeDecodeError:
        return None


def mended_xml(data: bytes, *, limit: int) -> bytes | None:
    """
    Mend an XML text; None if nothing can be mended, or if the result has more bytes than the limit.

    The result need not be well-formed. Lines keep their numbers.
    """
    original, data = data, _from_utf16(data)
    found = _ENCODING.match(data)
    if found and found[2].lower() not in _ENCODINGS:
        return None
    text = mended_text(data[: found.end(1)] + data[found.end() :] if found else data)
    if text is None:
        return None
    mended = xml_safe(_REFERENCE.sub(_mended_reference, text)).encode()
    return mended if mended != original and len(mended) <= limit else None


def _from_utf16(data: bytes) -> bytes:
    """Encode a text in UTF-16 as UTF-8. Return other bytes unchanged."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif data.startswith(b"<\0"):
        encoding = "utf-16-le"
    elif data.startswith(b"\0<"):
        encoding = "utf-16-be"
    else:
        return data
    try:
        return data.decode(encoding).encode()
    except UnicodeError:
        return data


def _as_utf8(run: re.Match[bytes]) -> bytes:
    try:
        run[0].decode()
    except UnicodeDecodeError:
        return _without_surrogates(run[0]) or run[0].decode("cp1252").encode()
    return run[0]


def _without_surrogates(data: bytes) -> bytes:
    """Join the surrogates in a text that is UTF-8 except for them; b"" for other texts."""
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return b""
    return _joined(text).encode()


def _joined(text: str) -> str:
    """Replace two surrogates by the character that they stand for, and one alone by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _mended_reference(found: re.Match[str]) -> str:
    name = found["name"]
    if found["surrogates"]:
        return _joined("".join(chr(_code(each)) for each in _NUMBER.findall(found[0])))
    if found[0].startswith("<") or name in _XML_ENTITIES:
        return found[0]
    if name is None:
        return "&amp;"
    if name.startswith("#"):
        return found[0] if _is_character(name) else " "
    characters = html5.get(f"{name};")
    return "".join(f"&#{ord(character)};" for character in characters) if characters else f"&amp;{name};"


def _is_character(reference: str) -> bool:
    """Return whether a numeric reference, such as "#233" or "#xe9", names a character that XML can hold."""
    code = _code(reference)
    return code <= 0x10FFFF and xml_safe(chr(code)) == chr(code)


def _code(reference: str) -> int:
    return int(reference[2:], 16) if reference.startswith("#x") else int(reference[1:])
