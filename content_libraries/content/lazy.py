"""Lists that are read page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, overload

from django.db.models import QuerySet


class LazyList[RowT](Sequence[RowT]):
    """
    The results of a query, read when the list is sliced, so that a page reads only its own rows.

    Args:
        pks: finds the pks, in order.
        read: reads the rows of some pks, in that order.
    """

    def __init__(self, pks: QuerySet[Any, int], read: Callable[[Iterable[int]], list[RowT]]) -> None:
        self._pks = pks
        self._read = read

    def __len__(self) -> int:
        return self._pks.count()

    @overload
    def __getitem__(self, index: int) -> RowT: ...

    @overload
    def __getitem__(self, index: slice) -> list[RowT]: ...

    def __getitem__(self, index: int | slice) -> RowT | list[RowT]:
        if isinstance(index, slice):
            return self._read(self._pks[index])
        (row,) = self._read([self._pks[index]])
        return row
