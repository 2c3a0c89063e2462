"""The task that sweeps the jobs of all rooms."""

from __future__ import annotations

from .periodic import MINUTE, periodic_task
from .sweeping import sweep_jobs


@periodic_task("content_libraries.jobs.sweep", seconds=MINUTE)
def sweep_all_jobs() -> int:
    """Send or end the jobs that no worker works on any more. Returns how many there were."""
    return sweep_jobs()
