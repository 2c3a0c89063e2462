"""The exports that we know best, counted by walking and written back whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from opaque_keys.edx.keys import LearningContextKey

from content_libraries.block_types.api import block_type, resolve_references
from content_libraries.olx.api import (
    OlxTree,
    StaticNames,
    iter_static_files,
    read_archive,
    references,
    tree_with_drafts,
    write_folder,
)

type RealArchive = Callable[[str], Path]

DEMO_COURSE = "openedx-demo-course.tar.gz"
DEMO_LIBRARY = "openedx-demo-library.tar.gz"
HARVARDX = "harvardx-studio-advanced.tar.gz"


def counts(tree: OlxTree) -> Counter[str]:
    return Counter(block.tag for block in tree.walk())


def test_the_demo_course(real_archive: RealArchive) -> None:
    tree = read_archive(real_archive(DEMO_COURSE))
    assert tree.context_key == LearningContextKey.from_string("course-v1:OpenedX+DemoX+DemoCourse")
    assert tree.display_name == "Open edX Demo Course"
    assert len(tree.static_files) == 124
    assert tree.grading_policy is not None
    assert counts(tree) == {
        "course": 1,
        "chapter": 6,
        "sequential": 17,
        "vertical": 58,
        "html": 266,
        "problem": 29,
        "video": 11,
        "lti": 2,
        "openassessment": 2,
        "library_content": 1,
        "annotatable": 1,
        "discussion": 1,
        "done": 1,
        "drag-and-drop-v2": 1,
        "edx_sga": 1,
        "poll": 1,
        "staffgradedxblock": 1,
        "survey": 1,
    }


def test_the_harvardx_course(real_archive: RealArchive) -> None:
    tree = read_archive(real_archive(HARVARDX))
    assert len(tree.static_files) == 199
    assert counts(tree) == {
        "course": 1,
        "chapter": 9,
        "sequential": 47,
        "vertical": 286,
        "html": 315,
        "poll": 121,
        "problem": 76,
        "split_test": 30,
        "video": 17,
        "survey": 3,
        "discussion": 2,
        "word_cloud": 1,
        "openassessment": 1,
    }
    assert sum(len(block.children) for block in tree.walk() if block.tag == "split_test") == 119


def test_the_drafts_of_the_harvardx_course(real_archive: RealArchive) -> None:
    tree = read_archive(real_archive(HARVARDX))
    assert Counter(draft.block.tag for draft in tree.drafts) == {
        "vertical": 12,
        "html": 6,
        "problem": 2,
        "split_test": 2,
    }
    drafts = tree_with_drafts(tree)
    assert counts(drafts)["vertical"] == 288
    assert drafts.drafts == ()


def test_the_legacy_library(real_archive: RealArchive) -> None:
    tree = read_archive(real_archive(DEMO_LIBRARY))
    assert tree.kind == "library"
    assert tree.context_key == LearningContextKey.from_string("library-v1:OpenedX+DemoRespiratoryQuestions")
    assert tree.display_name == "Respiratory System Question Bank 1"
    assert counts(tree) == {"library": 1, "problem": 6}


@pytest.mark.parametrize("name", [DEMO_COURSE, HARVARDX, DEMO_LIBRARY])
def test_written_back_and_read_again_it_is_equal(real_archive: RealArchive, tmp_path: Path, name: str) -> None:
    source = real_archive(name)
    tree = read_archive(source)
    write_folder(tree, tmp_path / "as read", source)
    assert read_archive(tmp_path / "as read") == tree
    drafts = tree_with_drafts(tree)
    write_folder(drafts, tmp_path / "with drafts", source)
    assert read_archive(tmp_path / "with drafts") == drafts


@pytest.mark.parametrize("name", [DEMO_COURSE, HARVARDX])
def test_static_files_have_the_digests_of_the_catalog(real_archive: RealArchive, name: str) -> None:
    source = real_archive(name)
    tree = read_archive(source)
    streamed = [file for file, _ in iter_static_files(source, [file.path for file in tree.static_files])]
    assert sorted(streamed, key=lambda file: file.path) == list(tree.static_files)


def test_references_of_the_demo_course(real_archive: RealArchive) -> None:
    tree = read_archive(real_archive(DEMO_COURSE))
    names = StaticNames(tree.static_files)
    components = [block for block in tree.walk() if not block.children]
    missing = {
        name
        for block in components
        for name in references(block, named=block_type(block.tag).named_files(block))
        if names.find(name) is None
    }
    assert missing == {"Africa.png"}
    (video,) = (block for block in components if block.url_name == "078de40d92a54047b951a2e7a8e2a348")
    assert {name: file.path for name, file in resolve_references(video, names).items()} == {
        "48c991fb-083c-45e1-adad-930d2b11b11e-en.srt": "48c991fb-083c-45e1-adad-930d2b11b11e-en.srt",
        "48c991fb-083c-45e1-adad-930d2b11b11e-es.srt": "48c991fb-083c-45e1-adad-930d2b11b11e-es.srt",
        "Reach_of_Open_edX_Downloadable_Transcript.pdf": "Reach of Open edX Downloadable Transcript.pdf",
        "open-edx-reach-slide.png": "open-edx-reach-slide.png",
    }
