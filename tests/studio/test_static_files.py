"""Static files of a site in production, which refer to files that may be missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.static_files import SiteStaticFiles


@pytest.fixture
def files(tmp_path: Path) -> SiteStaticFiles:
    """Files as ``collectstatic`` leaves them; a style sheet names a picture, and two files that are missing."""
    (tmp_path / "here.png").write_bytes(b"png")
    (tmp_path / "style.css").write_text(
        "a { background: url(here.png) } b { background: url(gone.png) }\n/*# sourceMappingURL=style.css.map*/"
    )
    storage = SiteStaticFiles(location=str(tmp_path), base_url="/static/")
    for _name, _hashed, result in storage.post_process({name: (storage, name) for name in ("here.png", "style.css")}):
        assert not isinstance(result, Exception), result
    return storage


def test_names_have_a_digest(files: SiteStaticFiles, tmp_path: Path) -> None:
    sheet = files.stored_name("style.css")
    picture = files.stored_name("here.png")
    assert picture != "here.png"
    assert f'url("{picture}")' in (tmp_path / sheet).read_text()


def test_missing_files_keep_their_names(files: SiteStaticFiles, tmp_path: Path) -> None:
    text = (tmp_path / files.stored_name("style.css")).read_text()
    assert 'url("gone.png")' in text
    assert "sourceMappingURL=style.css.map" in text
    assert files.url("gone.png") == "/static/gone.png"
