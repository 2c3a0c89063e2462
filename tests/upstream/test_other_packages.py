"""What is wrong in packages that are used by their public interface only."""

from __future__ import annotations

import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import openassessment
import pytest
from drf_spectacular.views import SpectacularSwaggerView
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.test import APIRequestFactory


@pytest.mark.xfail(strict=True, reason="fs 2.4: it imports pkg_resources", raises=AssertionError)
def test_fs_needs_no_setuptools() -> None:
    """``requirements/base.in`` names setuptools for it, in a version that has pkg_resources."""
    program = "import sys; sys.modules['pkg_resources'] = None; import fs"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr


@pytest.mark.xfail(strict=True, reason="Django REST framework 3.16: half a pair of surrogates is let through")
def test_json_is_text() -> None:
    try:
        value = JSONParser().parse(BytesIO(b'"\\ud800"'))
    except ParseError:
        return
    JSONRenderer().render(value)


@pytest.mark.xfail(
    strict=True, reason="Django REST framework 3.16: JSON that nests too deep is no bad input", raises=RecursionError
)
def test_json_that_nests_too_deep_is_bad_input() -> None:
    with pytest.raises(ParseError):
        JSONParser().parse(BytesIO(b"[" * 100_000))


@pytest.mark.xfail(strict=True, reason="drf-spectacular 0.29: the page needs what only GET gives its template")
def test_the_page_of_the_description_answers_options() -> None:
    view: Any = SpectacularSwaggerView.as_view(permission_classes=[])
    answer = view(APIRequestFactory().options("/", HTTP_ACCEPT="text/html"))
    assert answer.render().status_code == 200


@pytest.mark.xfail(strict=True, reason="ora2 7.1: style sheets name source maps that are not in the package")
def test_style_sheets_of_open_responses_name_files_that_are_there() -> None:
    folder = Path(openassessment.__file__ or "").parent / "xblock" / "static" / "dist"
    sheets = list(folder.glob("*.css"))
    maps = [folder / name for sheet in sheets for name in re.findall(r"sourceMappingURL=([^*\s]+)", sheet.read_text())]
    assert [path.name for path in maps if not path.exists()] == []
