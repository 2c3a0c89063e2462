"""Planning an import: deciding what each block of a source becomes in a library."""

from __future__ import annotations

import mimetypes
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.utils.translation import gettext_noop

from ... import conf
from ...actors import Actor
from ...block_types.api import resolve_references
from ...content.api import ContainerSettingsData, settings_of
from ...learning_core.api import (
    COMPONENT_NAMESPACE,
    DraftContent,
    FileMedia,
    codes_in_use,
    codes_take_unicode,
    count_live_items,
    draft_contents,
    titles_in_use,
)
from ...libraries.api import ContentLibrary, package_pk
from ...olx.api import TAGS_ATTRIBUTE, OlxBlock, OlxTree, StaticFile, StaticNames
from ...site_language import gettext as _
from ..data import (
    MAKING_ACTIONS,
    NO_SETTINGS,
    TAGGING_ACTIONS,
    WRITING_ACTIONS,
    Action,
    ImportOptions,
    ImportPlan,
    LeftOutTag,
    OnRepeat,
    PlannedBlock,
    SizeCheck,
)
from ..records.forwarding import refuse_frozen, would_forward
from ..records.mapping import EarlierTarget, earlier_fingerprints, earlier_targets, newest_row_pk
from ..sources.keys import source_digest
from .codes import CodeAllocator, code_from_id, code_from_title
from .collecting import plan_collection
from .comparing import Texts, changes_between, fingerprints_of, own_texts
from .selection import select
from .shape import Node, reason_of_parent, shape
from .tags import SourceTags
from .unused_files import files_of_other_parts, with_unused_files

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


def plan_tree(
    tree: OlxTree,
    library: ContentLibrary,
    options: ImportOptions,
    *,
    user: Actor,
    after: Sequence[ImportPlan] = (),
) -> ImportPlan:
    """
    Plan the import of a source into a library. Reads the library in a constant number of queries; writes nothing.

    Args:
        tree: the source, already with its drafts if they shall be imported.
        library: the library to import into.
        options: the options of the import.
        user: who plans; errors name only libraries that this user may view.
        after: plans of other sources for the same library that are applied before this one.

    Raises SourceFrozenError if a forwarded legacy library has other content than when it was migrated.
    """
    source_version = source_digest(tree)
    refuse_frozen(tree.context_key, source_version, user=user)
    made_before = [block for plan in after for block in plan.makes()]
    part, unknown = select(tree, options.only)
    texts = own_texts(tree)
    used = files_of_other_parts(tree, part, texts)
    plan = _Planner.begin(part, texts, library, options, made_before, used).plan()
    if options.keep_unused_files and plan.unused_files:
        part, added = with_unused_files(part, plan.unused_files)
        plan = _Planner.begin(part, {**texts, id(added): added.olx}, library, options, made_before, used).plan()
    plan = replace(
        plan,
        source_version=source_version,
        unknown=unknown,
        fingerprints=fingerprints_of(tree, texts),
        forwards=would_forward(options.forward, tree.context_key),
    )
    return _with_library_facts(plan, tree, package_pk(library), after)


def _with_library_facts(
    plan: ImportPlan, tree: OlxTree, learning_package_pk: int, after: Sequence[ImportPlan]
) -> ImportPlan:
    """
    Add to a plan what concerns the library as a whole: collection, size, repeated titles, earlier imports.

    The library counts as having the items that the plans in ``after`` add.
    """
    earlier = earlier_fingerprints(tree.context_key, learning_package_pk)
    return replace(
        plan,
        changes=None if earlier is None else changes_between(earlier, plan.fingerprints),
        last_row_pk=newest_row_pk(tree.context_key, learning_package_pk),
        collection=plan_collection(
            learning_package_pk,
            plan.options,
            source_key=tree.context_key,
            source_title=tree.display_name,
            made_before=[plan.collection for plan in after if plan.collection and plan.collection.is_new],
        ),
        size=SizeCheck(
            limit=conf.MAX_BLOCKS_PER_CONTENT_LIBRARY.value,
            live=count_live_items(learning_package_pk) + sum(plan.size.coming for plan in after),
            coming=sum(block.action in MAKING_ACTIONS | {Action.RESTORE} for block in plan.blocks),
        ),
        taken_titles=_taken_titles(plan, learning_package_pk, [block for plan in after for block in plan.makes()]),
    )


@dataclass(slots=True)
class _Planner:
    tree: OlxTree
    texts: Texts
    library: ContentLibrary
    options: ImportOptions
    nodes: Sequence[Node]
    codes: CodeAllocator
    earlier: Mapping[str, EarlierTarget]
    targets: Mapping[str, DraftContent]
    """Source key of a block -> the draft of the item that an earlier import made of the block."""
    settings: Mapping[int, ContainerSettingsData]
    """Version pk -> stored settings, of the containers among the targets."""
    files: StaticNames
    tags: SourceTags
    is_ascii: bool
    """Whether codes have to be ASCII on this database."""
    used_files: set[str]
    """Paths of static files that an imported block, or another part of the source, refers to."""
    actions: dict[Node, tuple[Action, str, str]] = field(default_factory=dict)
    """Node -> its action, code and ``entity_ref``."""

    @classmethod
    def begin(
        cls,
        tree: OlxTree,
        texts: Texts,
        library: ContentLibrary,
        options: ImportOptions,
        made_before: Collection[PlannedBlock],
        used_files: Collection[str],
    ) -> _Planner:
        learning_package_pk = package_pk(library)
        earlier = earlier_targets(tree.context_key, learning_package_pk)
        drafts = draft_contents(learning_package_pk, {target.entity_pk for target in earlier.values()})
        return cls(
            tree=tree,
            texts=texts,
            library=library,
            options=options,
            nodes=shape(tree, options.level),
            codes=CodeAllocator.avoiding(codes_in_use(learning_package_pk), made_before),
            earlier=earlier,
            targets={
                source_key: drafts[target.entity_pk]
                for source_key, target in earlier.items()
                if target.entity_pk in drafts
            },
            settings=settings_of([draft.version_pk for draft in drafts.values() if draft.version_pk]),
            files=StaticNames(tree.static_files),
            tags=SourceTags.of(tree, library),
            is_ascii=not codes_take_unicode(),
            used_files=set(used_files),
        )

    def plan(self) -> ImportPlan:
        for node in self.nodes:
            self.actions[node] = self._decide(node)
        loose = self._loose_nodes()
        blocks = self._with_notes_on_drafts([self._planned_block(node, loose=loose.get(node)) for node in self.nodes])
        return ImportPlan(
            source_key=self.tree.context_key,
            source_title=self.tree.display_name,
            source_version="",
            library_key=self.library.library_key,
            options=self.options,
            blocks=blocks,
            folder=self.tree.folder,
            file_paths={file.digest: file.path for file in self.tree.static_files},
            unused_files=tuple(file.path for file in self.tree.static_files if file.path not in self.used_files),
            drafts_left_out=0 if self.options.with_drafts else len(self.tree.drafts),
            edited_targets=tuple(str(node.source_key) for node in self.nodes if self._is_edited(node)),
            leaving={
                str(block.source_key): gone
                for block in blocks
                if block.is_container and block.action == Action.UPDATE and (gone := self._removed_children(block))
            },
            tags_left_out=self._tags_left_out(),
        )

    def _tags_left_out(self) -> tuple[LeftOutTag, ...]:
        blocks = [node.block for node in self.nodes if node.block and self.actions[node][0] in TAGGING_ACTIONS]
        is_part = bool(self.options.only)
        return (*self.tags.left_out(blocks), *(() if is_part else self.tags.left_out_of_root()))

    def _loose_nodes(self) -> dict[Node, str]:
        """
        Find the items that are created or restored, but not placed, because their container is skipped.

        Returns: node of the item -> title of the container.
        """
        return {
            child: node.title
            for node in self.nodes
            if self.actions[node][0] == Action.SKIP
            for child in node.children
            if self.actions[child][0] in {Action.CREATE, Action.RESTORE}
            if self.actions[child][2] not in self.targets[str(node.source_key)].children
        }

    def _with_notes_on_drafts(self, blocks: list[PlannedBlock]) -> list[PlannedBlock]:
        """Add a note to items in written containers whose drafts stay unpublished when the import is published."""
        inside = {ref for block in blocks if block.action in WRITING_ACTIONS for ref in block.children}
        return [
            replace(block, reason=f"{block.reason} {_(_STAYS_DRAFT)}".strip())
            if block.action in {Action.SKIP, Action.KEEP}
            and block.entity_ref in inside
            and not self.targets[str(block.source_key)].is_published
            else block
            for block in blocks
        ]

    def _is_edited(self, node: Node) -> bool:
        """Return whether the item of a block was edited in the library after its last import."""
        key = str(node.source_key)
        if key not in self.targets:
            return False
        written, current = self.earlier[key].version_pk, self.targets[key].version_pk
        return written is not None and current is not None and written != current

    def _removed_children(self, block: PlannedBlock) -> tuple[str, ...]:
        stored = self.targets[str(block.source_key)].children
        return tuple(ref for ref in dict.fromkeys(stored) if ref not in block.children)

    def _decide(self, node: Node) -> tuple[Action, str, str]:
        if node.is_parent:
            return Action.LEAVE_OUT, self.codes.free_component(node.item_type, self._wanted_code(node)), ""
        if node.fate:
            return node.fate, "", ""
        target = self.targets.get(str(node.source_key))
        if target is None or self.options.on_repeat == OnRepeat.FORK:
            code = self._new_code(node)
            return (Action.FORK if target else Action.CREATE), code, _entity_ref(node, code)
        code = target.entity_ref.rsplit(":", 1)[-1]
        if target.version_pk is None:
            return Action.RESTORE, code, target.entity_ref
        if self.options.on_repeat == OnRepeat.SKIP:
            return Action.SKIP, code, target.entity_ref
        return Action.UPDATE, code, target.entity_ref

    def _wanted_code(self, node: Node) -> str:
        url_name = (node.block and node.block.url_name) or str(node.source_key.block_id)
        if self.options.preserve_url_slugs:
            return code_from_id(url_name, is_ascii=self.is_ascii)
        return code_from_title(node.title, url_name, is_ascii=self.is_ascii)

    def _new_code(self, node: Node) -> str:
        wanted = self._wanted_code(node)
        return self.codes.container(wanted) if node.rank else self.codes.component(node.item_type, wanted)

    def _planned_block(self, node: Node, *, loose: str | None) -> PlannedBlock:
        action, code, entity_ref = self.actions[node]
        content: dict[str, Any] = {}
        reason = reason_of_parent(node.block, code) if node.is_parent and node.block else node.reason
        if loose is not None:
            text = _("“%(container)s” exists and is skipped, so this is not placed in it.") % {"container": loose}
            reason = f"{reason} {text}".strip()
        if not node.fate:
            content = self._component(node.block) if node.block and not node.rank else self._container(node)
            if too_large := content.pop("too_large", ()):
                text = _("Larger than a library takes, and so left out: %(files)s.")
                reason = f"{reason} {text % {'files': ', '.join(too_large)}}".strip()
        block = PlannedBlock(
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
            **content,
        )
        if action == Action.UPDATE and self._is_unchanged(block):
            return replace(block, action=Action.KEEP)
        return block

    def _base_version_pk(self, node: Node) -> int | None:
        target = self.targets.get(str(node.source_key))
        return target.version_pk if target else None

    def _component(self, block: OlxBlock) -> dict[str, Any]:
        referenced = sorted(resolve_references(block, self.files).items())
        self.used_files.update(file.path for _name, file in referenced)
        return {
            "olx": self.texts[id(block)],
            "files": tuple(_file_media(name, file) for name, file in referenced if not file.exceeds_media_limit),
            "too_large": [file.path for _name, file in referenced if file.exceeds_media_limit],
            "course_settings": _course_settings(self.tree.settings_of(block)),
        }

    def _container(self, node: Node) -> dict[str, Any]:
        settings = self.tree.settings_of(node.block) if node.block else {}
        for name in ("display_name", TAGS_ATTRIBUTE):
            settings.pop(name, None)
        course_license = settings.pop("license", None)
        refs = (self.actions[child][2] for child in node.children)
        return {
            "children": tuple(ref for ref in refs if ref),
            "settings": ContainerSettingsData(settings, str(course_license or "")),
        }

    def _is_unchanged(self, block: PlannedBlock) -> bool:
        draft = self.targets[str(block.source_key)]
        if draft.title != block.title:
            return False
        if block.is_container:
            stored = self.settings.get(draft.version_pk or 0, NO_SETTINGS)
            return draft.children == block.children and stored == block.settings
        files = frozenset((file.path, file.digest) for file in block.files)
        return draft.olx == block.olx and draft.files == files


def _taken_titles(plan: ImportPlan, learning_package_pk: int, made_before: Collection[PlannedBlock]) -> tuple[str, ...]:
    """
    Find new items with the title of another item of their type, in the library or in the same or earlier plans.

    Returns: usage keys of their blocks.
    """
    titles = set(titles_in_use(learning_package_pk)) | {(block.item_type, block.title) for block in made_before}
    taken = []
    for block in plan.makes():
        name = (block.item_type, block.title)
        if name in titles:
            taken.append(str(block.source_key))
        titles.add(name)
    return tuple(taken)


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
