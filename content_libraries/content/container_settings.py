"""Reads and writes the preserved settings and the licenses of versions, for many versions at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..learning_core import api as learning_core
from .data import ContainerSettingsData
from .models import ContainerSettings


def settings_of(version_pks: Iterable[int]) -> dict[int, ContainerSettingsData]:
    """
    Read the preserved settings and the stored licenses of versions of containers and components.

    Checks no permission.

    Args:
        version_pks: pks of publishable entity versions.

    Returns: version pk -> settings and license. Versions that have neither are left out.
    """
    return {
        row.version_id: ContainerSettingsData(row.settings, row.license, row.license_holder, row.copyright_notice)
        for part in learning_core.in_parts(set(version_pks))
        for row in ContainerSettings.objects.filter(version__in=part)
    }


def write_settings(settings: Mapping[int, ContainerSettingsData]) -> None:
    """
    Store settings and licenses with new versions.

    Checks no permission.

    Args:
        settings: pk of a publishable entity version -> its settings.
    """
    ContainerSettings.objects.bulk_create(
        ContainerSettings(
            version_id=version_pk,
            settings=dict(data.settings),
            license=data.license,
            license_holder=data.license_holder,
            copyright_notice=data.copyright_notice,
        )
        for version_pk, data in settings.items()
        if not data.is_empty
    )


def carry_over(next_versions: Mapping[int, int]) -> None:
    """
    Copy the settings and licenses of old versions to the versions that were made from them.

    Args:
        next_versions: pk of the old publishable entity version -> pk of the new one.
    """
    old = settings_of(next_versions)
    write_settings({next_versions[version_pk]: data for version_pk, data in old.items()})
