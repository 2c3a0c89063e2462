"""Units that are marked as templates. New units are made from them by rooms that copy."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ..actors import Actor
from ..errors import InvalidInputError
from ..keys import LibraryContainerLocator, LibraryLocatorV2
from ..learning_core import api as learning_core
from ..learning_core.api import Effect, EffectKind
from ..libraries.api import Permission, access_library, author_pk, package_pk
from .data import ItemSummary
from .items import access_item, item_summaries, item_summary
from .lazy import LazyList
from .models import UnitTemplate


def mark_template(key: LibraryContainerLocator, *, user: Actor) -> ItemSummary:
    """
    Mark a unit as a template. A unit that is one already stays one. Needs EDIT.

    Returns: the unit. Raises NotFoundError, NotAllowedError, and InvalidInputError for a container of another type.
    """
    library, item = access_item(user, key, Permission.EDIT)
    if key.container_type != "unit":
        raise InvalidInputError(_("Only units can be templates."), field="unit_key")
    unit = {"entity_id": item.pk}
    UnitTemplate.objects.get_or_create(**unit, defaults={"created_by_id": author_pk(user)})
    return item_summary(library, item.pk)


def unmark_template(key: LibraryContainerLocator, *, user: Actor) -> None:
    """
    Make a template an ordinary unit again, also a deleted one. Needs EDIT.

    Does nothing to a unit that is no template. Raises NotFoundError and NotAllowedError.
    """
    _library, item = access_item(user, key, Permission.EDIT, deleted_too=True)
    UnitTemplate.objects.filter(entity__pk=item.pk).delete()


def templates_among(entity_pks: Collection[int]) -> set[int]:
    """Return the pks of entities that are marked as templates. Checks no permission."""
    return {
        pk
        for part in learning_core.in_parts(entity_pks)
        for pk in _templates_of(part).values_list("entity_id", flat=True)
    }


def set_templates(marked: Collection[int], unmarked: Collection[int], *, author_pk: int | None) -> None:
    """
    Mark units as templates, and make others ordinary units, in the caller's transaction. Checks no permission.

    Records the changes as effects of the user action that is under way.
    """
    there = templates_among({*marked, *unmarked})
    new, gone = sorted(set(marked) - there), sorted(set(unmarked) & there)
    UnitTemplate.objects.bulk_create([UnitTemplate(entity_id=pk, created_by_id=author_pk) for pk in new])
    for part in learning_core.in_parts(gone):
        _templates_of(part).delete()
    if new or gone:
        learning_core.record_effects([Effect(EffectKind.TEMPLATES, "", gone, new)])


def take_back_templates(effects: Iterable[Effect], *, author_pk: int | None, kept_pks: Collection[int]) -> None:
    """
    Take back which units a change set marked, in the caller's transaction. Checks no permission.

    Args:
        effects: effects of the set; other kinds are ignored.
        kept_pks: entities that stay as they are.
    """
    for effect in effects:
        if effect.kind is EffectKind.TEMPLATES:
            marked, unmarked = set(effect.removed) - set(kept_pks), set(effect.added) - set(kept_pks)
            set_templates(marked, unmarked, author_pk=author_pk)


def list_templates(library_key: LibraryLocatorV2, *, user: Actor) -> LazyList[ItemSummary]:
    """
    List the units of a library that are templates and not deleted, sorted by title. Needs VIEW.

    Raises NotFoundError and NotAllowedError.
    """
    library = access_library(user, library_key, Permission.VIEW)
    here = {"entity__learning_package__id": package_pk(library), "entity__draft__version__isnull": False}
    templates = UnitTemplate.objects.filter(**here)
    pks = templates.order_by("entity__draft__version__title", "entity_id").values_list("entity_id", flat=True)
    return LazyList(pks, partial(item_summaries, library))


def is_template(key: LibraryContainerLocator, *, user: Actor) -> bool:
    """Return whether a unit is a template. Needs VIEW. Raises NotFoundError and NotAllowedError."""
    _library, item = access_item(user, key, Permission.VIEW, deleted_too=True)
    return UnitTemplate.objects.filter(entity__pk=item.pk).exists()


def require_template(key: LibraryContainerLocator, *, user: Actor) -> None:
    """Raise InvalidInputError for a unit that is no template. Raises NotFoundError and NotAllowedError, too."""
    if not is_template(key, user=user):
        raise InvalidInputError(_("“%(key)s” is no template. Mark it as one first.") % {"key": key})


def _templates_of(entity_pks: Collection[int]) -> QuerySet[UnitTemplate]:
    here = {"entity__pk__in": entity_pks}
    return UnitTemplate.objects.filter(**here)
