"""Keys that remember their hash and their text are the same keys as others, wherever they go."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from opaque_keys.edx.keys import UsageKey

from content_libraries.errors import MalformedKeyError
from content_libraries.keys import item_key, stored_item_key, stored_usage_key

BLOCK = "block-v1:Org+Course+Run+type@html+block@one"
STORED: list[tuple[Callable[[str], Any], Callable[[str], Any], str]] = [
    (stored_usage_key, UsageKey.from_string, BLOCK),
    (stored_usage_key, UsageKey.from_string, "i4x://Org/Course/html/one"),
    (stored_item_key, item_key, "lb:Org:lib:html:one"),
    (stored_item_key, item_key, "lct:Org:lib:unit:one"),
]


@pytest.mark.parametrize(("stored", "parsed", "text"), STORED)
def test_a_stored_key_is_the_key_that_its_text_names(
    stored: Callable[[str], Any], parsed: Callable[[str], Any], text: str
) -> None:
    key, other = stored(text), parsed(text)
    assert (key, other, {key: 1}[other], {other: 1}[key]) == (other, key, 1, 1)
    for same in (key, pickle.loads(pickle.dumps(key)), copy.deepcopy(key)):  # noqa: S301 - written by the test
        for _time in range(2):
            assert (same, hash(same), str(same)) == (other, hash(other), text)
    assert key.context_key == other.context_key
    assert key != parsed(text.replace("one", "two"))
    assert key < parsed(text.replace("one", "two"))


def test_a_changed_copy_of_a_stored_key_is_another_key() -> None:
    key, other = stored_usage_key(BLOCK), UsageKey.from_string(BLOCK.replace("one", "two"))
    hash(key)
    changed = key.replace(block_id="two")
    assert (changed, hash(changed), str(changed)) == (other, hash(other), str(other))


def test_a_stored_text_that_is_no_key_of_an_item_is_refused() -> None:
    with pytest.raises(MalformedKeyError):
        stored_item_key(BLOCK)
