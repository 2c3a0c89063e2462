"""Models of the content room."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ContainerSettings(models.Model):
    """
    What one version of an item has besides its title, children, OLX and files: settings and a license.

    A version of a container in Learning Core holds only a title and children. ``settings`` keeps the other attributes
    of the OLX element that a section, subsection or unit had in the course that it came from, so that an import loses
    nothing. Settings are shown, but cannot be edited and have no effect. Authors give versions of containers and of
    components a license, a holder and a notice. They inform, and restrict nothing.

    1. An import writes a row for each version of a container that it makes.
    2. Every later edit makes a new version and copies the row of the version that it started from.
    3. Rows are never changed, so that going back to a version brings its settings and its license back.
    4. Versions of components have no ``settings``. If the type of a component has a license among its own fields, the
       license is in the OLX and not here.

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
    license = models.TextField(
        blank=True,
        default="",
        help_text=_("A code, a license as a course spells it, or another text."),
    )
    license_holder = models.TextField(_("license holder"), blank=True, default="")
    copyright_notice = models.TextField(_("copyright notice"), blank=True, default="")

    class Meta:
        verbose_name = _("container settings")
        verbose_name_plural = _("container settings")

    def __str__(self) -> str:
        return f"Settings of version {self.version_id}"


class UnitTemplate(models.Model):
    """
    Marks a unit of a library as a template, from which new units are made.

    1. The row belongs to the unit, not to a version: it survives edits and publishes.
    2. A deletion of the unit keeps the row, and lists leave the unit out. A restored unit is a template again.
    3. The row is deleted with the learning package of the unit.

    .. no_pii: a user is only referred to.
    """

    entity = models.OneToOneField(
        "openedx_content.PublishableEntity", on_delete=models.CASCADE, primary_key=True, related_name="unit_template"
    )
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("unit template")
        verbose_name_plural = _("unit templates")

    def __str__(self) -> str:
        return f"Template {self.entity_id}"
