"""Counts the public events that an operation sends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from openedx_events.content_authoring import signals

SIGNALS = {
    "block created": signals.LIBRARY_BLOCK_CREATED,
    "block updated": signals.LIBRARY_BLOCK_UPDATED,
    "block deleted": signals.LIBRARY_BLOCK_DELETED,
    "block published": signals.LIBRARY_BLOCK_PUBLISHED,
    "container created": signals.LIBRARY_CONTAINER_CREATED,
    "container updated": signals.LIBRARY_CONTAINER_UPDATED,
    "container deleted": signals.LIBRARY_CONTAINER_DELETED,
    "container published": signals.LIBRARY_CONTAINER_PUBLISHED,
    "collection created": signals.LIBRARY_COLLECTION_CREATED,
    "collection updated": signals.LIBRARY_COLLECTION_UPDATED,
    "collection deleted": signals.LIBRARY_COLLECTION_DELETED,
    "associations": signals.CONTENT_OBJECT_ASSOCIATIONS_CHANGED,
}

type Events = Counter[tuple[str, ...]]
"""(kind, short key, *changes) -> how often."""

type Record = Callable[[Callable[[], Any]], Events]


def short(key: object) -> str:
    return str(key).split(":", 3)[3]


class Recorder:
    """Receives the public events."""

    def __init__(self) -> None:
        self.events: Events = Counter()
        self.receivers = {kind: self.receiver(kind) for kind in SIGNALS}

    def receiver(self, kind: str) -> Callable[..., None]:
        def receive(**payload: Any) -> None:
            if block := payload.get("library_block"):
                assert block.usage_key.context_key == block.library_key
                self.events[kind, short(block.usage_key)] += 1
            elif container := payload.get("library_container"):
                self.events[kind, short(container.container_key)] += 1
            elif collection := payload.get("library_collection"):
                self.events[kind, short(collection.collection_key)] += 1
            else:
                changed = payload["content_object"]
                self.events[(kind, short(changed.object_id), *changed.changes)] += 1

        return receive


def once(kind: str, *names: str) -> Events:
    return Counter((kind, name) for name in names)


def associated(changes: str, *names: str) -> Events:
    return Counter(("associations", name, *changes.split()) for name in names)
