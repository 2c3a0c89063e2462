"""Whether work grows as its input does, which holds on fast and slow machines alike."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import Final

FACTOR: Final = 4
"""How much larger the second input is: work that grows with the square of it takes 16 times as long."""

MOST: Final = 10
"""How much longer the second input may take."""

NEGLIGIBLE: Final = 0.05
"""Seconds of the larger input that are too few to compare: caches and chance decide about them."""

ROUNDS: Final = 3


def assert_grows_no_faster_than_its_input(work: Callable[[int], object], *, size: int) -> None:
    """
    Do some work on an input and on one of four times its size, and compare the processor time.

    Args:
        work: does it on an input of the given size.
        size: of the smaller input, large enough for its time to be measured.
    """
    small, large = (min(_seconds(work, each) for _ in range(ROUNDS)) for each in (size, FACTOR * size))
    assert large < max(NEGLIGIBLE, MOST * small), f"{large:.3f} s for {FACTOR * size}, {small:.3f} s for {size}"


def _seconds(work: Callable[[int], object], size: int) -> float:
    start = process_time()
    work(size)
    return process_time() - start
