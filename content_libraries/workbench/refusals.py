"""Turns the errors of the app into messages where the user is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import reswap, retarget
from django_htmx.middleware import HtmxDetails

from ..errors import ContentLibrariesError, InvalidInputError, NotFoundError, PlanOutdatedError
from ..olx.api import OlxError
from ..rest.errors import api_exception
from .forms import WorkbenchForm
from .rendering import TEMPLATES, render_page


@contextmanager
def errors_in(form: WorkbenchForm) -> Iterator[None]:
    """
    Add the errors of an api function to the form, so that the form is shown again with its input.

    An error about a field appears at the field of the same name, and all other errors appear above the form. A
    NotFoundError is raised on, because a form for an object that is gone has no use.
    """
    try:
        yield
    except NotFoundError:
        raise
    except ContentLibrariesError as error:
        match error:
            case InvalidInputError():
                form.refuse(error.message, field=error.field, status=http_status(error))
            case OlxError(line=int(line)) if line:
                text = _("Line %(line)s: %(message)s") % {"line": line, "message": error.message}
                form.refuse(text, field="olx", status=http_status(error))
            case _:
                form.refuse(error.message, field=None, status=http_status(error))


def http_status(error: ContentLibrariesError) -> int:
    """
    Return the HTTP status for an error of this app.

    It is the status of the REST API, apart from plans that are out of date: older endpoints answer 400 there.
    """
    if isinstance(error, PlanOutdatedError):
        return HTTPStatus.CONFLICT
    return api_exception(error).status_code


def refusal(request: HttpRequest, error: ContentLibrariesError) -> HttpResponse:
    """
    Return the response to a request that an error has ended.

    Requests of htmx get a message that appears on the page, which stays as it is. Others get a page.
    """
    status = http_status(error)
    htmx = HtmxDetails(request)
    if htmx and not htmx.history_restore_request:
        toast = {"text": error.message, "tone": "error"}
        response = render(request, f"{TEMPLATES}/components/toast.html", toast, status=status)
        return reswap(retarget(response, "#toasts"), "beforeend")
    context = {"message": error.message, "is_missing": status == HTTPStatus.NOT_FOUND}
    return render_page(request, "error.html", context, status=status)
