"""Data classes of OLX, for other rooms too: the tree of an archive, and the limits of reading one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from opaque_keys.edx.locator import CourseLocator, LibraryLocator

from .tags import TAGS_ATTRIBUTE, Tags, tags_in_attribute

__all__ = [
    "DEFAULT_LIMITS",
    "INHERITABLE_SETTINGS",
    "MEDIA_LIMIT_BYTES",
    "Fault",
    "Limits",
    "OlxBlock",
    "OlxDraft",
    "OlxTree",
    "SourceCollection",
    "SourceNote",
    "StaticFile",
]

MEDIA_LIMIT_BYTES: Final = 50_000_000
"""Learning Core stores no media file above this size."""

INHERITABLE_SETTINGS: Final = frozenset(
    {
        "course_edit_method",
        "days_early_for_beta",
        "due",
        "edxnotes",
        "edxnotes_visibility",
        "format",
        "giturl",
        "graceperiod",
        "graded",
        "group_access",
        "hide_from_toc",
        "in_entrance_exam",
        "matlab_api_key",
        "max_attempts",
        "relative_weeks_due",
        "rerandomize",
        "self_paced",
        "show_correctness",
        "show_reset_button",
        "showanswer",
        "start",
        "static_asset_path",
        "use_latex_compiler",
        "user_partitions",
        "video_auto_advance",
        "video_bumper",
        "video_speed_optimizations",
        "visible_to_staff_only",
        "xqa_key",
    }
)
"""Settings that a block inherits from its ancestors unless it sets them itself."""


@dataclass(frozen=True, slots=True)
class Limits:
    """
    Limits of one read. They apply to the bytes that arrive, not to sizes that an archive declares.

    The defaults admit exports of two gigabytes. Memory grows only with the texts, whose size is limited.
    """

    members: int = 50_000
    member_bytes: int = 1_000_000_000
    total_bytes: int = 2 * 1024**3
    ratio: int = 100
    """Unpacked bytes for each byte of the archive file, looked at above ``ratio_floor_bytes``."""
    ratio_floor_bytes: int = 32 * 1024**2
    text_bytes: int = 16 * 1024**2
    """One XML, HTML or JSON file outside of ``static/``."""
    total_text_bytes: int = 64 * 1024**2
    """All such files together; and the OLX of all blocks together, which inline nesting would multiply."""
    elements: int = 2_000_000
    """XML elements and attributes of all files together."""
    attributes: int = 1_000
    """Attributes of one element."""
    element_depth: int = 200
    block_depth: int = 50
    blocks: int = 200_000
    """Blocks of the tree, one with two parents counted twice, so that no graph unfolds without end."""


DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file that was cataloged, not kept. ``digest`` (blake2b, 20 bytes, hex) is Learning Core's as well."""

    path: str
    size: int
    digest: str

    @property
    def exceeds_media_limit(self) -> bool:
        """Return whether the file is too large for Learning Core."""
        return self.size > MEDIA_LIMIT_BYTES


@dataclass(frozen=True, slots=True)
class Fault:
    """
    The reason why a block cannot be read.

    Args:
        message: a sentence for the author.
        path: the file that the author has to correct.
        line: the line in this file, counted from 1; 0 if no line is to blame.
    """

    message: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class OlxBlock:
    """
    One block. Named blocks are defined once in a tree: under two parents they are the same object.

    ``attributes`` are the settings written on the block itself (definition and pointer merged), without attributes of
    identity or storage: ``url_name``, ``filename``, ``org`` and ``course`` of a course. ``olx`` is the definition,
    unchanged to the byte, except that it also has the attributes of the pointer, and the body of an html block that was
    in a file of its own. ``children`` are blocks only: other elements in ``olx`` (a course's wiki, a problem's markup)
    are not among them. ``body`` is the HTML of html blocks, None for other blocks. ``path`` is the file that defines
    the block, for messages; it does not take part in comparison.

    A block with a ``fault`` cannot be read. Its ``olx`` is the pointer to it, or its element. Its children are the
    blocks that its file still names. ``note`` is a sentence for the author on a block that was read in another way
    than it is written.
    """

    tag: str
    url_name: str
    attributes: Mapping[str, str] = field(hash=False)
    olx: str = field(repr=False)
    children: tuple[OlxBlock, ...] = field(default=(), hash=False, repr=False)
    path: str = field(default="", compare=False)
    body: str | None = field(default=None, repr=False)
    fault: Fault | None = None
    note: str = field(default="", compare=False)

    @property
    def key(self) -> tuple[str, str]:
        """
        Return tag and url_name, which identify the block in its course; ("html", "") for an html block without a
        url_name.
        """
        return self.tag, self.url_name

    def walk(self) -> Iterator[OlxBlock]:
        """Yield this block and its descendants, each once, depth first in document order, parents before children."""
        seen: set[int] = set()
        stack = [self]
        while stack:
            block = stack.pop()
            if id(block) not in seen:
                seen.add(id(block))
                yield block
                stack.extend(reversed(block.children))


@dataclass(frozen=True, slots=True)
class OlxDraft:
    """
    A draft of a block.

    ``parent_url`` is the parent's usage key as the file spells it, and ``index`` the place among its
    children; both are None if the file does not say, as for drafts that another draft contains.
    """

    block: OlxBlock
    parent_url: str | None = None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class SourceNote:
    """
    Something about an archive that its author should know, though it was read.

    ``text`` is not translated: it is the message of a catalog, with a place for each of ``values``.
    """

    text: str
    values: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class SourceCollection:
    """
    A group of blocks that a source has besides its outline, such as a question bank.

    ``name`` identifies it in its source. ``keys`` are the keys of its blocks.
    """

    name: str
    title: str
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OlxTree:
    """
    A course or a legacy (v1) library.

    ``policies`` maps "TAG/URL_NAME" to settings, as JSON values. Paths of ``static_files`` are relative to ``static/``,
    paths of ``other_files`` (about pages, tabs, asset lists, unreferenced definitions) to the folder of course.xml.
    ``folder`` is the path of this folder in the archive, "" for the top. ``not_imported`` maps keys of blocks that
    represent content other than OLX, and cannot be converted to OLX, to the reason. ``tags`` maps keys of blocks to
    tags that are not stored in the blocks themselves. ``static_links`` maps static files to other static files that
    they name. ``notes`` tell what was not read as it stands. ``collections`` are groups of blocks that the source has
    besides its outline. ``other_types`` maps keys of blocks whose type depends on the site to the type that they would
    have on another site.
    """

    kind: Literal["course", "library"]
    context_key: CourseLocator | LibraryLocator
    display_name: str
    root: OlxBlock
    drafts: tuple[OlxDraft, ...] = ()
    policies: Mapping[str, Mapping[str, object]] = field(default_factory=dict, hash=False)
    grading_policy: Mapping[str, object] | None = field(default=None, hash=False)
    static_files: tuple[StaticFile, ...] = ()
    other_files: tuple[StaticFile, ...] = ()
    folder: str = field(default="", compare=False)
    not_imported: Mapping[tuple[str, str], str] = field(default_factory=dict, hash=False)
    tags: Mapping[tuple[str, str], Tags] = field(default_factory=dict, hash=False)
    notes: tuple[SourceNote, ...] = field(default=(), compare=False)
    collections: tuple[SourceCollection, ...] = ()
    static_links: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    other_types: Mapping[tuple[str, str], str] = field(default_factory=dict, hash=False)

    def walk(self) -> Iterator[OlxBlock]:
        """Yield each block of the tree once, the root first; see :meth:`OlxBlock.walk`. Drafts are left out."""
        return self.root.walk()

    def settings_of(self, block: OlxBlock) -> dict[str, object]:
        """Return the block's own settings: its attributes, overlaid by its policy."""
        return {**block.attributes, **self.policies.get(f"{block.tag}/{block.url_name}", {})}

    def tags_of(self, block: OlxBlock) -> Tags:
        """Return the block's tags, by the export ids of their taxonomies."""
        attribute = block.attributes.get(TAGS_ATTRIBUTE)
        return {**(tags_in_attribute(attribute) if attribute else {}), **self.tags.get(block.key, {})}

    def inherited_settings(self, ancestors: Sequence[OlxBlock]) -> dict[str, object]:
        """Return the settings that a block under ``ancestors`` (the root first, its parent last) inherits from them."""
        inherited: dict[str, object] = {}
        for ancestor in ancestors:
            settings = self.settings_of(ancestor)
            inherited |= {name: settings[name] for name in INHERITABLE_SETTINGS & settings.keys()}
        return inherited
