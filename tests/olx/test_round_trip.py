"""Whatever is written is read as the same tree, for courses with everything that OLX allows."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, event, given, settings

from content_libraries.olx.api import OlxBlock, read_archive, tree_with_drafts, write_folder

from .generated_courses import Spec, courses


def as_spec(block: OlxBlock) -> Spec:
    children = [as_spec(child) for child in block.children]
    return Spec(block.tag, block.url_name, dict(block.attributes), block.body, children)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(courses())
def test_read_write_read(course: tuple[Spec, dict[str, bytes]]) -> None:
    spec, files = course
    event(f"{min(len(files) // 10, 3)}0 files or more")
    with tempfile.TemporaryDirectory() as name:
        source = Path(name, "source")
        for path, content in files.items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_bytes(content)

        tree = read_archive(source)
        assert as_spec(tree.root) == spec
        write_folder(tree, Path(name, "written"), source)
        assert read_archive(Path(name, "written")) == tree

        drafts = tree_with_drafts(tree)
        write_folder(drafts, Path(name, "drafts"), source)
        assert read_archive(Path(name, "drafts")) == drafts
