"""The base of all forms of the workbench."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django import forms
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest, QueryDict

from .rendering import TEMPLATES

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what the user has sent, for a form. None, for a form to fill in, if the request is no POST."""
    return request.POST if request.method == "POST" else None


class Renderer(DjangoTemplates):
    """Renders forms and fields with the templates of the workbench, whatever the host's forms look like."""

    form_template_name = f"{TEMPLATES}/components/form.html"
    field_template_name = f"{TEMPLATES}/components/field.html"


class WorkbenchForm(forms.Form):
    """
    A form whose errors come from api functions, too.

    The api checks all rules. Fields of a form say only what inputs look like.
    """

    default_renderer = Renderer
    use_required_attribute = False
    error_status: int = HTTPStatus.BAD_REQUEST

    def refuse(self, message: str, *, field: str | None, status: int) -> None:
        """Add an error: at the field if the form has one of this name, otherwise above the form."""
        self.error_status = status
        self.add_error(field if field in self.fields else None, message)

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows the form."""
        return self.error_status if self.is_bound and self.errors else HTTPStatus.OK


class TextField(forms.CharField):
    """A text of many lines. Browsers end lines in forms as networks do; the text keeps its own."""

    def __init__(self, *, label: StrOrPromise = "", required: bool = True, widget: forms.Widget | None = None) -> None:
        super().__init__(label=label, required=required, strip=False, widget=widget or forms.Textarea({"rows": 3}))

    def to_python(self, value: object) -> str:
        text: str = super().to_python(value) or ""
        return text.replace("\r\n", "\n")
