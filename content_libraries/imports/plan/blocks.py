"""Decides which item each block of a source becomes in a library. Pure: all data was read before."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.utils.translation import gettext_noop

from ...content.api import LICENSE_SETTINGS, ContainerSettingsData
from ...learning_core.api import COMPONENT_NAMESPACE, FileMedia
from ...olx.api import TAGS_ATTRIBUTE, OlxBlock, StaticFile
from ...site_language import gettext as _
from ..data import (
    MAKING_ACTIONS,
    NO_SETTINGS,
    TAGGING_ACTIONS,
    WRITING_ACTIONS,
    Action,
    ImportOptions,
    OnRepeat,
    PlannedBlock,
)
from .codes import CodeAllocator, code_from_id, code_from_title
from .library_facts import LibraryFacts
from .shape import Node, reason_of_parent
from .source_part import SourcePart, component_of
from .tags import SourceTags

_COURSE_SETTINGS: Final = (
    "due",
    "format",
    "graded",
    "group_access",
    "hide_from_toc",
    "start",
    "visible_to_staff_only",
)
_NO_SETTING: Final = frozenset({"", "null", "{}", "false"})

_STAYS_DRAFT: Final = gettext_noop("It has unpublished changes, which stay unpublished when this import is published.")


@dataclass(slots=True, kw_only=True)
class BlockPlanner:
    """
    Plans all blocks of a source.

    Args:
        part: the part of the source.
        facts: the state of the library.
        tags: the tags of the source.
        codes: hands out the codes of new items.
        actions: node -> its action, code and ``entity_ref``; filled while planning.
    """

    part: SourcePart
    facts: LibraryFacts
    tags: SourceTags
    options: ImportOptions
    codes: CodeAllocator
    actions: dict[Node, tuple[Action, str, str]] = field(default_factory=dict)

    def plan(self) -> list[PlannedBlock]:
        """Plan every block of the part once, parents before children."""
        for node in self.part.nodes:
            self.actions[node] = self._decide(node)
        loose = self._loose_nodes()
        return self._with_notes_on_drafts(
            [self._planned_block(node, loose=loose.get(node)) for node in self.part.nodes]
        )

    def tagged_blocks(self) -> list[OlxBlock]:
        """Return the blocks whose items get tags, after they were planned."""
        nodes = self.part.nodes
        return [node.block for node in nodes if node.block and self.actions[node][0] in TAGGING_ACTIONS]

    def _decide(self, node: Node) -> tuple[Action, str, str]:
        if node.is_parent:
            return Action.LEAVE_OUT, self.codes.free_component(node.item_type, self._wanted_code(node)), ""
        if node.fate == Action.FAILED:
            return self._failed(node)
        if node.fate:
            return node.fate, "", ""
        target = self.facts.targets.get(str(node.source_key))
        if target is None or self.options.on_repeat == OnRepeat.FORK:
            code = self._new_code(node)
            return (Action.FORK if target else Action.CREATE), code, _entity_ref(node, code)
        code = target.entity_ref.rsplit(":", 1)[-1]
        if target.version_pk is None:
            return Action.RESTORE, code, target.entity_ref
        if self.options.on_repeat == OnRepeat.SKIP:
            return Action.SKIP, code, target.entity_ref
        return Action.UPDATE, code, target.entity_ref

    def _failed(self, node: Node) -> tuple[Action, str, str]:
        """Name the item that an earlier import made of a block that cannot be read now, so that it keeps its place."""
        target = self.facts.targets.get(str(node.source_key))
        if target is None or target.version_pk is None or self.options.on_repeat == OnRepeat.FORK:
            return Action.FAILED, "", ""
        return Action.FAILED, target.entity_ref.rsplit(":", 1)[-1], target.entity_ref

    def _wanted_code(self, node: Node) -> str:
        url_name = (node.block and node.block.url_name) or str(node.source_key.block_id)
        if self.options.preserve_url_slugs:
            return code_from_id(url_name, is_ascii=self.facts.is_ascii)
        return code_from_title(node.title, url_name, is_ascii=self.facts.is_ascii)

    def _new_code(self, node: Node) -> str:
        wanted = self._wanted_code(node)
        return self.codes.container(wanted) if node.rank else self.codes.component(node.item_type, wanted)

    def _loose_nodes(self) -> dict[Node, str]:
        """
        Find the items that are created or restored, but not placed, because their container is skipped.

        Returns: node of the item -> title of the container.
        """
        return {
            child: node.title
            for node in self.part.nodes
            if self.actions[node][0] == Action.SKIP
            for child in node.children
            if self.actions[child][0] in {Action.CREATE, Action.RESTORE}
            if self.actions[child][2] not in self.facts.targets[str(node.source_key)].children
        }

    def _with_notes_on_drafts(self, blocks: list[PlannedBlock]) -> list[PlannedBlock]:
        """Add a note to items in written containers whose drafts stay unpublished when the import is published."""
        inside = {ref for block in blocks if block.action in WRITING_ACTIONS for ref in block.children}
        return [
            replace(block, reason=f"{block.reason} {_(_STAYS_DRAFT)}".strip())
            if block.action in {Action.SKIP, Action.KEEP}
            and block.entity_ref in inside
            and not self.facts.targets[str(block.source_key)].is_published
            else block
            for block in blocks
        ]

    def _planned_block(self, node: Node, *, loose: str | None) -> PlannedBlock:
        action, code, entity_ref = self.actions[node]
        content: dict[str, Any] = {}
        reason = node.reason
        if node.is_parent and node.block:
            reason = f"{reason} {reason_of_parent(node.block, code)}".strip()
        fault = node.block.fault if node.block else None
        if loose is not None:
            text = _("“%(container)s” exists and is skipped, so this is not placed in it.") % {"container": loose}
            reason = f"{reason} {text}".strip()
        if not node.fate:
            block = component_of(node)
            content = self._component(node, block) if block else self._container(node)
            if too_large := content.pop("too_large", ()):
                text = _("Larger than a library takes, and so left out: %(files)s.")
                reason = f"{reason} {text % {'files': ', '.join(too_large)}}".strip()
        planned = PlannedBlock(
            node.source_key,
            node.item_type,
            node.title,
            action,
            code if entity_ref else "",
            entity_ref,
            tags=self.tags.given_to(node.block) if node.block and action in TAGGING_ACTIONS else (),
            reason=reason,
            wanted_code=self._wanted_code(node) if action in MAKING_ACTIONS else code,
            base_version_pk=None if action in MAKING_ACTIONS else self._base_version_pk(node),
            path=fault.path if fault else "",
            line=fault.line if fault else 0,
            **content,
        )
        if action == Action.UPDATE and self.facts.has_equal(planned):
            return replace(planned, action=Action.KEEP)
        return planned

    def _base_version_pk(self, node: Node) -> int | None:
        target = self.facts.targets.get(str(node.source_key))
        return target.version_pk if target else None

    def _component(self, node: Node, block: OlxBlock) -> dict[str, Any]:
        referenced = sorted(self.part.references[id(block)].items())
        return {
            "olx": self.part.texts[id(block)],
            "files": tuple(_file_media(name, file) for name, file in referenced if not file.exceeds_media_limit),
            "too_large": [file.path for _name, file in referenced if file.exceeds_media_limit],
            "course_settings": _course_settings(self.part.tree.settings_of(block)),
            "settings": self._license_of_component(node, block),
        }

    def _container(self, node: Node) -> dict[str, Any]:
        settings = self.part.tree.settings_of(node.block) if node.block else {}
        for name in ("display_name", TAGS_ATTRIBUTE):
            settings.pop(name, None)
        said = [str(settings.pop(name, None) or "") for name in LICENSE_SETTINGS]
        inherited = self.part.licenses.get(id(node.block), "") if node.block else ""
        stored = self._stored(node)
        refs = (self.actions[child][2] for child in node.children)
        return {
            "children": tuple(ref for ref in refs if ref),
            "settings": ContainerSettingsData(
                settings,
                said[0] or inherited or stored.license,
                said[1] or stored.license_holder,
                said[2] or stored.copyright_notice,
            ),
        }

    def _license_of_component(self, node: Node, block: OlxBlock) -> ContainerSettingsData:
        """Return what a component inherits from containers of the source that do not become items."""
        inherited = self.part.licenses.get(id(block), "")
        if not inherited or self.part.tree.settings_of(block).get(LICENSE_SETTINGS[0]):
            return NO_SETTINGS
        return replace(self._stored(node), license=inherited)

    def _stored(self, node: Node) -> ContainerSettingsData:
        """Return the settings and license that an existing item has. What a source does not say about them, stays."""
        version_pk = None if self.actions[node][0] in MAKING_ACTIONS else self._base_version_pk(node)
        return self.facts.settings.get(version_pk or 0, NO_SETTINGS)


def _entity_ref(node: Node, code: str) -> str:
    return code if node.rank else f"{COMPONENT_NAMESPACE}:{node.item_type}:{code}"


def _course_settings(settings: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of a component's settings that concern learners, dates or grades of its course."""
    values = {name: str(settings[name]).lower() for name in _COURSE_SETTINGS if settings.get(name) is not None}
    return tuple(name for name, value in values.items() if value not in _NO_SETTING)


def _file_media(name: str, file: StaticFile) -> FileMedia:
    """Describe a file under the name that the block uses, which may differ from the path in the archive."""
    media_type, _encoding = mimetypes.guess_type(file.path)
    return FileMedia(f"static/{name}", media_type or "application/octet-stream", file.digest, file.size)
