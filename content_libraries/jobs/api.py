"""Functions on jobs, for the rooms that have jobs. Each room does the work of its own jobs."""

from .kinds import JobKind, register
from .leases import is_dead, request_cancel, run_job
from .models import UNFINISHED, Job, JobState
from .periodic import HOUR, MINUTE, periodic_task
from .retrying import check_finished, retry_any_job
from .sending import send_on_commit
from .sweeping import sweep_jobs
from .task_status import create_status, end_job, refer_to
from .workers import JobCanceledError, JobWorker, LeaseLostError

__all__ = [
    "HOUR",
    "MINUTE",
    "UNFINISHED",
    "Job",
    "JobCanceledError",
    "JobKind",
    "JobState",
    "JobWorker",
    "LeaseLostError",
    "check_finished",
    "create_status",
    "end_job",
    "is_dead",
    "periodic_task",
    "refer_to",
    "register",
    "request_cancel",
    "retry_any_job",
    "run_job",
    "send_on_commit",
    "sweep_jobs",
]
