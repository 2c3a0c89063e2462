"""The tags of an item, by taxonomy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...content import api as content
from ...keys import ItemKey, library_key_of
from ...libraries.api import Permission
from ...tagging import api as tagging
from ..decorators import form_page
from ..forms import WorkbenchForm, posted
from ..navigation import Link, library_page
from ..refusals import errors_in
from ..rendering import render_page, tell

_PREFIX: Final = "taxonomy-"


class TagsForm(WorkbenchForm):
    """A list of tags for each taxonomy. See ``_tags_form``."""

    def tags_of(self, export_id: str) -> list[str]:
        """Return the tags that are wanted from a taxonomy, each once."""
        lines = self.cleaned_data[f"{_PREFIX}{export_id}"].splitlines()
        return list(dict.fromkeys(line.strip() for line in lines if line.strip()))


@form_page
def item_tags(request: HttpRequest, item_key: ItemKey) -> HttpResponse:
    """Show and change the tags of an item."""
    shown = library_page(request, library_key_of(item_key), tab="library", permission=Permission.VIEW)
    found = content.get_item(item_key, user=request.user)
    holder = tagging.holder_of(str(item_key))
    available = tagging.taxonomies_for(holder.organization_pks).filter(enabled=True).order_by("name")
    taxonomies = {taxonomy.export_id: taxonomy for taxonomy in available}
    names = {export_id: str(taxonomy.name) for export_id, taxonomy in taxonomies.items()}
    form = _tags_form(names)(posted(request), initial=_initial(item_key))
    if form.is_valid():
        wanted = [(taxonomy, form.tags_of(export_id)) for export_id, taxonomy in taxonomies.items()]
        with errors_in(form):
            tagging.set_object_tags(str(item_key), wanted, user=request.user)
            tell(request, _("The tags are saved."))
            return redirect("workbench:item-tags", item_key)
    context = {"form": form, "item": found, "taxonomies": names, "may_tag": holder.may_tag(request.user)}
    crumbs = (Link(found.display_name, reverse("workbench:item", args=[item_key])),)
    return render_page(request, "tags/of_item.html", context, library=shown, crumbs=crumbs, status=form.status)


def _tags_form(names: Mapping[str, str]) -> type[TagsForm]:
    """Make a form class with a field for each taxonomy: export id -> name."""
    made = {f"{_PREFIX}{export_id}": _tags_field(name) for export_id, name in names.items()}
    return type("TagsForm", (TagsForm,), made)


def _tags_field(name: str) -> forms.Field:
    help_text = gettext_lazy("One tag a line, as the taxonomy spells it.")
    return forms.CharField(label=name, required=False, widget=forms.Textarea({"rows": 3}), help_text=help_text)


def _initial(key: ItemKey) -> dict[str, str]:
    given: Mapping[str, Sequence[str]] = tagging.named_tags_of([str(key)]).get(str(key), {})
    return {f"{_PREFIX}{export_id}": "\n".join(values) for export_id, values in given.items()}
