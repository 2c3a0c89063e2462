"""
Errors in an archive or an OLX text.

Every message is one sentence that names the file and says what the author can do; ``path`` is this file, as a path
inside the archive ("" for a text without an archive), and ``line`` the line in it, counted from 1 (0 if no line is to
blame).
"""

from __future__ import annotations

from ..errors import ContentLibrariesError

__all__ = [
    "ArchiveTooLargeError",
    "BrokenBlocksError",
    "DamagedArchiveError",
    "DoctypeInBlockError",
    "DuplicateBlockError",
    "FolderNotEmptyError",
    "ForbiddenDoctypeError",
    "InvalidAttributeError",
    "InvalidTagsError",
    "MalformedXmlError",
    "MissingFileError",
    "NotACourseError",
    "OlxError",
    "PointerCycleError",
    "RefusedPatternError",
    "UnsafeMemberError",
    "UnsupportedEncodingError",
]


class OlxError(ContentLibrariesError):
    """An archive, a folder or an OLX text cannot be read or written."""

    code = "olx_error"

    def __init__(self, message: str, path: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.path = path
        self.line = line


class UnsafeMemberError(OlxError):
    """A member is not a regular file, is encrypted, or has a name that could fool a file system."""

    code = "olx_unsafe_member"


class ArchiveTooLargeError(OlxError):
    """A limit of :class:`.data.Limits` is exceeded."""

    code = "olx_too_large"


class DamagedArchiveError(OlxError):
    """The archive is truncated, fails its checksum, or is not an archive at all."""

    code = "olx_damaged_archive"


class MalformedXmlError(OlxError):
    """A text is not well-formed XML; ``line`` and ``column`` say where (both count from 1)."""

    code = "olx_malformed_xml"

    def __init__(self, message: str, path: str = "", line: int = 0, column: int = 0) -> None:
        super().__init__(message, path, line)
        self.column = column


class MissingFileError(OlxError):
    """A pointer, an html block or a caller names a file that does not exist."""

    code = "olx_missing_file"


class BrokenBlocksError(OlxError):
    """Blocks of a source cannot be read, and the caller takes the source only whole."""

    code = "olx_broken_blocks"


class DuplicateBlockError(OlxError):
    """A tag and url_name are defined twice, differently."""

    code = "olx_duplicate_block"


class PointerCycleError(OlxError):
    """A block contains itself."""

    code = "olx_pointer_cycle"


class NotACourseError(OlxError):
    """The archive has no usable course.xml or library.xml."""

    code = "olx_not_a_course"


class InvalidTagsError(OlxError):
    """A table of tags is not CSV, or does not name blocks."""

    code = "olx_invalid_tags"


class UnsupportedEncodingError(OlxError):
    """A text is not UTF-8."""

    code = "olx_unsupported_encoding"


class InvalidAttributeError(OlxError):
    """A setting has a name that no XML attribute can have."""

    code = "olx_invalid_attribute"


class FolderNotEmptyError(OlxError):
    """A tree was to be written into a folder that is not empty."""

    code = "olx_folder_not_empty"


class ForbiddenDoctypeError(OlxError):
    """A text declares a document type, the door to entities and external files."""

    code = "olx_forbidden_doctype"


class DoctypeInBlockError(ForbiddenDoctypeError):
    """A text declares a document type without an entity that could do harm. An author may have copied a whole page."""


class RefusedPatternError(OlxError):
    """A text cannot be looked for, or cannot replace another text. ``field`` is ``find`` or ``replace``."""

    code = "refused_pattern"

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field
