"""What a learning package holds, table by table, without ids and times: for comparing two packages."""

from __future__ import annotations

from typing import Any

from openedx_content.models_api import (
    ComponentVersionMedia,
    Draft,
    DraftChangeLog,
    DraftChangeLogRecord,
    DraftSideEffect,
    EntityListRow,
    Media,
    PublishableEntity,
    PublishableEntityVersion,
    PublishableEntityVersionDependency,
    Published,
    PublishLog,
    PublishLogRecord,
    PublishSideEffect,
    Section,
    SectionVersion,
    Subsection,
    SubsectionVersion,
    Unit,
    UnitVersion,
)

from content_libraries.learning_core.container_types import (
    BlockGroup,
    BlockGroupVersion,
    CourseOutline,
    CourseOutlineVersion,
)

Dump = dict[str, Any]

TYPED_MODELS = (
    (Unit, UnitVersion),
    (Subsection, SubsectionVersion),
    (Section, SectionVersion),
    (BlockGroup, BlockGroupVersion),
    (CourseOutline, CourseOutlineVersion),
)


def dump(package_pk: int) -> Dump:
    """All rows of a learning package. Digests are replaced by the order of their first appearance."""
    return {
        "entities": _entities(package_pk),
        "versions": _versions(package_pk),
        "media": _media(package_pk),
        "drafts": _pointers(Draft, "draft_log_record__draft_change_log_id", package_pk),
        "published": _pointers(Published, "publish_log_record__publish_log_id", package_pk),
        "draft_logs": _logs(DraftChangeLog, DraftChangeLogRecord, DraftSideEffect, "draft_change_log", package_pk),
        "publish_logs": _logs(PublishLog, PublishLogRecord, PublishSideEffect, "publish_log", package_pk),
    }


def _entities(package_pk: int) -> list[Any]:
    rows = PublishableEntity.objects.filter(learning_package_id=package_pk).values_list(
        "entity_ref",
        "created_by_id",
        "can_stand_alone",
        "component__component_type__namespace",
        "component__component_type__name",
        "component__component_code",
        "component__learning_package_id",
        "container__container_type__type_code",
        "container__container_code",
        "container__learning_package_id",
    )
    typed = {
        model.__name__: sorted(
            model.objects.filter(learning_package_id=package_pk).values_list("container_code", flat=True)
        )
        for model, _version_model in TYPED_MODELS
    }
    return [
        sorted((*row[:6], row[6] in (None, package_pk), *row[7:9], row[9] in (None, package_pk)) for row in rows),
        typed,
    ]


def _versions(package_pk: int) -> list[Any]:
    of_package = {"entity__learning_package_id": package_pk}
    versions = PublishableEntityVersion.objects.filter(**of_package).order_by("entity__entity_ref", "version_num")
    media: dict[int, list[Any]] = {}
    for version_pk, path, digest, media_type, sub_type, suffix in ComponentVersionMedia.objects.filter(
        component_version__component__learning_package_id=package_pk
    ).values_list(
        "component_version_id",
        "path",
        "media__hash_digest",
        "media__media_type__type",
        "media__media_type__sub_type",
        "media__media_type__suffix",
    ):
        media.setdefault(version_pk, []).append((path, digest, media_type, sub_type, suffix))
    children: dict[int, list[Any]] = {}
    for list_pk, order_num, ref, pinned in EntityListRow.objects.filter(
        entity__learning_package_id=package_pk
    ).values_list("entity_list_id", "order_num", "entity__entity_ref", "entity_version__version_num"):
        children.setdefault(list_pk, []).append((order_num, ref, pinned))
    dependencies: dict[int, list[str]] = {}
    for version_pk, ref in PublishableEntityVersionDependency.objects.filter(
        referenced_entity__learning_package_id=package_pk
    ).values_list("referring_version_id", "referenced_entity__entity_ref"):
        dependencies.setdefault(version_pk, []).append(ref)
    rows = versions.values_list(
        "pk",
        "entity__entity_ref",
        "version_num",
        "title",
        "created_by_id",
        "componentversion__component__component_code",
        "containerversion__container__container_code",
        "containerversion__entity_list_id",
    )
    typed = {
        version_model.__name__: sorted(
            version_model.objects.filter(container__learning_package_id=package_pk).values_list(
                "container__container_code", "publishable_entity_version__version_num"
            )
        )
        for _model, version_model in TYPED_MODELS
    }
    return [
        [
            (
                *row[1:-1],
                sorted(media.get(row[0], [])),
                sorted(children.get(row[-1], [])),
                sorted(dependencies.get(row[0], [])),
            )
            for row in rows
        ],
        typed,
    ]


def _media(package_pk: int) -> list[Any]:
    return sorted(
        (m.mime_type, m.hash_digest, m.size, m.text or "", m.has_file, m.has_file and m.read_file().read())
        for m in Media.objects.filter(learning_package_id=package_pk)
    )


def _pointers(model: Any, log_path: str, package_pk: int) -> list[Any]:
    rows = list(
        model.objects.filter(entity__learning_package_id=package_pk)
        .order_by("entity__entity_ref")
        .values_list("entity__entity_ref", "version__version_num", log_path)
    )
    order = sorted({row[2] for row in rows if row[2] is not None})
    return [(ref, version_num, None if log is None else order.index(log)) for ref, version_num, log in rows]


def _logs(log_model: Any, record_model: Any, effect_model: Any, log_field: str, package_pk: int) -> list[Any]:
    seen: dict[str, int] = {"": 0}
    logs = []
    for log in log_model.objects.filter(learning_package_id=package_pk).order_by("pk"):
        direct = ["direct"] if record_model is PublishLogRecord else []
        records = record_model.objects.filter(**{log_field: log}).values_list(
            "entity__entity_ref",
            "old_version__version_num",
            "new_version__version_num",
            "dependencies_hash_digest",
            *direct,
        )
        effects = effect_model.objects.filter(**{f"cause__{log_field}": log}).values_list(
            "cause__entity__entity_ref", "effect__entity__entity_ref"
        )
        author = log.changed_by_id if log_model is DraftChangeLog else log.published_by_id
        logs.append(
            (
                author,
                [
                    (*row[:3], seen.setdefault(row[3], len(seen)), *row[4:])
                    for row in sorted(records, key=lambda r: r[0])
                ],
                sorted(effects),
            )
        )
    return logs
