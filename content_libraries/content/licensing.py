"""Computes the licenses of items, and what they inherit from their containers and their library (ADR 0050)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from django.db.models import Q

from ..errors import ContentLibrariesError
from ..learning_core import api as learning_core
from ..learning_core.api import BranchName
from ..libraries.api import ContentLibrary, package_pk
from ..olx import api as olx_api
from .block_types import block_class
from .container_settings import settings_of
from .data import ContainerSettingsData, ItemLicense, ItemSummary, Licensing
from .licenses import ALL_RIGHTS_RESERVED, OTHER, course_spelling, license_code, strictness
from .models import ContainerSettings

LICENSE: Final = "license"
HOLDER: Final = "license_holder"
NOTICE: Final = "copyright_notice"
LICENSE_SETTINGS: Final = (LICENSE, HOLDER, NOTICE)
"""The names of license, holder and notice among the settings of a block."""


@dataclass(frozen=True, slots=True)
class EffectiveLicense:
    """
    The license that counts for an item.

    Args:
        value: the license.
        source_pk: pk of the item or container that its code comes from; None for the library.
        own: the item's own license, which may be blank; blank for the library.
    """

    value: ItemLicense
    source_pk: int | None
    own: ItemLicense = field(default_factory=ItemLicense)


def has_own_field(block_type: str) -> bool:
    """Return whether a block type has the license among its own fields."""
    found = block_class(block_type)
    return found is not None and LICENSE in found.fields


def item_license(stored: ContainerSettingsData | None, olx: str = "") -> ItemLicense:
    """Return the own license of a version of an item: what its OLX says, else what is stored beside it."""
    stored = stored or ContainerSettingsData()
    in_olx = _settings_about_licenses(olx)
    spelling = in_olx.get(LICENSE) or stored.license
    code = license_code(spelling)
    return ItemLicense(
        code,
        spelling if code == OTHER else "",
        stored.license_holder or in_olx.get(HOLDER, ""),
        stored.copyright_notice or in_olx.get(NOTICE, ""),
    )


def license_attributes(stored: ContainerSettingsData) -> dict[str, str]:
    """Return the attributes that say in the OLX of a course what is stored beside a version of an item."""
    values = {
        LICENSE: course_spelling(stored.license),
        HOLDER: stored.license_holder,
        NOTICE: stored.copyright_notice,
    }
    return {name: value for name, value in values.items() if value}


def _settings_about_licenses(olx: str) -> dict[str, str]:
    """Return license, holder and notice among the attributes of a component; nothing if it cannot be read."""
    if not any(name in olx for name in LICENSE_SETTINGS):
        return {}
    try:
        settings = olx_api.settings_in(olx)
    except ContentLibrariesError:
        return {}
    return {name: settings[name].strip() for name in LICENSE_SETTINGS if name in settings}


def own_licenses(versions: Mapping[int, int], *, olx: Mapping[int, str] | None = None) -> dict[int, ItemLicense]:
    """
    Read the own licenses of items. Checks no permission.

    Args:
        versions: entity pk -> version pk.
        olx: version pk -> OLX of all components among them; read if None.
    """
    stored = settings_of(versions.values())
    if olx is None:
        olx = learning_core.olx_of(versions.values(), skip_damaged=True)
    return {pk: item_license(stored.get(version), olx.get(version) or "") for pk, version in versions.items()}


class Licensed(Protocol):
    """A library, as far as its license is concerned."""

    @property
    def license(self) -> str: ...


def effective_licenses(
    library: Licensed,
    entity_pks: Iterable[int],
    *,
    branch: BranchName = "draft",
    olx: Mapping[int, str] | None = None,
) -> dict[int, EffectiveLicense]:
    """
    Compute the licenses that count for items. Checks no permission.

    The license of an item is its own, else the license of the containers that hold it, else the license of the
    library. Where containers disagree, the strictest license counts. An item with a license of its own inherits neither
    holder nor notice. An item without one inherits the holder and the notice of the license, unless it has its own.

    Needs a few queries for each level of containers, however many items there are.

    Args:
        library: the library of the items.
        entity_pks: the items.
        branch: which versions of the items and of their containers count.
        olx: version pk -> OLX of these versions of the components; read if None.

    Returns: entity pk -> license. Items without a version on the branch are left out.
    """
    wanted = set(entity_pks)
    parents = _parents_above(wanted, branch)
    everything = wanted.union(parents, *parents.values())
    own = own_licenses(learning_core.current_versions(everything, branch=branch), olx=olx)
    of_library = EffectiveLicense(ItemLicense(license_code(library.license) or ALL_RIGHTS_RESERVED), None)
    known: dict[int, EffectiveLicense] = {}

    def effective(pk: int) -> EffectiveLicense:
        if pk not in known:
            mine = own[pk]
            above = [] if mine.license else [effective(parent) for parent in parents.get(pk, ()) if parent in own]
            known[pk] = EffectiveLicense(mine, pk, mine) if mine.license else _inherited(mine, above, of_library)
        return known[pk]

    return {pk: effective(pk) for pk in wanted if pk in own}


def with_licensing(library: ContentLibrary, entity_pk: int, summary: ItemSummary, *, published: bool) -> ItemSummary:
    """Return the summary of an item with its license. Checks no permission."""
    branch: BranchName = "published" if published else "draft"
    found = effective_licenses(library, [entity_pk], branch=branch).get(entity_pk)
    if found is None:
        return summary
    source = str(library.library_key)
    if found.source_pk is not None:
        keys = learning_core.item_keys(package_pk(library), [found.source_pk], library_key=library.library_key)
        source = str(keys.get(found.source_pk, source))
    return replace(summary, licensing=Licensing(found.own, found.value, source))


def has_licenses(learning_package_pk: int) -> bool:
    """Return whether any version of an item of a library ever had a license, holder or notice stored beside it."""
    given = ~Q(license="") | ~Q(license_holder="") | ~Q(copyright_notice="")
    here = {"version__entity__learning_package__id": learning_package_pk}
    return ContainerSettings.objects.filter(given, **here).exists()


def pks_with_other_license(versions: Collection[tuple[int, int | None, int | None]]) -> set[int]:
    """
    Find the items whose stored license, holder or notice differs between two versions. Checks no permission.

    Args:
        versions: entity pk, pk of the old version, pk of the new version.
    """
    stored = settings_of(pk for _entity, *pair in versions for pk in pair if pk is not None)

    def license_of(pk: int | None) -> ContainerSettingsData:
        return replace(stored.get(pk or 0, ContainerSettingsData()), settings={})

    return {entity_pk for entity_pk, old, new in versions if license_of(old) != license_of(new)}


def _parents_above(entity_pks: Collection[int], branch: BranchName) -> dict[int, list[int]]:
    """Map items, and all containers above them, to the containers that hold them."""
    parents: dict[int, list[int]] = {}
    level = set(entity_pks)
    while level:
        found = learning_core.parents_of(level, branch=branch)
        parents |= found
        level = {pk for above in found.values() for pk in above} - parents.keys()
    return parents


def _inherited(
    mine: ItemLicense, above: Collection[EffectiveLicense], of_library: EffectiveLicense
) -> EffectiveLicense:
    candidates = [found for found in above if found.source_pk is not None] or list(above) or [of_library]
    chosen = max(candidates, key=lambda found: strictness(found.value.license))
    return EffectiveLicense(
        replace(
            chosen.value,
            license_holder=mine.license_holder or chosen.value.license_holder,
            copyright_notice=mine.copyright_notice or chosen.value.copyright_notice,
        ),
        chosen.source_pk,
        mine,
    )
