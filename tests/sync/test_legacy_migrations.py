"""Blocks of courses that use a legacy library, by how that was migrated (wire: imports-legacy-blocks)."""

from __future__ import annotations

from pathlib import Path

from user_tasks.models import UserTaskArtifact

from content_libraries import api
from content_libraries.actors import OPERATOR

from .building import UNIT, Author, Shelf, block, children
from .legacy import TARGET, add_legacy_block, migrate_legacy_library
from .test_legacy_blocks import OUTLINE, P1, convert, details, item, ready, upgrade


def test_a_library_that_was_only_imported_makes_nothing_ready(author: Author, tmp_path: Path) -> None:
    migrate_legacy_library(tmp_path, OUTLINE, forward=False)
    bank = add_legacy_block(UNIT, "bank", [P1])
    assert ready(author) == []
    assert upgrade(author, bank).status_code == 400
    before = block(bank)
    task = convert(author)
    assert (task["state"], block(bank), details(author, task)["blocks"]) == ("Succeeded", before, [])


def test_what_was_there_before_the_migration_counts_as_synced_in_its_version_of_then(
    author: Author, tmp_path: Path
) -> None:
    migrate_legacy_library(tmp_path, OUTLINE, forward=False)
    shelf = Shelf(api.get_library(TARGET))
    shelf.component("p1", title="Second version", body="<p>1 + 2 = ?</p>")
    shelf.publish()
    (archive,) = tmp_path.iterdir()
    options = api.ImportOptions(forward=True)
    assert api.import_archive(TARGET, user=OPERATOR, source=archive, options=options).draft_change_log_pk is None
    shelf.component("p1", title="Third version", body="<p>1 + 3 = ?</p>")
    shelf.publish()
    (child,) = children(add_legacy_block(UNIT, "bank", [("p1", P1[1])]))
    convert(author)
    link = author.link(child)
    assert (link["version_synced"], link["version_available"], link["ready_to_sync"]) == (2, 3, True)


def test_children_that_cannot_be_linked_stay_and_are_named(author: Author, tmp_path: Path) -> None:
    outline = (
        '<problem url_name="p1"><p>1</p></problem>'
        '<vertical url_name="u1"><problem url_name="inner"><p>in</p></problem></vertical>'
        '<conditional url_name="left-out"><problem url_name="x">x</problem></conditional>'
    )
    api.create_library(user=OPERATOR, org="CL-TEST", slug="lib2", title="Other")
    migrate_legacy_library(tmp_path, outline)
    bank = add_legacy_block(
        UNIT,
        "bank",
        [
            ("a", "<problem><p>Unlike</p></problem>"),
            ("p1", "<problem><p>1</p></problem>"),
            ("left-out", "<conditional/>"),
            ("linked", '<problem upstream="lb:CL-TEST:lib2:problem:x" upstream_version="1"/>'),
        ],
    )
    before = children(bank)
    task = convert(author)
    assert task["state"] == "Succeeded"
    conversion = details(author, task)
    assert (conversion["state"], children(bank)) == ("partial", before)
    (converted,) = conversion["blocks"]
    assert [(child["upstream"], child["unlinked_reason"]) for child in converted["children"]] == [
        (None, "no_original"),
        (item("p1"), None),
        (None, "not_migrated"),
        (None, "linked_already"),
    ]
    assert author.link(before[0])["upstream_ref"] is None
    assert author.link(before[3])["upstream_ref"] == "lb:CL-TEST:lib2:problem:x"
    artifact = UserTaskArtifact.objects.get(status__uuid=task["uuid"])
    assert (artifact.name, "nothing in the legacy library is like it" in artifact.text) == (
        "Blocks without a link",
        True,
    )
