"""
Limits guessing of passwords at every login of the site, with django-axes and a limit for each kind of count.

Failures are counted in the cache until ``AXES_COOLOFF_TIME`` after the last one. Each kind of count in
``AXES_LOCKOUT_PARAMETERS`` has its limit in ``LOGIN_FAILURES``: a low one for an account at an address, higher ones for
an address that tries many accounts, and for an account that is tried from many addresses. Names are counted whether or
not such an account exists, so a response does not reveal it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final
from unicodedata import normalize

from axes.handlers.cache import AxesCacheHandler
from axes.helpers import get_client_cache_keys
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import BaseCache, caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ..caches import CACHE_IS_AWAY

logger = logging.getLogger(__name__)

_NETWORK_OF_ONE: Final = 64
"""Length in bits of the part of an IPv6 address that is the network of one customer."""


class Brake(AxesCacheHandler):
    """
    Counts failed logins, and reports when there are too many.

    Without the cache, logins are not counted and not limited.
    """

    def __init__(self) -> None:
        """Do not store the cache: it is looked up at each use, because every thread has a cache of its own."""

    @property
    def cache(self) -> BaseCache:
        return caches["default"]

    def get_failures(self, request: HttpRequest, credentials: Mapping[str, object] | None = None) -> int:
        """
        Return the count that is nearest to its limit, in proportion to the first limit.

        With 25 of 50 failures at an address this is 2 of 5.
        """
        keys = get_client_cache_keys(request, credentials)
        try:
            counts: dict[str, int] = self.cache.get_many(keys)
        except CACHE_IS_AWAY as error:
            logger.warning("Failed logins are not counted: %s", error)
            return 0
        limits: tuple[int, ...] = settings.LOGIN_FAILURES
        return max(counts.get(key, 0) * limits[0] // limit for key, limit in zip(keys, limits, strict=True))

    def user_login_failed(
        self, sender: object, credentials: Mapping[str, object], request: HttpRequest | None = None, **kwargs: object
    ) -> None:
        try:
            super().user_login_failed(sender, credentials, request, **kwargs)
        except CACHE_IS_AWAY as error:
            logger.warning("A failed login is not counted: %s", error)
        if request is not None:  # that decision used one limit for all counts
            request.axes_locked_out = self.is_locked(request, credentials)  # type: ignore[attr-defined]

    def user_logged_in(self, sender: object, request: HttpRequest, user: AbstractBaseUser, **kwargs: object) -> None:
        """
        Forget the failures of this account at this address.

        Failures at other addresses stay, because they may be guesses by an attacker.
        """
        key = get_client_cache_keys(request, {"username": user.get_username()})[0]
        with suppress(*CACHE_IS_AWAY):
            self.cache.delete(key)


def client_address(request: HttpRequest) -> str:
    """
    Return the address that a request comes from, for IPv6 the network of the customer.

    Without proxies, it is the address of the other end of the connection. Each trusted proxy adds the address of its
    client to the end of ``X-Forwarded-For``; behind proxies, it is the first address that a trusted proxy has added.
    Clients can forge all addresses before it.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    count: int = settings.TRUSTED_PROXIES
    return _customer(hops[-count].strip() if 0 < count <= len(hops) else peer) or _customer(peer)


def account_name(_request: HttpRequest, credentials: Mapping[str, object] | None) -> str:
    """Return a username without differences that databases may ignore: case, accents, width, invisible characters."""
    name = str((credentials or {}).get("username") or "")
    return "".join(part for part in normalize("NFKD", name).casefold() if part.isalnum() or part in "@.+-_")


def locked_out(request: HttpRequest, _credentials: Mapping[str, object] | None) -> HttpResponse:
    """Tell a client that it has to wait, with the same words for every account."""
    wait: timedelta = settings.AXES_COOLOFF_TIME
    minutes = int(wait.total_seconds() // 60)
    answer = render(request, "studio/locked.html", {"minutes": minutes}, status=settings.AXES_HTTP_RESPONSE_CODE)
    answer["Retry-After"] = str(int(wait.total_seconds()))
    return answer


def _customer(text: str) -> str:
    """Return an address in the form in which it is counted; "" for an invalid one."""
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ip_network((int(address), _NETWORK_OF_ONE), strict=False))
    return str(address)
