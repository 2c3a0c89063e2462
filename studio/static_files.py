"""Static files of a site in production, which have a digest in their names."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class SiteStaticFiles(CompressedManifestStaticFilesStorage):
    """
    Static files that may be missing.

    Problems refer to pictures and scripts of the platform, which are not here. Django raises ValueError for them, and
    then the whole problem cannot be shown.
    """

    def stored_name(self, name: str) -> str:
        """Return the name with its digest, or unchanged if the file does not exist: browsers then get a 404."""
        try:
            stored: str = super().stored_name(name)
        except ValueError:
            return name
        return stored
