"""Forms of libraries in the Django admin."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Model
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..actors import Actor
from ..admin_base.key_fields import ProposingInput
from ..errors import ContentLibrariesError, InvalidInputError
from ..learning_core.api import MAX_TITLE
from . import api
from .lifecycle import MAX_DESCRIPTION
from .models import ContentLibraryPermission

_API_NAMES: Final = {"organization": "org"}
"""Field of a form -> its name in the api, where the two differ."""


class LibraryForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form for the fields that the admin names, with the title and the description of the learning package."""

    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=MAX_TITLE, widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=MAX_DESCRIPTION,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            package = self.instance.learning_package
            self.initial.update(title=self.instance.title, description=package.description if package else "")


class NewLibraryForm(LibraryForm):
    """
    A form for a new library, with the parts of its key.

    Errors of the api are shown at the field that they are about.

    Subclasses set ``user``, who creates the library.
    """

    user: ClassVar[Actor]

    organization = forms.CharField(
        label=gettext_lazy("Organization"),
        help_text=gettext_lazy("Its short name, as in lib:ORG:SLUG."),
        widget=ProposingInput("content_libraries_organization_proposals"),
    )
    slug = forms.CharField(
        label=gettext_lazy("Slug"),
        help_text=gettext_lazy("The last part of lib:ORG:SLUG. It never changes, and is unique in the organization."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            values = {_API_NAMES.get(name, name): value for name, value in data.items()}
            try:
                self.instance = api.create_library(user=self.user, **values)
            except InvalidInputError as error:
                names = [name for name in self.fields if _API_NAMES.get(name, name) == error.field]
                self.add_error(names[0] if names else None, error.message)
            except ContentLibrariesError as error:
                self.add_error(None, error.message)
        return data


class NameField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A field for the name of a user or group, without spaces around it."""

    widget = forms.TextInput

    def to_python(self, value: object) -> Model | None:
        return super().to_python(value.strip() if isinstance(value, str) else value)


class GrantForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form for an older grant. A grant never passes to another user or group. Members are entered by name."""

    user = NameField(
        get_user_model().objects.all(),
        to_field_name="username",
        required=False,
        help_text=gettext_lazy("Username"),
        error_messages={"invalid_choice": gettext_lazy("There is no user of this name.")},
    )
    group = NameField(
        Group.objects.all(),
        to_field_name="name",
        required=False,
        help_text=gettext_lazy("Name of the group"),
        error_messages={"invalid_choice": gettext_lazy("There is no group of this name.")},
    )

    class Meta:
        model = ContentLibraryPermission
        fields = ("user", "group", "access_level")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["user"].disabled = self.fields["group"].disabled = True
            user, group = self.instance.user, self.instance.group
            self.initial.update(user=user and user.username, group=group and group.name)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and bool(data.get("user")) == bool(data.get("group")):
            raise forms.ValidationError(_("Choose either a user or a group."))
        return data


class GrantFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """Older grants as a table, whose column headings are not labels."""

    def add_fields(self, form: forms.ModelForm[ContentLibraryPermission], index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = field.label
