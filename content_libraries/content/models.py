"""Models of the content room."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ContainerSettings(models.Model):
    """
    Settings that one version of a section, subsection or unit had in the course that it came from.

    A version of a container in Learning Core holds only a title and children. This model keeps the other attributes
    of the OLX element, so that an import loses nothing. They are shown, but cannot be edited and have no effect.

    1. An import writes a row for each version of a container that it makes.
    2. Every later edit makes a new version and copies the row of the version that it started from.
    3. Rows are never changed, so that going back to a version brings its settings back.

    A version without a row has no settings. With one row for each container, instead of for each version, settings
    would be lost when an import that updated the container is undone.

    .. no_pii:
    """

    # CASCADE: a version is only deleted together with its whole learning package.
    version = models.OneToOneField(
        "openedx_content.PublishableEntityVersion",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="container_settings",
    )
    settings = models.JSONField(default=dict, help_text=_("Name to value, as the course had them."))
    license = models.TextField(blank=True, default="", help_text=_("As the course spelled it."))

    class Meta:
        verbose_name = _("container settings")
        verbose_name_plural = _("container settings")

    def __str__(self) -> str:
        return f"Settings of container version {self.version_id}"
