"""An end to what a block does for too long, such as an answer of ``9^9^9^9^9`` that a problem computes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.utils.translation import gettext as _

from .. import conf
from ..errors import ContentLibrariesError

_AGAIN_SECONDS: Final = 0.2


class TookTooLongError(ContentLibrariesError):
    """A block was stopped."""

    code = "took_too_long"


class _Stop(BaseException):
    """No Exception, so that nothing in a block takes it for an error of its own."""


@contextmanager
def time_limit() -> Iterator[None]:
    """
    Stop what is done inside after BLOCK_SECONDS, and raise TookTooLongError.

    A signal does that, which Python gives to the main thread only: workers that are processes have the limit, threads
    have not. Nor is there one where somebody else uses that signal.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGALRM) != signal.SIG_DFL:
        yield
        return
    seconds = conf.BLOCK_SECONDS.value
    signal.signal(signal.SIGALRM, _stop)
    try:
        # Again and again, because Python drops what is raised where it can only be printed, as in destructors.
        signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN_SECONDS)
        yield
    except _Stop:
        raise TookTooLongError(
            _("The component was stopped after %(seconds)s seconds.") % {"seconds": seconds}
        ) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _stop(_number: int, _frame: Any) -> None:
    raise _Stop
