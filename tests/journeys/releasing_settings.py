"""Settings of a site whose beat looks for releases every second, so that a journey does not wait for a minute."""

from studio.settings import *  # noqa: F403

CELERY_BEAT_SCHEDULE["publish-releases"] |= {"schedule": 1.0}  # type: ignore[name-defined]  # noqa: F405
