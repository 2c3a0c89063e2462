"""Decides which organizations and users may see a taxonomy."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q, QuerySet
from openedx_tagging.models import Taxonomy
from organizations.models import Organization

from ..actors import Actor, is_operator
from ..libraries.api import viewable_libraries
from .models import TaxonomyAvailability

_Link = TaxonomyAvailability.orgs.through


def taxonomies_for(org_pks: Collection[int] | QuerySet[Organization, int]) -> QuerySet[Taxonomy]:
    """Return the taxonomies that are for at least one of the organizations, each once. Disabled ones are included."""
    listed = _Link.objects.filter(organization__in=org_pks).values("taxonomyavailability")
    return Taxonomy.objects.filter(Q(availability__all_orgs=True) | Q(pk__in=listed))


def unassigned_taxonomies() -> QuerySet[Taxonomy]:
    """Return the taxonomies that are for no organization."""
    listed = _Link.objects.values("taxonomyavailability")
    return Taxonomy.objects.exclude(availability__all_orgs=True).exclude(pk__in=listed)


def visible_taxonomies(user: Actor) -> QuerySet[Taxonomy]:
    """
    Return the taxonomies that a user may see, each once, without a query of its own.

    The staff of the site sees all taxonomies. Others see enabled taxonomies that are for all organizations, or for an
    organization in which the user may view a library (wire: tagging).
    """
    if is_operator(user) or administers_taxonomies(user):
        return Taxonomy.objects.all()
    if not user.is_active:
        return Taxonomy.objects.none()
    organizations = Organization.objects.filter(pk__in=viewable_libraries(user).order_by().values("org"))
    return taxonomies_for(organizations.values_list("pk", flat=True)).filter(enabled=True)


def administers_taxonomies(user: Actor) -> bool:
    """Return whether a user may create, change and delete taxonomies: the operator and the staff of the site may."""
    return is_operator(user) or (user.is_active and (user.is_staff or user.is_superuser))


def set_organizations(taxonomy: Taxonomy, orgs: Collection[Organization] = (), *, all_orgs: bool = False) -> None:
    """
    Replace the organizations that a taxonomy is for.

    Args:
        orgs: the organizations; without any, only the staff of the site sees the taxonomy.
        all_orgs: whether it is for all organizations, also future ones; ``orgs`` is ignored then.
    """
    with transaction.atomic():
        availability, _created = TaxonomyAvailability.objects.update_or_create(
            taxonomy=taxonomy, defaults={"all_orgs": all_orgs}
        )
        availability.orgs.set(() if all_orgs else orgs)


def taxonomy_identities(export_ids: Collection[str]) -> list[dict[str, str | bool]]:
    """Describe taxonomies for archives, by their export ids: what names them on every site, and what they allow."""
    fields = ("export_id", "name", "description", "allow_multiple", "allow_free_text")
    return list(Taxonomy.objects.filter(export_id__in=export_ids).order_by("export_id").values(*fields))
