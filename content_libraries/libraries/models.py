"""Models of libraries and of the older kind of grants."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.validators import validate_unicode_slug
from django.db import models
from django.utils.translation import gettext_lazy as _
from organizations.models import Organization

from ..keys import LibraryLocatorV2


class License(models.TextChoices):
    """Licenses of a library (wire: libraries-object). Informative; they restrict nothing."""

    ALL_RIGHTS_RESERVED = "", _("All rights reserved")
    CC_BY = "CC:4.0:BY", _("Creative Commons Attribution")
    CC_BY_NC = "CC:4.0:BY:NC", _("Creative Commons Attribution-NonCommercial")
    CC_BY_NC_ND = "CC:4.0:BY:NC:ND", _("Creative Commons Attribution-NonCommercial-NoDerivatives")
    CC_BY_NC_SA = "CC:4.0:BY:NC:SA", _("Creative Commons Attribution-NonCommercial-ShareAlike")
    CC_BY_ND = "CC:4.0:BY:ND", _("Creative Commons Attribution-NoDerivatives")
    CC_BY_SA = "CC:4.0:BY:SA", _("Creative Commons Attribution-ShareAlike")


class ContentLibraryManager(models.Manager["ContentLibrary"]):
    def get_by_key(self, library_key: LibraryLocatorV2) -> ContentLibrary:
        """Find a library by its key, or raise DoesNotExist. openedx-authz calls this method by its name."""
        return self.select_related("org", "learning_package").get(
            org__short_name=library_key.org, slug=library_key.slug
        )


class ContentLibrary(models.Model):
    """
    A library: a learning package with an owner, a team, and rules about who may read it.

    1. It is created together with its learning package, whose ``package_ref`` is the library's key.
    2. The learning package stores its title, description and times; they are not repeated here.
    3. It is deleted together with the learning package and everything in it.

    ``learning_package`` may be null in rows that older platforms left behind; a library without one has no content.

    .. no_pii:
    """

    objects: ClassVar[ContentLibraryManager] = ContentLibraryManager()

    # PROTECT: an organization that owns content must not vanish by accident.
    org = models.ForeignKey(Organization, on_delete=models.PROTECT, verbose_name=_("organization"))
    slug = models.SlugField(_("slug"), allow_unicode=True, validators=[validate_unicode_slug])
    # RESTRICT: content is only ever deleted through the library.
    learning_package = models.OneToOneField(
        "openedx_content.LearningPackage",
        on_delete=models.RESTRICT,
        null=True,
        related_name="contentlibrary",
        verbose_name=_("learning package"),
    )
    license = models.CharField(
        _("license"), max_length=25, choices=License, default=License.ALL_RIGHTS_RESERVED, blank=True
    )
    allow_public_learning = models.BooleanField(
        _("open to learners"), default=False, help_text=_("Anybody may see the library's blocks as learners see them.")
    )
    allow_public_read = models.BooleanField(
        _("open to course authors"),
        default=False,
        help_text=_("Any course author may read the library and reuse its content."),
    )

    SETTINGS: ClassVar = ("license", "allow_public_learning", "allow_public_read")
    """The fields that people change. The forms of the admin have them, and the api takes them by name."""

    class Meta:
        verbose_name = _("content library")
        verbose_name_plural = _("content libraries")
        unique_together = (("org", "slug"),)

    def __str__(self) -> str:
        return str(self.library_key)

    @property
    def title(self) -> str:
        """Return the title of the learning package, or the slug if there is no learning package."""
        return self.slug if self.learning_package is None else self.learning_package.title

    @property
    def library_key(self) -> LibraryLocatorV2:
        return LibraryLocatorV2(org=self.org.short_name, slug=self.slug)


class AccessLevel(models.TextChoices):
    """Levels of the older grants, from least to most."""

    READ = "read", _("Read")
    AUTHOR = "author", _("Author")
    ADMIN = "admin", _("Administer")


class ContentLibraryPermission(models.Model):
    """
    A grant of the older kind: one user or one group has one level in one library.

    Roles of openedx-authz live beside these grants, and both are honored; openedx-authz's migration of older
    grants into roles reads this table under this name.

    .. no_pii: a user is only referred to.
    """

    library = models.ForeignKey(
        ContentLibrary, on_delete=models.CASCADE, related_name="permission_grants", verbose_name=_("library")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("user")
    )
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("group"))
    access_level = models.CharField(_("access level"), max_length=30, choices=AccessLevel)

    class Meta:
        verbose_name = _("grant in a library")
        verbose_name_plural = _("teams of libraries")
        ordering = ("user__username", "group__name")
        unique_together = (("library", "user"), ("library", "group"))
        constraints = (
            models.CheckConstraint(
                name="content_libraries_grant_user_xor_group",
                condition=models.Q(user__isnull=True) ^ models.Q(group__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user or self.group}: {self.access_level}"
