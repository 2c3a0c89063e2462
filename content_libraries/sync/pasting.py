"""
Pasting the clipboard into a course: what comes from a library is linked to it, what comes from a course keeps its links
(wire: sync-endpoints).

A paste is a snapshot. The version that counts as synced is the one that was copied, if it was ever published; a draft
counts as the published version that it was made after.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from django.db import transaction
from opaque_keys.edx.keys import UsageKey

from ..actors import Actor
from ..clipboard.api import COPIED_FROM, COPIED_VERSION, OpenClipboard, open_clipboard
from ..content.tagging.api import clone_tags, copy_tags
from ..courses.api import (
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
    write_course_plan,
)
from ..keys import ItemKey, item_key
from ..learning_core.api import FileBytes
from ..libraries.api import author_pk
from ..olx.api import OlxBlock, body_of, definition_of, settings_in, with_attributes, with_renamed_files
from .copies import copied_links
from .data import FileNotices
from .files import with_made
from .guarding import refuse_linked_parents
from .reuse import refuse_unfit_item
from .settings import DISPLAY_NAME, LINK_ATTRIBUTES, TEXT, LinkSettings, children_name, ref_of, short_key
from .taking import STATIC, carried_settings, own_files, with_private_names
from .transcripts import by_digest, is_sjson, srt_of, with_srt_files
from .upstreams import CopiedVersion, copied_versions, display_name_of

_ORIGIN: Final = {COPIED_FROM: None, COPIED_VERSION: None}


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a paste made: the block, the library item that it is linked to ("" for none), and what became of files."""

    block: Block
    upstream: str
    notices: FileNotices


def paste_block(parent_key: UsageKey, *, user: Actor, index: int | None = None) -> Pasted:
    """
    Paste the clipboard of a user into a course, with everything in it, in one change set.

    Args:
        parent_key: where.
        user: needs EDIT in the course, and the rights for copying from the source still.
        index: place among the children of the parent; the end if None.

    Raises NotFoundError for the parent, NotAllowedError, InvalidInputError for an empty clipboard, OlxError, and
    LinkedStructureError for a place inside of a linked structure; UnfitParentError and UnsupportedTypeError for a
    library item that cannot be reused there.
    """
    course_key = parent_key.course_key
    require_in_course(user, course_key, CoursePermission.EDIT)
    paster = _Paster(parent_key, open_clipboard(user))
    with transaction.atomic():
        lock_course(course_key)
        refuse_linked_parents([parent_key], course_store().structure(course_key))
        if paster.item is not None:
            refuse_unfit_item(paster.item, parent_key)
        plan, top = paster.plan(index)
        write_course_plan(course_key, plan, author_pk=author_pk(user), file_bytes=paster.file_bytes)
        copy_tags({str(key): item for key, item in paster.items.items()})
        clone_tags({str(copy.usage_key): str(copy.source_key) for copy in paster.copies})
    block = course_store().blocks(course_key, [top])[top]
    notices = FileNotices(tuple(paster.arriving.new), tuple(paster.arriving.conflicts), tuple(paster.errors))
    return Pasted(block, block.settings.get("upstream", ""), notices)


@dataclass
class _Paster:
    """
    Plans one paste.

    Args:
        items: blocks that come from a library -> key of the item.
        copies: blocks that come from a course.
    """

    parent_key: UsageKey
    clip: OpenClipboard
    items: dict[UsageKey, str] = field(default_factory=dict)
    copies: list[BlockCopy] = field(default_factory=list)
    texts: dict[UsageKey, str] = field(default_factory=dict)
    children: dict[UsageKey, tuple[UsageKey, ...]] = field(default_factory=dict)
    errors: dict[str, None] = field(default_factory=dict)

    def plan(self, index: int | None) -> tuple[CoursePlan, UsageKey]:
        """The plan, and the key of what is pasted."""
        top = self._add(self.clip.root, None, None)
        self.texts.update({copy.usage_key: copy.olx for copy in copied_links(self.copies)})
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
        return CoursePlan((*changes, *self.arriving.new.values())), top

    @cached_property
    def arriving(self) -> ArrivingFiles:
        return ArrivingFiles(course_store().files(self.parent_key.course_key))

    @cached_property
    def srt(self) -> Mapping[str, bytes]:
        """What becomes of transcripts in SJSON that come from a library, as in a sync: digest -> SRT."""
        from_library = (files for origin, files in self.clip.files.items() if _is_item(origin))
        found = {file.digest for files in from_library for file in files if is_sjson(file)}
        return srt_of(self.clip.file_bytes(found)) if found and self.clip.file_bytes is not None else {}

    @property
    def item(self) -> ItemKey | None:
        """The library item that is pasted; None for what comes from a course."""
        origin = settings_in(self.clip.root.olx).get(COPIED_FROM, "")
        return item_key(origin) if _is_item(origin) else None

    @property
    def file_bytes(self) -> FileBytes:
        return with_made(by_digest(self.srt), self.clip.file_bytes)

    @cached_property
    def versions(self) -> Mapping[tuple[str, int], CopiedVersion]:
        """(key of a library item, number of the version that was copied) -> what its library has of it."""
        return copied_versions(_origins(self.clip.root))

    def _add(self, element: OlxBlock, parent: UsageKey | None, top: UsageKey | None) -> UsageKey:
        key: UsageKey = self.parent_key.course_key.make_usage_key(element.tag, uuid.uuid4().hex)
        attributes = settings_in(element.olx)
        origin = attributes.get(COPIED_FROM, "")
        olx = with_attributes(definition_of(element), _ORIGIN)
        olx = as_new_use(olx)
        self.children[key] = ()  # a parent comes before what is in it
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
            self.texts[key] = self._linked(key, olx, link, version.title)
        else:
            source_key = UsageKey.from_string(origin)
            olx = self._with_course_files(key, source_key, olx)
            self.copies.append(BlockCopy(source_key, key, parent, olx))
        self.children[key] = tuple(self._add(child, key, top or key) for child in element.children)
        return key

    def _linked(self, key: UsageKey, olx: str, link: LinkSettings, copied_title: str | None) -> str:
        """An element that comes from a library, with its link; OLX need not have the title of the version."""
        preserved = self.clip.settings.get(self.items[key])
        carried = carried_settings(preserved) if preserved is not None else {}
        olx = with_attributes(olx, dict.fromkeys(LINK_ATTRIBUTES))
        own = settings_in(olx).get(DISPLAY_NAME)
        title = own if copied_title is None else display_name_of(item_key(self.items[key]), copied_title, olx)
        link = replace(link, upstream_title=title, upstream_body=body_of(olx) if key.block_type == TEXT else None)
        return with_attributes(olx, {**carried, **link.attributes(), DISPLAY_NAME: title})

    def _with_own_files(self, key: UsageKey, origin: str, olx: str) -> tuple[str, Mapping[str, str]]:
        """The element of a library component, which has its files for itself in the course; name -> digest of those."""
        olx, files = with_srt_files(olx, self.clip.files.get(origin, ()), self.srt)
        for name, file in own_files(files).items():
            self.arriving.add(f"{STATIC}{private_name(key, name)}", file.digest, file.size)
        self.errors.update(dict.fromkeys(self._lost(key, origin)))
        return with_private_names(olx, files, key), {name: file.digest for name, file in own_files(files).items()}

    def _with_course_files(self, key: UsageKey, source_key: UsageKey, olx: str) -> str:
        """The element of a course block: what is private to it is copied, other files are the course's."""
        folder = private_name(source_key, "")
        names = {}
        for file in self.clip.files.get(str(source_key), ()):
            name = file.path.removeprefix(STATIC)
            if name.startswith(folder):
                names[name] = private_name(key, name.removeprefix(folder))
            self.arriving.add(f"{STATIC}{names.get(name, name)}", file.digest, file.size)
        lost = self.clip.lost_files.get(str(source_key), ())
        self.errors.update(dict.fromkeys(path for path in lost if path not in self.arriving.there))
        return with_renamed_files(olx, names)

    def _lost(self, key: UsageKey, origin: str) -> Iterator[str]:
        for path in self.clip.lost_files.get(origin, ()):
            yield f"{STATIC}{private_name(key, path.removeprefix(STATIC))}"


def _is_item(origin: str) -> bool:
    """Whether something was copied from a library."""
    return origin.startswith(("lb:", "lct:"))


def _children_passed_over(element: OlxBlock, version: CopiedVersion) -> str:
    """
    Name the published children of a container that was copied with others, as its draft has them; "" if it was not.

    Whoever pastes a draft has passed those over, and is offered what the library publishes next.
    """
    origins = [settings_in(child.olx).get(COPIED_FROM, "") for child in element.children]
    copied = [ref_of(item_key(origin)) for origin in origins if _is_item(origin)]
    return children_name(version.shown) if version.shown and list(version.shown) != copied else ""


def _origins(element: OlxBlock) -> Iterator[tuple[ItemKey, int]]:
    """The library items in an element, and which version of each was copied."""
    attributes = settings_in(element.olx)
    if _is_item(attributes.get(COPIED_FROM, "")):
        yield item_key(attributes[COPIED_FROM]), int(attributes[COPIED_VERSION])
    for child in element.children:
        yield from _origins(child)
