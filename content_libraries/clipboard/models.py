"""Models of the clipboard."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from opaque_keys.edx.keys import UsageKey

from ..keys import ItemKey, item_key

CLIPBOARD = "clipboard"
"""The purpose of staged content that a user has copied."""


class StagedStatus(models.TextChoices):
    """The states of staged content."""

    LOADING = "loading", _("Being copied")
    READY = "ready", _("Ready to be pasted")
    EXPIRED = "expired", _("Replaced by a later copy")
    ERROR = "error", _("Could not be copied")


class StagedContent(models.Model):
    """
    An item of a library, or a block of a course, copied by a user: a snapshot of its draft, with everything
    below it.

    1. The newest row of a user that is not expired is the user's clipboard. Each copy writes a row and marks the
       user's older rows as expired. Of two copies at the same time, the later row wins.
    2. A job deletes expired rows. No other row refers to an expired row, except its files.
    3. ``olx`` is never executed. The attribute ``copied_from_block`` of an element names the item or block that was
       copied.
    4. ``source_key`` is text and not a foreign key: a snapshot may outlive the item or block it was taken of.

    .. no_pii: a user is only referred to.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    purpose = models.CharField(_("purpose"), max_length=64, default=CLIPBOARD)
    status = models.CharField(_("state"), max_length=20, choices=StagedStatus, default=StagedStatus.READY)
    block_type = models.CharField(
        _("type of block"), max_length=100, help_text=_("chapter, sequential, vertical, or an XBlock type.")
    )
    olx = models.TextField(_("OLX"))
    display_name = models.CharField(_("title"), max_length=500, blank=True)
    suggested_url_name = models.CharField(_("suggested ID"), max_length=255)
    tags = models.JSONField(_("tags"), default=dict, help_text=_("Key of an item to taxonomy id to values."))
    container_settings = models.JSONField(
        _("container settings"),
        default=dict,
        help_text=_("Key of a container to what it had in the course that it came from."),
    )
    source_key = models.CharField(_("copied block"), max_length=255)
    context_title = models.CharField(
        _("title of its course or library"),
        max_length=500,
        blank=True,
        help_text=_("Title of the course, or key of the library, that it is from."),
    )
    unit_key = models.CharField(
        _("unit"),
        max_length=255,
        blank=True,
        help_text=_("Unit of the course that it is from; blank for items of libraries."),
    )

    class Meta:
        verbose_name = _("staged content")
        verbose_name_plural = _("staged content")

    def __str__(self) -> str:
        return gettext("Copy of %(key)s") % {"key": self.source_key}

    @property
    def is_ready(self) -> bool:
        return self.status == StagedStatus.READY

    @property
    def source(self) -> ItemKey | UsageKey:
        """Return the key of the library item or course block that was copied."""
        if self.source_key.startswith(("lb:", "lct:")):
            return item_key(self.source_key)
        key: UsageKey = UsageKey.from_string(self.source_key)
        return key


class StagedFile(models.Model):
    """
    A file of a component in staged content, by reference: its bytes stay in the library or course of the component.

    ``digest`` is blank for a file too large for the clipboard, which a paste leaves out.

    .. no_pii:
    """

    content = models.ForeignKey(StagedContent, on_delete=models.CASCADE, related_name="files")
    source_key = models.CharField(max_length=255, help_text=_("The component that has the file."))
    path = models.CharField(max_length=500)
    media_type = models.CharField(max_length=255)
    digest = models.CharField(max_length=40, blank=True)
    size = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = _("staged file")
        verbose_name_plural = _("staged files")

    def __str__(self) -> str:
        return gettext("%(path)s of %(key)s") % {"path": self.path, "key": self.source_key}
