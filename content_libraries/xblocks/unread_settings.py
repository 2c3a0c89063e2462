"""
Removes settings that a block class cannot read from the parsed OLX, before the class sees it.

One bad setting must not hide a component, and a small text that expands to a huge value must not be expanded. The
stored OLX keeps these settings, and authors are told of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import yaml
from django.utils.translation import gettext as _
from lxml import etree
from xblock.core import XML_NAMESPACES, XBlock
from xblock.fields import Field, JSONField, String, XMLString

from ..characters import valid_value
from ..errors import ContentLibrariesError, InvalidValueError, OversizedValueError
from ..olx.api import root_tag
from ..values import ValueBudget, check_plain, read_json, read_value

_UNREADABLE: Final = (ContentLibrariesError, ValueError, TypeError, OverflowError, AttributeError, yaml.YAMLError)
_NOT_IN_YAML: Final = yaml.reader.Reader.NON_PRINTABLE
_OPTION: Final = f"{{{XML_NAMESPACES['option']}}}"
"""Begins the names of elements that hold a setting which is too long for an attribute."""

_METADATA: Final = "meta"
"""An element with settings as JSON, in OLX of the first years."""


def drop_unreadable_settings(cls: type[XBlock], node: etree._Element) -> dict[str, str]:
    """
    Remove settings that are invalid for their fields, or whose values would be too large.

    Args:
        cls: the class that will read the element.
        node: the root element of a component; it is changed.

    Returns: name of each setting that was taken out -> why.
    """
    budget, unread = ValueBudget(), {}
    for name, text in node.items():
        try:
            node.set(name, _readable(cls.fields.get(name), text, budget))
        except _UNREADABLE as error:
            unread[name] = str(error)
            del node.attrib[name]
    for child in [child for child in node if isinstance(child.tag, str)]:
        try:
            if child.tag.startswith(_OPTION):
                field = cls.fields.get(child.tag.removeprefix(_OPTION))
                child.text = _readable(field, child.text or "", budget)
            elif child.tag == _METADATA and child.text:
                read_json(child.text, budget)
        except _UNREADABLE as error:
            unread[child.tag.removeprefix(_OPTION)] = str(error)
            node.remove(child)
    return unread


def notice_of(unread: Mapping[str, str]) -> str:
    """Tell authors which settings were removed; "" if no setting was removed."""
    if not unread:
        return ""
    told = "; ".join(f"{name}: {reason}" for name, reason in sorted(unread.items()))
    return _("These settings in the OLX cannot be read, and do not count. %(settings)s") % {"settings": told}


def _readable(field: Field | None, text: str, budget: ValueBudget) -> str:
    """
    Return the text of a setting, in which surrogate pairs have become whole characters.

    Raises one of _UNREADABLE for an invalid value. An attribute that is not a field of the class is returned unchanged.
    """
    if field is None:
        return text
    if isinstance(field, XMLString):
        root_tag(text)  # refuses a text with entities
        return text
    if isinstance(field, String):
        _refuse_oversized(text, budget)
        field.from_string(text)
        return text
    value = read_value(text, budget)
    # The fields' own reader is slow, with the same result; but some field classes override it.
    has_own_reader = type(field).from_string is not JSONField.from_string
    check_plain(field.to_json(field.from_string(text) if has_own_reader else field.enforce_type(value)))
    return _with_whole_characters(text, value)


def _refuse_oversized(text: str, budget: ValueBudget) -> None:
    """
    Raise OversizedValueError for a text that would be an oversized JSON value.

    Some block classes try to read every text as JSON first.
    """
    if text[:1] not in ("[", "{"):
        return
    try:
        read_json(text, budget)
    except OversizedValueError:
        raise
    except InvalidValueError:
        return  # an ordinary text, which begins with a bracket


def _with_whole_characters(text: str, value: object) -> str:
    r"""
    Replace surrogate pairs in the text of a value by whole characters.

    JSON may write one character as ``\ud83d\ude00``. Fields would read two halves of a character.
    """
    if "\\u" not in text:
        return text
    try:
        whole = json.dumps(valid_value(value), ensure_ascii=False)
    except TypeError:  # it holds a date, which JSON does not have
        return text
    return _NOT_IN_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", whole)
