"""The Django admin of the host: a part of the site, with the site's name and its session."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Final, cast

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.core.exceptions import BadRequest
from django.db import DataError
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from ..tokens import ending_replaced_session
from .jwt_cookies import delete_jwt_cookies, set_jwt_cookies

_STYLED_INSIDE: Final = "openedx_content_"
"""Prefix of names of pages whose elements have styles of their own: the admin of Learning Core."""

_WITHOUT_PAGES: Final = frozenset({"assessment", "staffgrader", "submissions", "workflow"})
"""Labels of apps whose tables stay empty: the apps of Open Response, because this site has no submissions."""


class StudioAdminSite(AdminSite):
    """
    The admin site with the host's own login and logout.

    They belong to the session that frontends have, too, so tokens in cookies are set and deleted with it. Otherwise a
    frontend would act for the former user, or after the logout, until the token expires.
    """

    site_header = site_title = format_lazy(gettext_lazy("{site} administration"), site=settings.STUDIO_NAME)
    # Lists of libraries and jobs have many columns, and filters beside them.
    enable_nav_sidebar = False

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: object,
    ) -> None:
        """Register models, except models whose tables stay empty."""
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        shown = [model for model in models if model._meta.app_label not in _WITHOUT_PAGES]
        super().register(shown, admin_class, **options)

    def admin_view[View: Callable[..., HttpResponseBase]](self, view: View, cacheable: bool = False) -> View:
        answer = super().admin_view(view, cacheable)
        styled = csp_update({"style-src-attr": [UNSAFE_INLINE]})(answer)

        @wraps(answer)
        def answer_with_policy(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            page = request.resolver_match.url_name if request.resolver_match else None
            try:
                return (styled if (page or "").startswith(_STYLED_INSIDE) else answer)(request, *args, **kwargs)
            except (DataError, OverflowError) as error:  # filters take unchecked values from URLs
                raise BadRequest from error

        return cast(View, answer_with_policy)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        with ending_replaced_session(request):
            response = super().login(request, extra_context)
        is_done = request.method == "POST" and isinstance(response, HttpResponseRedirect)
        if is_done and request.user.is_authenticated:
            set_jwt_cookies(request, response, request.user)
        return response

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        response = super().logout(request, extra_context)
        if request.method == "POST":  # any page can link here, so Django does not log out for a GET
            delete_jwt_cookies(response)
        return response
