"""
Configures logs, as lines for people or as JSON for machines. Each line of a request has the request's id.

All packages log through Python's logging; structlog only formats the lines. Settings import this module, so it must not
import Django.
"""

from __future__ import annotations

import logging
import re
from typing import Final

import structlog

_SHARED: Final = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)

_UNAVAILABLE: Final = 503

_QUIET: Final = {
    # These packages log every event, every policy and every missing monitoring service.
    "casbin": "WARNING",
    "casbin_adapter": "WARNING",
    "openedx_authz": "WARNING",
    "openedx_events": "WARNING",
    "edx_django_utils.monitoring": "ERROR",
    # django_structlog logs when each task is sent, when it starts and how it ends.
    "celery.app.trace": "WARNING",
    "celery.beat": "WARNING",
    "celery.worker.strategy": "WARNING",
}


_TOKEN: Final = re.compile(r"(?<=/handler/)[^/\s]*-[^/\s]*(?=/)|(?<=[?&]token=)[^&\s'\"]+")


def without_tokens(_logger: object, _name: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Remove tokens from URLs in a line, because a token opens a component for days without a login."""
    for name in ("event", "request"):
        if name in line:
            line[name] = _TOKEN.sub("…", str(line[name]))
    return line


def busy_is_no_error(record: logging.LogRecord) -> bool:
    """
    Turn Django's log line about a response that tells a client to try again into a warning.

    It is not an error of the site, or the error has a line of its own.
    """
    if getattr(record, "status_code", None) == _UNAVAILABLE:
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
    return True


def logging_settings(style: str, level: str) -> dict[str, object]:
    """
    Return Django's LOGGING, and configure structlog to log through it.

    Args:
        style: ``json`` or ``line``; JSON has a line for each request too.
        level: the level of all loggers that are not quiet by default.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    as_json = style == "json"
    rendering: list[object] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    without_tokens,
                    *rendering,
                ],
            }
        },
        "filters": {"busy_is_no_error": {"()": lambda: busy_is_no_error}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            **{name: {"level": "INFO" if as_json else "WARNING"} for name in ("celery", "django_structlog")},
            **{name: {"level": quiet} for name, quiet in _QUIET.items()},
            "django.request": {"filters": ["busy_is_no_error"]},
        },
    }
