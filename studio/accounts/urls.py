"""Paths that frontends read from their configuration, or have built in."""

from __future__ import annotations

from django.urls import path

from . import demo_login, profiles, views

urlpatterns = [
    path("login", views.LoginView.as_view(), name="login"),
    path("demo-login", demo_login.demo_login, name="demo-login"),
    path("logout", views.LogoutView.as_view(), name="logout"),
    path("login_refresh", views.LoginRefreshView.as_view(), name="login-refresh"),
    path("csrf/api/v1/token", views.csrf_token, name="csrf-token"),
    path("api/user/v1/accounts/<str:username>", profiles.AccountView.as_view(), name="account"),
    path("api/user/v1/preferences/<str:username>", profiles.PreferencesView.as_view(), name="preferences"),
    path("api/notifications/count/", profiles.NotificationCountView.as_view(), name="notification-count"),
]
