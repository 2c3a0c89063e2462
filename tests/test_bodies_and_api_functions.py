"""
What serializers read is what api functions take.

A view passes each field of a body to an api function by its name. A field that the function does not take would be
ignored, and with ``**validated_data`` it would be a TypeError. So this table names, for each serializer that reads a
request, the function that it feeds.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from rest_framework.serializers import Serializer

from content_libraries import api
from content_libraries.backups.api import BackupOptions, RestoreOptions
from content_libraries.backups.rest import additional_serializers as own_backups
from content_libraries.backups.rest import serializers as backups
from content_libraries.clipboard.rest import serializers as clipboard
from content_libraries.content.rest import asset_serializers as assets
from content_libraries.content.rest import collection_serializers as collections
from content_libraries.content.rest import license_serializers as licenses
from content_libraries.content.rest import serializers as content
from content_libraries.courses.rest import block_serializers as course_blocks
from content_libraries.courses.rest import file_views as course_files
from content_libraries.history import api as history
from content_libraries.history.rest import (
    bulk_edit_serializers,
    change_set_views,
    comparison_views,
    publish_preview_views,
    restore_views,
    undo_views,
)
from content_libraries.history.rest import release_serializers as releases
from content_libraries.imports.data import ImportOptions
from content_libraries.imports.rest import serializers as imports
from content_libraries.libraries.rest import explain_views, serializers
from content_libraries.search.rest import serializers as search
from content_libraries.sync.rest import additional_views as sync_views
from content_libraries.sync.rest import legacy_views, template_views
from content_libraries.sync.rest import serializers as sync
from content_libraries.tagging import api as tagging
from content_libraries.tagging.rest import serializers as tags
from content_libraries.xblocks.rest import serializers as blocks

ROOT = Path(__file__).resolve().parents[1]
FACES = sorted(
    path
    for package in ("content_libraries", "studio")
    for path in (ROOT / package).rglob("*.py")
    if "rest" in path.relative_to(ROOT).parts or path.stem.endswith("views")
)


@dataclass(frozen=True)
class Feeds:
    """
    The functions that a serializer feeds.

    Args:
        functions: each takes all fields.
        names: field -> parameter, where they differ.
        decides: fields that decide what is called, or how, and are not passed on.
        elsewhere: parameters that do not come from the body: they are in the address, or for other callers.
    """

    functions: tuple[Callable[..., Any], ...]
    names: Mapping[str, str] = field(default_factory=dict)
    decides: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()

    @classmethod
    def to(cls, *functions: Callable[..., Any], decides: str = "", elsewhere: str = "", **names: str) -> Feeds:
        return cls(functions, names, frozenset(decides.split()), frozenset(elsewhere.split()))


KEY = "key usage_key library_key parent_key object_id taxonomy uuid"
"""Names of first parameters, which come from the address."""

OPTIONS = {
    "composition_level": "level",
    "repeat_handling_strategy": "on_repeat",
    "forward_source_to_target": "forward",
}
EXPECTED = {"base_version": "expected_version"}
SYNC = {"override_customizations": "override", "keep_custom_fields": "keep"}

LICENSE = "license license_text license_holder copyright_notice"
"""What is made into a change of a license."""

BULK_EDIT = (
    "library_key course_key block_types item_keys collection query settings find replace whole_words regex match_case"
)
"""What is made into a selection and an edit."""

FED: Mapping[type[Serializer[Any]], Feeds] = {
    backups.ArchiveSerializer: Feeds.to(api.start_restore),
    backups.TaskQuerySerializer: Feeds.to(api.find_restore, task_id="restore_uuid"),
    own_backups.BackupRequestSerializer: Feeds.to(BackupOptions, decides="library"),
    own_backups.RestoreApplicationSerializer: Feeds.to(
        api.apply_restore_plan, elsewhere="plan_uuid origin", confirm="confirmed"
    ),
    own_backups.RestorePlanRequestSerializer: Feeds.to(RestoreOptions, decides="archive library"),
    own_backups.UploadedArchiveSerializer: Feeds.to(api.start_verification, library="library_key"),
    clipboard.CopySerializer: Feeds.to(api.copy_to_clipboard, usage_key="key"),
    assets.AssetUploadSerializer: Feeds.to(api.set_asset, content="file", elsewhere="path expected_version"),
    collections.CollectionCreateSerializer: Feeds.to(api.create_collection),
    collections.CollectionKeysSerializer: Feeds.to(api.set_collections, collection_keys="collection_codes", **EXPECTED),
    collections.CollectionUpdateSerializer: Feeds.to(api.update_collection, **EXPECTED),
    content.ChildKeysSerializer: Feeds.to(
        api.append_children, api.replace_children, api.remove_children, usage_keys="child_keys", **EXPECTED
    ),
    content.ComponentCreateSerializer: Feeds.to(api.create_component, definition_id="component_code"),
    content.ComponentListQuerySerializer: Feeds.to(api.list_components, block_type="block_types"),
    content.ContainerCreateSerializer: Feeds.to(
        api.create_container, display_name="title", container_type_code="container_type", slug="container_code"
    ),
    content.ContainerUpdateSerializer: Feeds.to(
        api.update_container, decides=LICENSE, elsewhere="change", display_name="title", **EXPECTED
    ),
    licenses.LicenseUpdateSerializer: Feeds.to(api.set_license, decides=LICENSE, elsewhere="change", **EXPECTED),
    content.ItemKeysSerializer: Feeds.to(
        api.add_to_collection, api.remove_from_collection, usage_keys="item_keys", **EXPECTED
    ),
    content.OlxUpdateSerializer: Feeds.to(api.set_olx, elsewhere="files", **EXPECTED),
    bulk_edit_serializers.BulkEditApplySerializer: Feeds.to(
        history.make_bulk_edit, decides=BULK_EDIT, elsewhere="selection edit"
    ),
    bulk_edit_serializers.BulkEditRequestSerializer: Feeds.to(
        history.preview_bulk_edit, decides=BULK_EDIT, elsewhere="selection edit report part"
    ),
    change_set_views.ChangeSetQuerySerializer: Feeds.to(
        history.list_change_sets, decides="library_key course_key item_key", user="username"
    ),
    undo_views.UndoRequestSerializer: Feeds.to(history.undo_change_set, elsewhere="uuid"),
    restore_views.RestoreRequestSerializer: Feeds.to(
        history.restore_versions,
        decides="item_key version_num with_children library_key publish_log",
        elsewhere="target",
    ),
    course_blocks.ChildOrderSerializer: Feeds.to(api.reorder_children),
    comparison_views.ComparisonRequestSerializer: Feeds.to(history.compare, decides="item_key change_set"),
    course_blocks.ChildOrderSerializer: Feeds.to(api.reorder_children, base_version="version_num"),
    course_blocks.CourseBlockCreateSerializer: Feeds.to(api.create_block, parent="parent_key"),
    course_blocks.CourseBlockUpdateSerializer: Feeds.to(api.edit_block, decides="base_version"),
    course_blocks.PlaceSerializer: Feeds.to(api.move_block, api.copy_block, parent="parent_key"),
    course_files.CourseFileUploadSerializer: Feeds.to(
        api.write_course_file, content="data", elsewhere="course_key path"
    ),
    imports.BulkMigrationRequestSerializer: Feeds.to(
        ImportOptions,
        decides="target sources publish",
        elsewhere="with_drafts",
        target_collection_slug_list="collection_code",
        create_collections="make_collection",
        **OPTIONS,
    ),
    imports.ImportRequestSerializer: Feeds.to(api.start_plans, plan="plans"),
    imports.MigrationRequestSerializer: Feeds.to(
        ImportOptions,
        decides="target source publish",
        elsewhere="with_drafts",
        target_collection_slug="collection_code",
        create_collection="make_collection",
        **OPTIONS,
    ),
    change_set_views.ChangeSetQuerySerializer: Feeds.to(
        history.list_change_sets, decides="library_key course_key item_key", user="username"
    ),
    publish_preview_views.PublishPreviewRequestSerializer: Feeds.to(history.preview_publish, elsewhere="left_out"),
    releases.ApprovalSerializer: Feeds.to(history.approve_release),
    releases.CommentSerializer: Feeds.to(history.comment_release),
    releases.OptionalReasonSerializer: Feeds.to(history.cancel_release),
    releases.ReasonSerializer: Feeds.to(history.request_release, history.decline_release),
    releases.ReleaseChangeSerializer: Feeds.to(history.change_release),
    releases.ReleaseCreateSerializer: Feeds.to(history.create_release),
    releases.ReleaseQuerySerializer: Feeds.to(history.list_releases),
    releases.RevertSerializer: Feeds.to(history.revert_release),
    releases.ScheduleSerializer: Feeds.to(history.schedule_release),
    imports.PlanRequestSerializer: Feeds.to(
        ImportOptions, decides="target source upload", collection="collection_code", **OPTIONS
    ),
    imports.UploadRequestSerializer: Feeds.to(api.upload_source, library="library_key", source_key="key"),
    explain_views.ExplainQuerySerializer: Feeds.to(api.explain),
    serializers.AccessLevelSerializer: Feeds.to(
        api.set_user_level, api.set_group_level, access_level="level", elsewhere="member group"
    ),
    serializers.LibraryCreateSerializer: Feeds.to(api.create_library),
    serializers.LibraryListQuerySerializer: Feeds.to(api.list_libraries),
    serializers.LibraryUpdateSerializer: Feeds.to(api.update_library),
    serializers.TeamMemberAddSerializer: Feeds.to(api.add_team_member, access_level="level"),
    search.SearchQuerySerializer: Feeds.to(
        api.search,
        elsewhere="offset limit",
        library="library_key",
        type="types",
        block_type="block_types",
        publish_status="publish_statuses",
        collection="collections",
        tag="tags",
        license="licenses",
        ordering="sort",
        facet="facets",
    ),
    legacy_views.ConversionPreviewRequestSerializer: Feeds.to(api.preview_conversion, elsewhere="only"),
    sync_views.LinkMoveRequestSerializer: Feeds.to(
        api.preview_link_move, api.move_links, source_library="source", target_library="target"
    ),
    sync_views.PreviewRequestSerializer: Feeds.to(api.preview_sync, decides="outcome course_key library_key", **SYNC),
    sync_views.ReuseRequestSerializer: Feeds.to(
        api.check_reuse, parent_locator="parent_key", upstream_keys="upstreams"
    ),
    sync_views.RunRequestSerializer: Feeds.to(api.start_run, course_keys="courses", library_key="only_library"),
    sync.CreateRequestSerializer: Feeds.to(
        api.create_linked_block,
        decides="duplicate_source_locator staged_content",
        parent_locator="parent_key",
        library_content_key="upstream",
        category="block_type",
    ),
    template_views.TemplateCopyRequestSerializer: Feeds.to(
        api.copy_template, decides="parent_key index library_key", elsewhere="library_key"
    ),
    template_views.TemplateRequestSerializer: Feeds.to(api.mark_template, unit_key="key"),
    sync.LinkRequestSerializer: Feeds.to(api.link_block, upstream_ref="upstream"),
    sync.SyncRequestSerializer: Feeds.to(api.sync_block, decides="outcome", **SYNC),
    blocks.FieldsUpdateSerializer: Feeds.to(api.save_fields, **EXPECTED),
    tags.ObjectTagsUpdateSerializer: Feeds.to(tagging.set_object_tags, tagsData="tags"),
    tags.TaxonomyOrganizationsSerializer: Feeds.to(tagging.set_organizations),
}

ELSEWHERE = frozenset(
    {
        "BulkEditPageSerializer",  # says which part of a plan a view shows
        "PreviewPageSerializer",  # so does this
        "StrictSerializer",  # takes no field at all
        "TaxonomyExportQueryParamsSerializer",  # says how a view writes a file
        "TaxonomyFileSerializer",  # checks a file that a view of openedx-tagging reads
        "TaxonomyListQuerySerializer",  # filters a queryset
        "UserValidationAPIViewSerializer",  # is one of openedx-authz
    }
)


def serializers_that_read() -> Iterator[type[Serializer[Any]]]:
    """The serializers that are given ``data=`` in the rest packages of the app."""
    for path in FACES:
        if path.is_relative_to(ROOT / "content_libraries"):
            module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            for node in ast.walk(ast.parse(path.read_text())):
                match node:
                    case ast.Call(func=ast.Name(id=name), keywords=[ast.keyword(arg="data"), *_]):
                        if name not in ELSEWHERE and name.endswith("Serializer"):
                            yield getattr(module, name)


def test_the_table_has_each_serializer_that_reads_a_request() -> None:
    assert {serializer.__name__ for serializer in serializers_that_read()} == {each.__name__ for each in FED}


@pytest.mark.parametrize("serializer", FED, ids=lambda serializer: serializer.__name__)
def test_fields_are_parameters(serializer: type[Serializer[Any]]) -> None:
    feeds = FED[serializer]
    names = {str(name) for name in serializer().fields} - feeds.decides
    fields = {feeds.names.get(name, name) for name in names}
    for function in feeds.functions:
        parameters = set(signature(function).parameters)
        assert fields <= parameters
        assert parameters - fields <= {"user", *KEY.split(), *feeds.elsewhere}


@pytest.mark.parametrize("path", FACES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_view_unpacks_a_body_into_a_call(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            unpacked = [ast.unparse(keyword.value) for keyword in node.keywords if keyword.arg is None]
            assert not [text for text in unpacked if "validated_data" in text or text in {"wanted", "body", "values"}]
