"""The values of a block's fields: authored values come from the OLX, and the state of learners from the site."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from xblock.core import XBlock
from xblock.field_data import FieldData
from xblock.fields import UserScope

from ..characters import valid_text
from ..errors import NotAllowedError
from .data import ShownVersion
from .site import BlockSite, Learned

UNSET: Final = object()
"""In a change of authored fields: back to the default."""


class BlockFieldData(FieldData):
    """
    The fields of one block.

    Args:
        block_version: the version that the block was made from.
        site: knows the learner's state. It is asked when a block reads a field of the state.

    Values that the block sets while it is made from its OLX are authored values. After ``seal`` a different value for
    an authored field is kept apart in ``authored_changes``, or refused (see ``refuse_authored``). Later changes of the
    learner's state are in ``learned``.
    """

    def __init__(self, block_version: ShownVersion, site: BlockSite) -> None:
        self._version = block_version
        self._site = site
        self._authored: dict[str, object] = {}
        self._state: dict[str, object] | None = None
        self._sealed = False
        self.learned = Learned()
        self.authored_changes: dict[str, object] = {}
        self.refuse_authored = False

    def seal(self, block: XBlock) -> None:
        """End the construction of the block. Values set so far come from the OLX; later values count as changes."""
        block.force_save_fields(block._get_fields_to_save())
        block._dirty_fields.clear()
        self._sealed = True

    def get(self, block: XBlock, name: str) -> object:
        return copy.deepcopy(self._values(block, name)[name])

    def has(self, block: XBlock, name: str) -> bool:
        return name in self._values(block, name)

    def set(self, block: XBlock, name: str, value: object) -> None:
        self.set_many(block, {name: value})

    def set_many(self, block: XBlock, update_dict: Mapping[str, object]) -> None:
        authored = {name: value for name, value in update_dict.items() if _is_authored(block, name)}
        self._change_authored(block, authored)
        learned = {name: _as_json(value) for name, value in update_dict.items() if name not in authored}
        new = {name: value for name, value in learned.items() if not self._remembers(name, value)}
        if new:
            self._learner_state().update(new)
            self._learn(Learned({**self.learned.changed, **new}, self.learned.gone - set(new)))

    def delete(self, block: XBlock, name: str) -> None:
        if _is_authored(block, name):
            self._change_authored(block, {name: UNSET})
        elif self._learner_state().pop(name, UNSET) is not UNSET:
            changed = {other: value for other, value in self.learned.changed.items() if other != name}
            self._learn(Learned(changed, self.learned.gone | {name}))

    def _values(self, block: XBlock, name: str) -> dict[str, object]:
        return self._authored if _is_authored(block, name) else self._learner_state()

    def _change_authored(self, block: XBlock, changes: Mapping[str, object]) -> None:
        changed = {name: value for name, value in changes.items() if self._current(block, name) != value}
        if self._sealed and changed and self.refuse_authored:
            raise NotAllowedError(
                _("“%(fields)s” of %(component)s cannot be changed here. Edit the draft, as an author of the library.")
                % {"fields": ", ".join(sorted(changed)), "component": self._version.key}
            )
        if self._sealed:
            self.authored_changes |= copy.deepcopy(changed)
        for name, value in changed.items():
            if value is UNSET:
                self._authored.pop(name, None)
            else:
                self._authored[name] = copy.deepcopy(value)

    def _current(self, block: XBlock, name: str) -> object:
        """
        Return the value that a new value of a field is compared to.

        When a block saves a default value, that counts as no change.
        """
        if name in self._authored:
            return self._authored[name]
        if not self._sealed:
            return UNSET
        field = block.fields[name]
        return field.to_json(field.default)

    def _learner_state(self) -> dict[str, object]:
        if self._state is None:
            self._state = self._site.learner_state()
        return self._state

    def _learn(self, learned: Learned) -> None:
        if self._sealed:
            self.learned = learned

    def _remembers(self, name: str, value: object) -> bool:
        state = self._learner_state()
        return name in state and bool(state[name] == value)


def _is_authored(block: XBlock, name: str) -> bool:
    return bool(block.fields[name].scope.user == UserScope.NONE)


def _as_json(value: object) -> object:
    """
    Return a copy of a JSON value that every database can store.

    Surrogate pairs become whole characters. Named tuples become objects, because JSON would make lists of them, and
    fields that hold scores read objects back.
    """
    if isinstance(value, str):
        return valid_text(value)
    if hasattr(value, "_asdict"):
        return _as_json(value._asdict())
    if isinstance(value, dict):
        return {_as_json(key): _as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(item) for item in value]
    return copy.deepcopy(value)
