"""The taxonomy of languages, so that the language of content is a tag like others."""

from __future__ import annotations

from typing import Final

from django.conf import global_settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from openedx_tagging import api as tagging
from openedx_tagging.models import Taxonomy

from ..actors import Actor
from ..errors import NotAllowedError
from ..upstream.openedx_tagging import add_tag
from .taxonomies import administers_taxonomies, set_organizations

EXPORT_ID: Final = "languages-v1"
"""Names this taxonomy in archives and OLX, on every site."""


def create_language_taxonomy(*, user: Actor) -> Taxonomy:
    """
    Create the taxonomy of languages, for all organizations, with a tag for each language that Django knows.

    If it exists, only missing languages are added, and changes of the site stay. Frontends cannot edit the tags,
    because they mean the same on every site. A tag has the English name of its language, and the language code as its
    external id.

    Args:
        user: the operator, or a member of the site's staff.

    Returns: the taxonomy. Raises NotAllowedError.
    """
    if not administers_taxonomies(user):
        raise NotAllowedError(_("Only the staff of the site may create taxonomies."))
    with transaction.atomic():
        taxonomy = tagging.get_taxonomy_by_export_id(EXPORT_ID)
        if taxonomy is None:
            taxonomy = tagging.create_taxonomy(
                gettext_noop("Languages"),
                gettext_noop("The language that content is in."),
                allow_multiple=False,
                read_only=True,
                export_id=EXPORT_ID,
            )
            set_organizations(taxonomy, all_orgs=True)
        _add_missing(taxonomy)
    return taxonomy


def _add_missing(taxonomy: Taxonomy) -> None:
    """Insert rows for missing languages."""
    known = taxonomy.tag_set.values_list("external_id", "value")
    codes, names = {code for code, _name in known}, {name.casefold() for _code, name in known}
    for code, name in global_settings.LANGUAGES:
        if code not in codes and name.casefold() not in names:
            add_tag(taxonomy, name, external_id=code)
