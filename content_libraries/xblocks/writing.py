"""
Writes changed fields into stored OLX.

Only the attributes and elements of changed fields are replaced; attributes and elements that the block class does not
know survive. The class decides how a field is written. Every result is read back by the class before it counts, so that
OLX is never saved if it would be read differently.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from enum import Enum
from typing import Final
from weakref import WeakKeyDictionary

from django.utils.translation import gettext as _
from lxml import etree
from xblock.core import XBlock
from xblock.fields import Field, Scope

from ..errors import ContentLibrariesError, InvalidValueError
from ..olx.api import inlined, with_attributes
from ..values import check_plain
from .data import InvalidFieldsError, ShownVersion
from .field_data import UNSET
from .parsing import UnreadableOlxError, make_block, parsed_root
from .visits import Visit

logger = logging.getLogger(__name__)

DATA: Final = "data"
_AUTHORED_SCOPES: Final = (Scope.settings, Scope.content)
_UNNAMED_FIELDS: Final = frozenset({"xml_attributes", "parent", "children"})
"""Fields that carry XML over an import, or describe a course's tree."""

type Changes = Mapping[str, object]
"""Field name -> JSON value, or UNSET for the default."""


class DataShape(Enum):
    """Forms of the field ``data`` of a type in its OLX."""

    WHOLE = "the whole element, as in problems"
    INNER = "what is inside of the element, as in texts"
    OTHER = "something else, or there is no such field"


_shapes: WeakKeyDictionary[type[XBlock], DataShape] = WeakKeyDictionary()


def changed_olx(block_version: ShownVersion, changes: Changes) -> str:
    """
    Return the OLX of a version with some authored fields changed.

    The text stays the same if the fields have the new values already. Raises InvalidFieldsError for a value that its
    field cannot have, UnknownTypeError and UnreadableOlxError.
    """
    block = make_block(Visit(block_version))
    different = {name: value for name, value in changes.items() if differs(block, name, value)}
    if not different:
        return block_version.olx
    for write in _ways(block):
        try:
            text = write(block_version, block, different)
        except (InvalidFieldsError, MemoryError):
            raise
        except Exception:  # third-party code; another way may work
            logger.info("%s did not write %s.", write.__name__, block_version.key, exc_info=True)
            continue
        if _reads_as(block_version, block, different, text):
            return block_version.olx if canonical(text) == canonical(block_version.olx) else text
    raise InvalidFieldsError(
        _("“%(block_type)s” cannot keep this: %(fields)s")
        % {"block_type": block_version.key.block_type, "fields": ", ".join(sorted(different))}
    )


def authored_fields(block: XBlock) -> list[Field]:
    """List the fields of a block that authors may see: settings and content, sorted by name."""
    return [
        field
        for name, field in sorted(block.fields.items())
        if field.scope in _AUTHORED_SCOPES and name not in _UNNAMED_FIELDS
    ]


def canonical(olx: str) -> bytes:
    """
    Return the canonical form of an OLX text.

    Texts that differ only in the spelling of their XML have the same form.
    """
    return bytes(etree.tostring(parsed_root(olx), method="c14n"))


def differs(block: XBlock, name: str, value: object) -> bool:
    """Return whether a change would give a field of a block another value, or set a value that it has by default."""
    field = block.fields[name]
    if value is UNSET:
        if not field.is_set_on(block):
            return False
        # A field whose value and default are null is read as null and sent back as null.
        return field.read_json(block) is not None or field.default is not None
    if name != DATA and not field.is_set_on(block):
        return True  # an author who chooses the present default wants it to stay
    return bool(field.read_json(block) != field.to_json(field.from_json(value)))


def _ways(block: XBlock) -> Iterator[Callable[[ShownVersion, XBlock, Changes], str]]:
    if data_shape(block) is DataShape.OTHER:
        yield _by_class
    yield _by_attributes


def data_shape(block: XBlock) -> DataShape:
    """
    Find out how the OLX of a block type holds ``data``, by letting the class write a small example.

    The result is remembered as long as the class exists, because edits of many blocks ask for each of them.
    """
    cls = type(block)
    if cls not in _shapes:
        _shapes[cls] = _shape_of(block)
    return _shapes[cls]


def _shape_of(block: XBlock) -> DataShape:
    if DATA not in block.fields:
        return DataShape.OTHER
    tag = block.scope_ids.block_type
    inner = "<p>example</p>"
    whole = f"<{tag}>{inner}</{tag}>"
    try:
        example = make_block(block.runtime.visit.of_text(whole))
    except UnreadableOlxError:
        return DataShape.OTHER
    text = str(example.data or "").strip()
    if text == inner:
        return DataShape.INNER
    return DataShape.WHOLE if "".join(text.split()) == whole else DataShape.OTHER


def _by_attributes(block_version: ShownVersion, block: XBlock, changes: Changes) -> str:
    """Write settings as attributes, and ``data`` as the element or its content."""
    olx = block_version.olx
    shape = data_shape(block)
    if DATA in changes and shape is not DataShape.OTHER:
        changes = dict(changes)
        data = str(changes.pop(DATA)) if changes[DATA] is not UNSET else ""
        olx = inlined(olx, data) if shape is DataShape.INNER else _with_whole(olx, block, data)
    return with_attributes(
        olx, {name: None if value is UNSET else _text(block.fields[name], value) for name, value in changes.items()}
    )


def _with_whole(olx: str, block: XBlock, data: str) -> str:
    """
    Return the new element with the attributes of the old one.

    Settings in the new element do not count: they are separate fields, as on the platform.
    """
    tag = block.scope_ids.block_type
    data = data.strip() or f"<{tag}/>"
    try:
        new = parsed_root(data)
    except ContentLibrariesError as error:
        raise InvalidFieldsError(error.message) from error
    if new.tag != tag:
        raise InvalidFieldsError(
            _("it has to begin with “%(tag)s”, not with “%(found)s”") % {"tag": tag, "found": new.tag}
        )
    settings = {name for name in new.attrib if name in block.fields or name == "url_name"}
    kept = {name: value for name, value in parsed_root(olx).items() if name in block.fields or name not in new.attrib}
    return with_attributes(data, dict.fromkeys(settings) | kept)


def _text(field: Field, value: object) -> str:
    from xblocks_contrib.legacy_utils.xml_utils import serialize_field  # noqa: PLC0415 - imports every block

    plain = field.from_json(value)
    json_value = field.to_json(plain)
    return json_value if isinstance(json_value, str) else serialize_field(json_value)


def _by_class(block_version: ShownVersion, block: XBlock, changes: Changes) -> str:
    """Change the OLX only where the block class itself writes something different after the change."""
    base = _class_xml(make_block(Visit(block_version)))
    changed = make_block(Visit(block_version))
    apply(changed, changes)
    theirs = _class_xml(changed)
    names = {*base.attrib, *theirs.attrib}
    olx = with_attributes(
        block_version.olx,
        {name: theirs.get(name) for name in sorted(names) if base.get(name) != theirs.get(name)},
    )
    tags = {child.tag for child in (*base, *theirs) if _children(base, child.tag) != _children(theirs, child.tag)}
    if not tags and _text_of(base) == _text_of(theirs):
        return olx
    stored = parsed_root(olx)
    _replace_children(stored, theirs, tags)
    if _text_of(base) != _text_of(theirs):
        stored.text = theirs.text
    return str(etree.tostring(stored, encoding="unicode"))


def _replace_children(stored: etree._Element, theirs: etree._Element, tags: set[str]) -> None:
    """Replace the child elements with these tags. The new ones stand where the first old one was, or last."""
    old = [child for child in stored if child.tag in tags]
    place = stored.index(old[0]) if old else len(stored)
    for child in old:
        stored.remove(child)
    new = [child for child in theirs if child.tag in tags]
    for child in new:
        child.tail = None
    stored[place:place] = new


def _children(element: etree._Element, tag: str) -> list[bytes]:
    return [etree.tostring(child, method="c14n", with_tail=False) for child in element if child.tag == tag]


def _text_of(element: etree._Element) -> str:
    return (element.text or "").strip()


def apply(block: XBlock, changes: Changes) -> None:
    """Give fields of a block in memory other values. Raises InvalidFieldsError."""
    for name, value in changes.items():
        field = block.fields[name]
        if value is UNSET:
            field.delete_from(block)
        else:
            field.write_to(block, checked(field, value))
    block.save()


def checked(field: Field, value: object) -> object:
    """Convert a JSON value to a value of the field. Raises InvalidFieldsError if it has the wrong type."""
    try:
        result = field.from_json(value)
        check_plain(field.to_json(result))
    except (InvalidValueError, ValueError, TypeError, OverflowError, AttributeError, SyntaxError) as error:
        raise InvalidFieldsError(f"{field.name}: {error}") from error
    return result


def _class_xml(block: XBlock) -> etree._Element:
    """
    Return the element that the block class writes.

    A class may write a pointer and put the element into a file; the element is then read from the file.
    """
    from xblocks_contrib.legacy_utils import xml_utils  # noqa: PLC0415 - imports every block

    node = etree.Element("unknown_root")
    block.add_xml_to_node(node)
    if isinstance(block, xml_utils.LegacyXmlMixin) and xml_utils.is_pointer_tag(node):
        key = block.scope_ids.usage_id
        path = f"{key.block_type}/{xml_utils.name_to_pathname(key.block_id)}.xml"
        with block.runtime.export_fs.open(path, "rb") as file:
            node = parsed_root(file.read().decode())
    node.attrib.pop("url_name", None)
    return node


def _reads_as(block_version: ShownVersion, block: XBlock, changes: Changes, text: str) -> bool:
    """Return whether the class reads the new text as the old values with the changes."""
    try:
        result = make_block(Visit(replace(block_version, olx=text)))
    except ContentLibrariesError:
        return False
    whole = data_shape(block) is DataShape.WHOLE
    for field in authored_fields(block):
        name = field.name
        if name == DATA and whole:
            continue  # ``data`` is the whole element, whose attributes have changed
        if name not in changes:
            wanted = field.read_json(block)
        elif changes[name] is UNSET:
            wanted = field.to_json(field.default)
        else:
            wanted = field.to_json(checked(field, changes[name]))
        if field.read_json(result) != wanted:
            return False
    return True
