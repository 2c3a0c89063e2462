"""Serializers of licenses (wire: own-licenses)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from ...rest.base_versions import BaseVersionSerializer
from ...rest.bodies import StrictSerializer
from .. import api
from ..data import ItemSummary, LicenseChange, Licensing
from ..license_edits import MAX_HOLDER, MAX_LICENSE_TEXT, MAX_NOTICE

_FIELDS = ("license", "license_text", "license_holder", "copyright_notice")


class EffectiveLicenseSerializer(serializers.Serializer[Licensing]):
    """The license that counts for an item."""

    license = serializers.CharField(source="effective.license", help_text="Code of the license.")
    name = serializers.SerializerMethodField(help_text="Name of the license, in the language of the request.")
    license_text = serializers.CharField(source="effective.license_text")
    license_holder = serializers.CharField(source="effective.license_holder")
    copyright_notice = serializers.CharField(source="effective.copyright_notice")
    source = serializers.CharField(  # type: ignore[assignment]  # the base class has an attribute of that name
        help_text="Key of the item, container or library that the license comes from."
    )

    def get_name(self, licensing: Licensing) -> str:
        return api.license_name(licensing.effective.license)


class LicensedSerializer(serializers.Serializer[ItemSummary]):
    """Fields of an item that say its own license, and the license that counts."""

    license = serializers.CharField(source="licensing.own.license", help_text="Code; blank if it has none of its own.")
    license_text = serializers.CharField(source="licensing.own.license_text", help_text="Of the license `other`.")
    license_holder = serializers.CharField(source="licensing.own.license_holder")
    copyright_notice = serializers.CharField(source="licensing.own.copyright_notice")
    effective_license = EffectiveLicenseSerializer(
        source="licensing", help_text="Its own license, else the license of its containers, else of the library."
    )


class LicenseFieldsSerializer(serializers.Serializer[object]):
    """Fields of a body that change a license. Fields that are left out stay as they are; blank ones are removed."""

    license = serializers.CharField(
        required=False, allow_blank=True, max_length=100, help_text="A code of `licenses/`; blank to inherit."
    )
    license_text = serializers.CharField(
        required=False, allow_blank=True, max_length=MAX_LICENSE_TEXT, help_text="Needed for the license `other`."
    )
    license_holder = serializers.CharField(required=False, allow_blank=True, max_length=MAX_HOLDER)
    copyright_notice = serializers.CharField(required=False, allow_blank=True, max_length=MAX_NOTICE)


class LicenseUpdateSerializer(BaseVersionSerializer, LicenseFieldsSerializer, StrictSerializer):
    """Body that changes the license of an item."""


class ItemLicenseSerializer(LicensedSerializer):
    """The license of an item."""

    id = serializers.CharField(source="key")
    version_num = serializers.IntegerField(help_text="Number of the version that is shown.")


class OfferedLicenseSerializer(serializers.Serializer[object]):
    """A license that authors may choose."""

    license = serializers.CharField(help_text="Its code.")
    name = serializers.CharField(help_text="In the language of the request.")


def license_change(values: Mapping[str, Any]) -> LicenseChange:
    """Return the change that the validated values of a body ask for."""
    return LicenseChange(**{name: values[name] for name in _FIELDS if name in values})
