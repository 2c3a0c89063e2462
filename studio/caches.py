"""The exceptions of a cache that does not respond. Logins are not limited then."""

from __future__ import annotations

from contextlib import suppress

CACHE_IS_AWAY: tuple[type[Exception], ...] = (OSError,)
with suppress(ImportError):  # only sites with Redis have its client
    from redis.exceptions import RedisError

    CACHE_IS_AWAY = (OSError, RedisError)
