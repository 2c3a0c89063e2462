"""Gives items new versions with the content of earlier ones, for the room that restores them."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from ..learning_core import api as learning_core
from ..learning_core.api import EarlierVersions
from . import container_settings as preserved


def bring_back_versions(
    learning_package_pk: int, versions: Mapping[int, int | None], *, author_pk: int | None
) -> EarlierVersions:
    """
    Give items of a library new versions with the content and settings of earlier ones, in one draft change log.

    Checks no permission. See ``learning_core.api.write_earlier_versions`` for arguments and errors.
    """
    with transaction.atomic():
        written = learning_core.write_earlier_versions(learning_package_pk, versions, author_pk=author_pk)
        preserved.carry_over(written.new_versions)
    return written
