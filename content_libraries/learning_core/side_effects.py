"""
Computes side effects and dependency hashes of a log, set-wise: the effects of a change on the containers around it.

Learning Core records for every changed entity which containers it affects, one level at a time, through all levels,
and gives each record a digest of the state of everything below it. Its own code walks from each change upward with
several queries for each step. This module reads the part of the graph that matters level by level, and does the same
walk in memory. A differential test compares the outcome with the outcome of Learning Core's own code.

For example, component P is in unit U, which is in subsection S. A log with a new version of P gets two more records,
for U and S, in which old and new version are the same, and two side effects: P affects U, and U affects S. The digests
of all three records change.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ..upstream.openedx_core import PublishableEntityVersionDependency
from .branches import Branch, Log
from .rows import in_parts, insert, insert_values, upsert_pointers

HASH_BYTES = 4

type _Edges = dict[tuple[int, int], None]
"""Pairs (cause, effect) of entity pks, in the order in which they were found."""


@dataclass(frozen=True, slots=True)
class _Containers:
    """The containers above the changed entities on a branch."""

    parents: Mapping[int, Collection[int]]
    versions: Mapping[int, int]
    """Current version of each containing entity."""


def finish_log(branch: Branch, log: Log) -> None:
    """
    Complete a log whose own records are written and whose pointers are moved.

    It adds a record for each container that is affected only because of its contents, and the side effects between
    records. It points the affected containers to their records, and writes the dependency hashes.
    """
    records = {record.entity_id: record for record in branch.records(log)}
    containers = _containers_above(branch, records)
    edges = _walk(records, containers)
    affected = list(dict.fromkeys(effect for _cause, effect in edges))
    _add_records(branch, log, records, {pk: containers.versions[pk] for pk in affected if pk not in records})
    insert_values(
        branch.effect_model,
        ("cause_id", "effect_id"),
        [(records[cause].pk, records[effect].pk) for cause, effect in edges],
    )
    upsert_pointers(
        [
            branch.pointer_model(
                entity_id=entity_pk,
                version_id=containers.versions[entity_pk],
                **{f"{branch.record_field}_id": records[entity_pk].pk},
            )
            for entity_pk in affected
        ],
        [branch.record_field],
    )
    _write_hashes(branch, log, records)


def _containers_above(branch: Branch, entity_pks: Collection[int]) -> _Containers:
    """Read the containers of some entities, the containers of these, and so on, in one query a level."""
    parents: dict[int, list[int]] = defaultdict(list)
    versions: dict[int, int] = {}
    seen = set(entity_pks)
    level = list(entity_pks)
    while level:
        above: set[int] = set()
        for part in in_parts(level):
            rows = (
                PublishableEntityVersionDependency.objects.filter(
                    referenced_entity_id__in=part, **{f"referring_version__{branch.name}__isnull": False}
                )
                .order_by("referring_version__entity_id")
                .values_list("referenced_entity_id", "referring_version_id", "referring_version__entity_id")
            )
            for entity_pk, version_pk, parent_pk in rows:
                parents[entity_pk].append(parent_pk)
                versions[parent_pk] = version_pk
                above.add(parent_pk)
        level = sorted(above - seen)
        seen |= above
    return _Containers(parents, versions)


def _walk(changed: Collection[int], containers: _Containers) -> _Edges:
    """
    Find the side effects of changed entities, in the same way as Learning Core.

    All walks share ``done``, as in Learning Core: a container that was a cause already is not reached again from
    further below. So the recorded pairs depend on the order of the changes. Readers of the logs only rely on every
    affected container being reached, but the rows should be the same.
    """
    edges: _Edges = {}
    done: set[int] = set()
    for entity_pk in changed:
        steps = [(entity_pk, parent) for parent in containers.parents.get(entity_pk, ())]
        while steps:
            cause, effect = steps.pop()
            edges[cause, effect] = None
            done.add(cause)
            steps.extend((effect, parent) for parent in containers.parents.get(effect, ()) if parent not in done)
    return edges


def _add_records(branch: Branch, log: Log, records: dict[int, Any], versions: Mapping[int, int]) -> None:
    """Add records for containers without a record in this log. The records say that the version did not change."""
    rows = [
        branch.record_model(
            entity_id=entity_pk,
            old_version_id=version_pk,
            new_version_id=version_pk,
            **{f"{branch.log_field}_id": log.pk},
        )
        for entity_pk, version_pk in versions.items()
    ]
    insert(rows, read_back=branch.records(log), natural_key=lambda record: record.entity_id)
    records.update({row.entity_id: row for row in rows})


def _write_hashes(branch: Branch, log: Log, records: Mapping[int, Any]) -> None:
    """Give each record the digest of its live dependencies. Without dependencies the digest is blank."""
    below = _dependencies(branch, log)
    hashes: dict[int | None, str] = {}

    def hash_of(version_pk: int | None) -> str:
        if version_pk not in hashes:
            lines = [
                f"{dependency_version}:{hash_of(dependency_version) if entity_pk in records else stored_hash}"
                for dependency_version, entity_pk, stored_hash in sorted(below.get(version_pk, ()))
            ]
            hashes[version_pk] = _digest("\n".join(lines)) if lines else ""
        return hashes[version_pk]

    hashed = []
    for record in records.values():
        record.dependencies_hash_digest = hash_of(record.new_version_id)
        if record.dependencies_hash_digest:
            hashed.append(record)
    branch.record_model._default_manager.bulk_update(hashed, ["dependencies_hash_digest"])


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=HASH_BYTES).hexdigest()


def _dependencies(branch: Branch, log: Log) -> Mapping[int | None, Collection[tuple[int, int, str]]]:
    """
    Read the live dependencies of the versions that a log's records lead to.

    Returns version pk -> (current version pk, entity pk, stored hash) of each dependency that is not deleted.
    """
    pointer = f"referenced_entity__{branch.name}"
    rows = (
        PublishableEntityVersionDependency.objects.filter(
            referring_version_id__in=branch.records(log).order_by().values("new_version_id"),
            **{f"{pointer}__version__isnull": False},
        )
        .order_by()
        .values_list(
            "referring_version_id",
            f"{pointer}__version_id",
            "referenced_entity_id",
            f"{pointer}__{branch.record_field}__dependencies_hash_digest",
        )
    )
    below: dict[int | None, list[tuple[int, int, str]]] = defaultdict(list)
    for version_pk, dependency_version, entity_pk, stored_hash in rows:
        below[version_pk].append((dependency_version, entity_pk, stored_hash or ""))
    return below
