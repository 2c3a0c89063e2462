"""Describes jobs of all rooms for ``progress.html``."""

from __future__ import annotations

from ..admin_base.jobs import TONES, state_in_words
from ..jobs.api import UNFINISHED, Job
from .components import Progress, Tone


def progress_of(job: Job, *, element_id: str, url: str, label: str, error: str = "") -> Progress:
    """
    Describe how far a job is.

    Args:
        element_id: the id of the element that shows it.
        url: the URL that returns the element anew.
        label: what is being done.
        error: why it failed; by default what the job says.
    """
    status = job.task_status
    return Progress(
        id=element_id,
        url=url,
        label=label,
        state=state_in_words(job),
        done=status.completed_steps if status else 0,
        total=status.total_steps if status else 1,
        is_finished=job.state not in UNFINISHED,
        error=error or job.error,
        tone=Tone(TONES.get(job.state, Tone.INFO)),
    )
