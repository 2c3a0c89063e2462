"""Which taxonomies are for whom."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q, QuerySet
from openedx_tagging.models import Taxonomy
from organizations.models import Organization

from ...actors import Actor, is_operator
from ...libraries.api import viewable_libraries
from .models import TaxonomyAvailability

_Link = TaxonomyAvailability.orgs.through


def taxonomies_for(org_pks: Collection[int] | QuerySet[Organization, int]) -> QuerySet[Taxonomy]:
    """The taxonomies that are for at least one of the organizations, disabled ones too, each once."""
    listed = _Link.objects.filter(organization__in=org_pks).values("taxonomyavailability")
    return Taxonomy.objects.filter(Q(availability__all_orgs=True) | Q(pk__in=listed))


def unassigned_taxonomies() -> QuerySet[Taxonomy]:
    """The taxonomies that are for no organization."""
    listed = _Link.objects.values("taxonomyavailability")
    return Taxonomy.objects.exclude(availability__all_orgs=True).exclude(pk__in=listed)


def visible_taxonomies(user: Actor) -> QuerySet[Taxonomy]:
    """
    The taxonomies that a user may see, each once, without a query of its own.

    These are all of them for the staff of the site. For others they are the enabled ones that are for all
    organizations, or for one in which the user may view a library (wire: tagging).
    """
    if is_operator(user) or administers_taxonomies(user):
        return Taxonomy.objects.all()
    if not user.is_active:
        return Taxonomy.objects.none()
    organizations = Organization.objects.filter(pk__in=viewable_libraries(user).order_by().values("org"))
    return taxonomies_for(organizations.values_list("pk", flat=True)).filter(enabled=True)


def administers_taxonomies(user: Actor) -> bool:
    """Whether a user may create, change and delete taxonomies: the operator, and the staff of the site."""
    return is_operator(user) or (user.is_active and (user.is_staff or user.is_superuser))


def set_organizations(taxonomy: Taxonomy, orgs: Collection[Organization] = (), *, all_orgs: bool = False) -> None:
    """
    Say which organizations a taxonomy is for, instead of those before.

    Args:
        orgs: these; none of them makes it a matter of the staff.
        all_orgs: all of them, later ones too; ``orgs`` is not looked at then.
    """
    with transaction.atomic():
        availability, _created = TaxonomyAvailability.objects.update_or_create(
            taxonomy=taxonomy, defaults={"all_orgs": all_orgs}
        )
        availability.orgs.set(() if all_orgs else orgs)
