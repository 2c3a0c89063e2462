"""Models of tagging in libraries."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from openedx_tagging.models import Taxonomy
from organizations.models import Organization


class TaxonomyAvailability(models.Model):
    """
    The organizations that a taxonomy is for.

    1. A taxonomy without a row is for no organization: only the staff of the site sees it.
    2. ``all_orgs`` means every organization, including organizations that are created later; ``orgs`` is empty then.

    .. no_pii:
    """

    # CASCADE: the row has no meaning without its taxonomy.
    taxonomy = models.OneToOneField(Taxonomy, on_delete=models.CASCADE, primary_key=True, related_name="availability")
    all_orgs = models.BooleanField(default=False, help_text=_("For every organization, whatever is listed."))
    orgs = models.ManyToManyField(Organization, blank=True, related_name="+")

    class Meta:
        verbose_name = _("taxonomy availability")
        verbose_name_plural = _("taxonomy availabilities")

    def __str__(self) -> str:
        return f"Availability of taxonomy {self.taxonomy_id}"
