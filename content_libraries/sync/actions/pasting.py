"""
Pastes the clipboard into a course (wire: sync-endpoints).

Items from a library are linked to it. Blocks from a course keep their links. A paste writes the content as it was
copied. The copied version counts as synced if it was ever published; a copied draft counts as the published version
before it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from django.db import transaction
from opaque_keys.edx.keys import UsageKey

from ...actors import Actor
from ...block_types.api import DISPLAY_NAME, with_renamed_files
from ...clipboard.api import COPIED_FROM, COPIED_VERSION, OpenClipboard, open_clipboard, open_copy
from ...content.api import require_template
from ...courses.api import (
    LINK_ATTRIBUTES,
    ArrivingFiles,
    Block,
    BlockCopy,
    Change,
    CoursePermission,
    CoursePlan,
    CreateBlock,
    as_new_use,
    course_store,
    lock_course,
    private_name,
    require_in_course,
    versions_in,
    write_course_plan,
)
from ...keys import ItemKey, LibraryContainerLocator, item_key
from ...learning_core.api import ChangeKind, FileBytes, named
from ...libraries.api import author_pk
from ...olx.api import OlxBlock, definition_of, settings_in, with_attributes
from ...plan_basis import PlanBasis
from ...tagging.api import clone_tags, copy_tags
from ..data import FileNotices
from ..guard.edits import refuse_linked_parents
from ..guard.reuse import refuse_unfit_item
from ..link.attributes import LinkSettings, children_name, customizable_body, ref_of, short_key
from ..link.copies import with_link_settings
from ..link.upstreams import CopiedVersion, copied_versions, display_name_of
from ..plan.block_olx import STATIC, carried_settings, own_files, with_private_names
from ..plan.files import made_or_stored
from ..plan.transcripts import by_digest, is_sjson, srt_of, with_srt_files

_ORIGIN: Final = {COPIED_FROM: None, COPIED_VERSION: None}


@dataclass(frozen=True, slots=True)
class Pasted:
    """The result of a paste: the block, the library item that it is linked to ("" for none), and notices on files."""

    block: Block
    upstream: str
    notices: FileNotices


def paste_block(parent_key: UsageKey, *, user: Actor, index: int | None = None) -> Pasted:
    """
    Paste the clipboard of a user into a course, with everything in it, in one change set.

    Args:
        parent_key: the block to paste into.
        user: needs EDIT in the course, and still the rights for copying from the source.
        index: place among the children of the parent; the end if None.

    Raises NotFoundError for the parent, NotAllowedError, InvalidInputError for an empty clipboard, OlxError, and
    LinkedStructureError for a place inside of a linked structure; UnfitParentError and UnsupportedTypeError for a
    library item that cannot be reused there.
    """
    course_key = parent_key.course_key
    require_in_course(user, course_key, CoursePermission.EDIT)
    clip = open_clipboard(user)
    paster = _Paster(parent_key, clip)
    with transaction.atomic(), named(ChangeKind.PASTE, source_key=clip.source_key):
        lock_course(course_key)
        structure = course_store().structure(course_key)
        refuse_linked_parents([parent_key], structure)
        if paster.item is not None:
            refuse_unfit_item(paster.item, parent_key)
        plan, top = paster.plan(index, versions_in(structure, [parent_key]))
        write_course_plan(course_key, plan, author_pk=author_pk(user), file_bytes=paster.file_bytes)
        copy_tags({str(key): item for key, item in paster.items.items()})
        clone_tags({str(copy.usage_key): str(copy.source_key) for copy in paster.copies})
    block = course_store().blocks(course_key, [top])[top]
    notices = FileNotices(tuple(paster.incoming.new), tuple(paster.incoming.conflicts), tuple(paster.errors))
    return Pasted(block, block.settings.get("upstream", ""), notices)


def paste_template(
    key: LibraryContainerLocator,
    parent_key: UsageKey,
    *,
    user: Actor,
    index: int | None = None,
    title: str | None = None,
) -> Pasted:
    """
    Make a unit from a template of a library in a course, in one change set. The blocks are not linked to the library.

    Args:
        key: the template.
        parent_key: the subsection that gets the unit.
        user: needs EDIT in the course and VIEW of the library.
        index: place among the children of the parent; the end if None.
        title: title of the unit; the title of the template if None.

    Raises NotFoundError, NotAllowedError, InvalidInputError for a unit that is no template, LinkedStructureError for a
    place inside of a linked structure, and UnfitParentError for a parent that does not hold units.
    """
    course_key = parent_key.course_key
    require_in_course(user, course_key, CoursePermission.EDIT)
    require_template(key, user=user)
    paster = _Paster(parent_key, open_copy(key, user=user), is_linked=False)
    with transaction.atomic(), named(ChangeKind.TEMPLATE, source_key=key):
        lock_course(course_key)
        structure = course_store().structure(course_key)
        refuse_linked_parents([parent_key], structure)
        refuse_unfit_item(key, parent_key)
        plan, top = paster.plan(index, versions_in(structure, [parent_key]))
        if title is not None:
            plan = _retitled(plan, top, title)
        write_course_plan(course_key, plan, author_pk=author_pk(user), file_bytes=paster.file_bytes)
        clone_tags({str(block): item for block, item in paster.items.items()})
    block = course_store().blocks(course_key, [top])[top]
    notices = FileNotices(tuple(paster.incoming.new), tuple(paster.incoming.conflicts), tuple(paster.errors))
    return Pasted(block, "", notices)


def _retitled(plan: CoursePlan, top: UsageKey, title: str) -> CoursePlan:
    changes = (
        replace(change, olx=with_attributes(change.olx, {DISPLAY_NAME: title}))
        if isinstance(change, CreateBlock) and change.usage_key == top
        else change
        for change in plan.changes
    )
    return replace(plan, changes=tuple(changes))


@dataclass
class _Paster:
    """
    Plans one paste.

    Args:
        is_linked: whether items of a library are linked to it.
        items: usage key of a new block -> key of the library item that it comes from.
        copies: new blocks that come from a course.
    """

    parent_key: UsageKey
    clip: OpenClipboard
    is_linked: bool = True
    items: dict[UsageKey, str] = field(default_factory=dict)
    copies: list[BlockCopy] = field(default_factory=list)
    texts: dict[UsageKey, str] = field(default_factory=dict)
    children: dict[UsageKey, tuple[UsageKey, ...]] = field(default_factory=dict)
    errors: dict[str, None] = field(default_factory=dict)

    def plan(self, index: int | None, basis: PlanBasis[UsageKey]) -> tuple[CoursePlan, UsageKey]:
        """
        Plan the paste.

        Args:
            index: place among the children of the parent; the end if None.
            basis: the version of the parent.

        Returns: the plan, and the key of the pasted block.
        """
        top = self._add(self.clip.root, None, None)
        self.texts.update({copy.usage_key: copy.olx for copy in with_link_settings(self.copies)})
        changes: list[Change] = [
            CreateBlock(
                key,
                self.texts[key],
                children,
                parent=self.parent_key if key == top else None,
                index=index if key == top else None,
            )
            for key, children in self.children.items()
        ]
        return CoursePlan((*changes, *self.incoming.new.values()), basis), top

    @cached_property
    def incoming(self) -> ArrivingFiles:
        return ArrivingFiles(course_store().files(self.parent_key.course_key))

    @cached_property
    def srt(self) -> Mapping[str, bytes]:
        """Convert SJSON transcripts that come from a library, as a sync does. Returns: digest of the SJSON -> SRT."""
        from_library = (files for origin, files in self.clip.files.items() if _is_item(origin))
        found = {file.digest for files in from_library for file in files if is_sjson(file)}
        return srt_of(self.clip.file_bytes(found)) if found and self.clip.file_bytes is not None else {}

    @property
    def item(self) -> ItemKey | None:
        """Return the library item that is pasted; None if the clipboard holds a block of a course."""
        origin = settings_in(self.clip.root.olx).get(COPIED_FROM, "")
        return item_key(origin) if _is_item(origin) else None

    @property
    def file_bytes(self) -> FileBytes:
        return made_or_stored(by_digest(self.srt), self.clip.file_bytes)

    @cached_property
    def versions(self) -> Mapping[tuple[str, int], CopiedVersion]:
        """Read the copied versions of library items. Returns: (item key, version number) -> version."""
        return copied_versions(_origins(self.clip.root))

    def _add(self, element: OlxBlock, parent: UsageKey | None, top: UsageKey | None) -> UsageKey:
        key: UsageKey = self.parent_key.course_key.make_usage_key(element.tag, uuid.uuid4().hex)
        attributes = settings_in(element.olx)
        origin = attributes.get(COPIED_FROM, "")
        olx = with_attributes(definition_of(element), _ORIGIN)
        olx = as_new_use(olx)
        self.children[key] = ()  # reserves the place of the block before its children, in document order
        if _is_item(origin):
            self.items[key] = origin
            number = int(attributes[COPIED_VERSION])
            version = self.versions.get((origin, number), CopiedVersion(None, None))
            olx, files = self._with_own_files(key, origin, olx)
            link = LinkSettings(
                upstream=origin,
                version_synced=version.claimed,
                children_declined=_children_passed_over(element, version),
                top_level=None if top is None else short_key(top),
                moved_files={} if version.claimed == number else files,
            )
            self.texts[key] = self._linked(key, olx, link if self.is_linked else None, version.title)
        else:
            source_key = UsageKey.from_string(origin)
            olx = self._with_course_files(key, source_key, olx)
            self.copies.append(BlockCopy(source_key, key, parent, olx))
        self.children[key] = tuple(self._add(child, key, top or key) for child in element.children)
        return key

    def _linked(self, key: UsageKey, olx: str, link: LinkSettings | None, copied_title: str | None) -> str:
        """
        Return the OLX of a new block with its link settings, if it has a link, and with title and preserved settings.

        The title comes from the copied version, if the library still has that version, otherwise from the OLX.
        """
        preserved = self.clip.settings.get(self.items[key])
        carried = carried_settings(preserved) if preserved is not None else {}
        olx = with_attributes(olx, dict.fromkeys(LINK_ATTRIBUTES))
        own = settings_in(olx).get(DISPLAY_NAME)
        title = own if copied_title is None else display_name_of(item_key(self.items[key]), copied_title, olx)
        if link is None:
            return with_attributes(olx, {**carried, DISPLAY_NAME: title})
        link = replace(link, upstream_title=title, upstream_body=customizable_body(key.block_type, olx))
        return with_attributes(olx, {**carried, **link.attributes(), DISPLAY_NAME: title})

    def _with_own_files(self, key: UsageKey, origin: str, olx: str) -> tuple[str, Mapping[str, str]]:
        """
        Plan the files of a library component, which belong to the new block alone.

        Returns: the OLX with the new names of the files, and their digests by name.
        """
        olx, files = with_srt_files(olx, self.clip.files.get(origin, ()), self.srt)
        for name, file in own_files(files).items():
            self.incoming.add(f"{STATIC}{private_name(key, name)}", file.digest, file.size)
        self.errors.update(dict.fromkeys(self._lost_files(key, origin)))
        return with_private_names(olx, files, key), {name: file.digest for name, file in own_files(files).items()}

    def _with_course_files(self, key: UsageKey, source_key: UsageKey, olx: str) -> str:
        """
        Plan the files of a course block, and return its OLX with their new names.

        Files that belong to the block alone are copied under new names; other files keep their names in the course.
        """
        folder = private_name(source_key, "")
        names = {}
        for file in self.clip.files.get(str(source_key), ()):
            name = file.path.removeprefix(STATIC)
            if name.startswith(folder):
                names[name] = private_name(key, name.removeprefix(folder))
            self.incoming.add(f"{STATIC}{names.get(name, name)}", file.digest, file.size)
        lost = self.clip.lost_files.get(str(source_key), ())
        self.errors.update(dict.fromkeys(path for path in lost if path not in self.incoming.there))
        return with_renamed_files(olx, names)

    def _lost_files(self, key: UsageKey, origin: str) -> Iterator[str]:
        for path in self.clip.lost_files.get(origin, ()):
            yield f"{STATIC}{private_name(key, path.removeprefix(STATIC))}"


def _is_item(origin: str) -> bool:
    """Return whether the key of a copied element is the key of a library item."""
    return origin.startswith(("lb:", "lct:"))


def _children_passed_over(element: OlxBlock, version: CopiedVersion) -> str:
    """
    Return the ``children_name`` of the published children of a copied container if its draft had others; else "".

    Pasting a draft counts as declining the published children: the block is offered the library's next publication.
    """
    origins = [settings_in(child.olx).get(COPIED_FROM, "") for child in element.children]
    copied = [ref_of(item_key(origin)) for origin in origins if _is_item(origin)]
    return children_name(version.shown) if version.shown and list(version.shown) != copied else ""


def _origins(element: OlxBlock) -> Iterator[tuple[ItemKey, int]]:
    """Yield the library items in an element, with the number of the copied version of each."""
    attributes = settings_in(element.olx)
    if _is_item(attributes.get(COPIED_FROM, "")):
        yield item_key(attributes[COPIED_FROM]), int(attributes[COPIED_VERSION])
    for child in element.children:
        yield from _origins(child)
