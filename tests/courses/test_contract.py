"""The default store keeps the contract of course stores."""

from __future__ import annotations

from opaque_keys.edx.keys import CourseKey

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.courses.learning_core_store import LearningCoreStore
from content_libraries.courses.store import CourseStore
from content_libraries.courses.testing import CourseStoreContract


class TestLearningCoreStore(CourseStoreContract):
    def make_store(self) -> CourseStore:
        return LearningCoreStore()

    def make_course(self, course_key: CourseKey) -> None:
        api.create_course(course_key, user=OPERATOR, display_name="A course")
