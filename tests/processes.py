"""
Run tests in a process that wastes no time on its memory.

About a quarter of the processor time of the suite went into memory that CPython took from the system, and gave back,
for nothing.
"""

from __future__ import annotations

import gc
from typing import Final

import pytest
from _pytest.runner import runtestprotocol

WORDS_OF_A_FRAME: Final = 66_000
"""A little more than half a MB of eight bytes each, so that CPython takes a whole MB."""


def run_test(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """
    Run a test as pytest does, in a frame with room for all the frames above it.

    CPython keeps frames in chunks of 16 kB. A loop whose calls cross the end of a chunk takes a new chunk from the
    system, and gives it back, in each pass. It doubles a chunk until the frame fits that asks for it, so a frame of
    more than half a MB leaves the rest of one MB to the functions of the test.
    """
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    runtestprotocol(item, nextitem=nextitem)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


run_test.__code__ = run_test.__code__.replace(co_stacksize=WORDS_OF_A_FRAME)


def collect_garbage_rarely() -> None:
    """Keep the garbage collector from looking through Django and all tests, which stay, again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
