"""The files of a version, for blocks that read and write some."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ..errors import NotAllowedError, NotFoundError
from .data import ShownVersion
from .site import BlockSite


class VersionFiles:
    """
    The files of the version that a block was made from.

    Files that a block writes are kept in ``changes``: path -> bytes, or None for a removed file. Callers that may save
    authored fields save the files with them, in one version. Other callers use ``refuse``.
    """

    def __init__(self, block_version: ShownVersion, site: BlockSite) -> None:
        self._version = block_version
        self._site = site
        self.changes: dict[str, bytes | None] = {}
        self.refuse = False

    def __contains__(self, path: str) -> bool:
        return self.changes[path] is not None if path in self.changes else path in self._version.file_paths

    def read(self, path: str) -> bytes:
        """Read a file. Raises NotFoundError, and InvalidInputError if the file is too large."""
        data = self.changes.get(path)
        if data is not None:
            return data
        if path not in self:
            raise NotFoundError(_("There is no file “%(path)s”.") % {"path": path})
        return self._site.read_file(path)

    def write(self, path: str, data: bytes | None) -> None:
        """Change the content of a file; None deletes the file. Raises NotAllowedError."""
        if self.refuse:
            raise NotAllowedError(
                _("The files of %(component)s cannot be changed here. Edit the draft, as an author of the library.")
                % {"component": self._version.key}
            )
        self.changes[path] = data
