"""The task object that clients poll, for the REST packages of rooms with jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from user_tasks.models import UserTaskStatus

from .models import Job, JobState

_STATE_OF_JOB: Mapping[str, str] = {
    JobState.WAITING: UserTaskStatus.PENDING,
    JobState.RUNNING: UserTaskStatus.IN_PROGRESS,
    JobState.SUCCEEDED: UserTaskStatus.SUCCEEDED,
    JobState.PARTIAL: UserTaskStatus.SUCCEEDED,
    JobState.FAILED: UserTaskStatus.FAILED,
    JobState.CANCELED: UserTaskStatus.CANCELED,
}
"""The names of the states of jobs whose task status was purged."""


def state_of(job: Job) -> str:
    """Return the state of a job in the words that clients know."""
    status: Any = job.task_status
    return str(status.state) if status else _STATE_OF_JOB[job.state]


class TaskStatusSerializer(serializers.Serializer[Job]):
    """The task object of a job; if its task status was purged, with the data of the job itself."""

    state = serializers.SerializerMethodField()
    state_text = serializers.SerializerMethodField()
    completed_steps = serializers.IntegerField(source="task_status.completed_steps", default=0)
    total_steps = serializers.IntegerField(source="task_status.total_steps", default=0)
    attempts = serializers.IntegerField()
    created = serializers.DateTimeField()
    modified = serializers.DateTimeField(source="task_status.modified", default=None)
    artifacts: Any = serializers.HyperlinkedRelatedField(
        source="task_status.artifacts",
        many=True,
        read_only=True,
        view_name="usertaskartifact-detail",
        lookup_field="uuid",
        default=(),
    )
    uuid = serializers.UUIDField()

    def get_state(self, job: Job) -> str:
        return state_of(job)

    def get_state_text(self, job: Job) -> str:
        status: Any = job.task_status
        return str(status.state_text if status else self.get_state(job))
