"""Login, logout, and the two calls with which a frontend starts."""

from __future__ import annotations

import time

from django.contrib.auth import logout
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from ..tokens import LIFETIME_SECONDS, ending_replaced_session
from .jwt_cookies import delete_jwt_cookies, set_jwt_cookies
from .redirects import frontend_hosts, safe_redirect


class LoginForm(AuthenticationForm):
    """Username and password. Inactive users may log in: permissions refuse them, and frontends tell them why."""

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        """Let all users with the right password log in, also inactive ones."""


class LoginView(auth_views.LoginView):
    """The login page. ``next`` may be a page of this site or of one of its frontends."""

    template_name = "studio/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = False

    def get_success_url_allowed_hosts(self, request: HttpRequest | None = None) -> set[str]:
        return super().get_success_url_allowed_hosts() | frontend_hosts()

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        with ending_replaced_session(self.request):
            response = super().form_valid(form)
        set_jwt_cookies(self.request, response, form.get_user())
        return response


@method_decorator(never_cache, name="dispatch")
class LogoutView(View):
    """
    The end of the session.

    Frontends link here, so the view accepts GET; a GET asks for confirmation, because any page could make a browser
    follow a link.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "studio/logout.html", {"next": self._next(request)})

    def post(self, request: HttpRequest) -> HttpResponse:
        following = self._next(request)
        logout(request)
        response = HttpResponseRedirect(following)
        delete_jwt_cookies(response)
        return response

    def _next(self, request: HttpRequest) -> str:
        given = {**request.GET.dict(), **request.POST.dict()}
        wanted = given.get("next") or given.get("redirect_url") or ""
        return safe_redirect(request, wanted, default="/")


# Without a CSRF token: it changes nothing but the caller's own cookies, and frontends call it before they have one.
@method_decorator([never_cache, csrf_exempt], name="dispatch")
class LoginRefreshView(View):
    """Gives the user of the session a fresh token, in cookies. Responds with 401 without a login."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            response = JsonResponse({"detail": _("Log in first.")}, status=401)
            delete_jwt_cookies(response)
            return response
        now = int(time.time())
        response = JsonResponse(
            {
                "success": True,
                "user_id": request.user.pk,
                "response_epoch_seconds": now,
                "response_http_date": http_date(now),
                "expires": http_date(now + LIFETIME_SECONDS),
                "expires_epoch_seconds": now + LIFETIME_SECONDS,
            }
        )
        set_jwt_cookies(request, response, request.user)
        return response


@never_cache
def csrf_token(request: HttpRequest) -> JsonResponse:
    """Return the token that unsafe requests send back in ``X-CSRFToken``."""
    return JsonResponse({"csrfToken": get_token(request)})
