"""The start page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from ..decorators import public_page
from ..rendering import render_page


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """Tell visitors what this is. Users who are logged in go on to their libraries."""
    if request.user.is_authenticated:
        return redirect("workbench:libraries")
    return render_page(request, "welcome.html")
