"""
Messages between the site and the process of a block.

The site does not trust messages from the process: ``read_plain`` turns them into plain data only.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, is_dataclass
from datetime import tzinfo
from types import NotImplementedType
from typing import Any, Final

from ...errors import ContentLibrariesError

_OURS: Final = "content_libraries."


@dataclass(frozen=True, slots=True)
class Task:
    """
    A function to call, from the site to a process.

    Args:
        function: a function of a module. It gets the site, and then ``arguments``.
        arguments: its arguments, which have to be picklable.
        language, time_zone, script_prefix: as in the request.
        seconds: the time after which the process ends itself if the site has not ended it.
        memory: how many more bytes of address space the process may take than it has.
        answer_bytes: how many bytes the pickled result may have.
    """

    function: Callable[..., object]
    arguments: tuple[object, ...]
    language: str | None
    time_zone: tzinfo
    script_prefix: str
    seconds: float
    memory: int
    answer_bytes: int


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a process asks of the site in the middle of a task: a method, and its arguments."""

    method: str
    arguments: tuple[object, ...]
    keywords: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply of the site to a question: a value, or the error that the method raised."""

    value: object = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """A log message of the code of a block."""

    logger: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class TaskResult:
    """The result of the function of a task. ``is_last`` says that the process ends now."""

    value: Any
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """The error of ours that the function of a task raised, in parts: not all errors can be pickled."""

    error: type[ContentLibrariesError]
    arguments: tuple[object, ...]
    attributes: Mapping[str, object]
    is_last: bool = False

    @classmethod
    def of(cls, error: ContentLibrariesError, *, is_last: bool = False) -> Failure:
        return cls(type(error), tuple(map(str, error.args)), dict(vars(error)), is_last)

    def as_error(self) -> ContentLibrariesError:
        """Make the error anew without calling its ``__init__``, which may take other arguments than ``args``."""
        error = self.error.__new__(self.error, *self.arguments)
        vars(error).update(self.attributes)
        return error


class _PlainPickler(pickle.Pickler):
    def reducer_override(self, value: object) -> tuple[type[str], tuple[str]] | NotImplementedType:
        """Pickle subclasses of ``str``, such as text marked as safe for templates, as plain strings."""
        return (str, (str.__str__(value),)) if isinstance(value, str) else NotImplemented


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type[object]:
        if (module, name) == ("builtins", "str"):
            return str
        if module.startswith(_OURS):
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, ContentLibrariesError)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no plain data.")


def write_plain(value: object) -> bytes:
    """Write a message that ``read_plain`` reads."""
    message = io.BytesIO()
    _PlainPickler(message).dump(value)
    return message.getvalue()


def read_plain(message: bytes) -> object:
    """
    Read a message of a process: numbers, texts, bytes, collections of them, and data classes and errors of this app.

    Raises UnpicklingError for anything else.
    """
    try:
        return _PlainUnpickler(io.BytesIO(message)).load()
    except (AttributeError, EOFError, ImportError, IndexError, TypeError, ValueError) as error:
        raise pickle.UnpicklingError("This is no pickle.") from error
