"""Static files of a site in production, which have a digest in their names."""

from __future__ import annotations

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class SiteStaticFiles(CompressedManifestStaticFilesStorage):
    """
    Static files that may be missing.

    Problems refer to pictures and scripts of the platform, which are not here, and style sheets of Open Responses to
    source maps that their package leaves out. Django raises ValueError for them: then the whole problem cannot be
    shown, or ``collectstatic`` ends.
    """

    manifest_strict = False

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """Return the name with its digest, or unchanged if the file does not exist: browsers then get a 404."""
        try:
            hashed: str = super().hashed_name(name, content, filename)
        except ValueError:
            return name
        return hashed
