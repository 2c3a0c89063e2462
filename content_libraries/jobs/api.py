"""What rooms with jobs do with them. What the work is, each room knows itself."""

from .leases import (
    JobCanceledError,
    JobWorker,
    LeaseLostError,
    claim,
    is_dead,
    request_cancel,
    run_claimed,
    send_task,
    sweep,
)
from .models import UNFINISHED, Job, JobState
from .statuses import create_status, end_job, refer_to

__all__ = [
    "UNFINISHED",
    "Job",
    "JobCanceledError",
    "JobState",
    "JobWorker",
    "LeaseLostError",
    "claim",
    "create_status",
    "end_job",
    "is_dead",
    "refer_to",
    "request_cancel",
    "run_claimed",
    "send_task",
    "sweep",
]
