"""Reads the manifest of a cartridge: its resources, and the items that organize them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from lxml import etree

from ...olx.api import ArchiveTooLargeError, Limits, NotACourseError
from ..questions import xml


@dataclass(frozen=True, slots=True)
class Item:
    """A folder or a leaf of the organization. ``resource`` is the identifier of the resource it shows; "" for none."""

    identifier: str
    title: str
    resource: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Resource:
    """
    A resource of a cartridge.

    Args:
        kind: its type without version, for example ``webcontent`` or ``imsqti``.
        href: path of its main file; "" if it has none.
        files: paths of its files.
    """

    identifier: str
    kind: str
    href: str
    files: tuple[str, ...]

    @property
    def questions_of_canvas(self) -> str:
        """Return the path of the questions in the form of Canvas, which holds more than the standard; "" without."""
        return next((path for path in self.files if path.lower().endswith(".xml.qti")), "")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of ``imsmanifest.xml``."""

    identifier: str
    title: str
    items: tuple[Item, ...]
    resources: Mapping[str, Resource]


def read_manifest(data: bytes, path: str, limits: Limits) -> Manifest:
    """Read a manifest. Raises OlxError if it is malformed, too deep or too long."""
    root = xml.parse(data, path)
    if xml.name(root) != "manifest":
        raise NotACourseError(
            _("%(path)s holds a <%(tag)s>, not a <manifest>: export the cartridge again.")
            % {"path": path, "tag": xml.name(root)},
            path,
        )
    if sum(1 for _item in xml.descendants(root, "item")) > limits.blocks:
        raise ArchiveTooLargeError(
            _("%(path)s has more than %(limit)s items: split the cartridge.")
            % {"path": path, "limit": f"{limits.blocks:,}"},
            path,
        )
    organization = xml.first(root, "organizations", "organization")
    items = _items(organization, path, limits.block_depth) if organization is not None else ()
    title = next((text for element in xml.descendants(root, "title") if (text := xml.text(element))), "")
    return Manifest(
        identifier=str(root.get("identifier") or "unnamed"),
        title=title,
        # The one item below the organization is its root; it has no title.
        items=items[0].items if len(items) == 1 and not items[0].title and not items[0].resource else items,
        resources={
            resource.identifier: resource
            for element in xml.descendants(root, "resource")
            if (resource := _resource(element))
        },
    )


def _items(parent: etree._Element, path: str, depth: int) -> tuple[Item, ...]:
    if depth <= 0:
        raise ArchiveTooLargeError(_("%(path)s nests its items too deeply: flatten it.") % {"path": path}, path)
    return tuple(
        Item(
            identifier=str(element.get("identifier") or ""),
            title=xml.text(xml.first(element, "title")),
            resource=str(element.get("identifierref") or ""),
            items=_items(element, path, depth - 1),
        )
        for element in xml.children(parent, "item")
    )


def _resource(element: etree._Element) -> Resource:
    files = tuple(str(file.get("href") or "") for file in xml.children(element, "file"))
    kind = str(element.get("type") or "").partition("/")[0].partition("_xmlv")[0]
    return Resource(
        identifier=str(element.get("identifier") or ""),
        kind=kind,
        href=str(element.get("href") or (files[0] if files else "")),
        files=files,
    )
