"""The table of ``docs/security.rst`` names what there is: every attack has a row, and every row is shown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings

from content_libraries import conf

HERE: Final = Path(__file__).parent
TABLE: Final = (HERE.parents[1] / "docs" / "security.rst").read_text()
ROWS: Final = TABLE.split("   * - ")[2:]
SHORT: Final = "…"


@pytest.mark.parametrize("module", sorted(path.name for path in HERE.glob("test_*.py")))
def test_every_attack_has_a_row(module: str) -> None:
    assert f"``attacks/{module}``" in TABLE or module == Path(__file__).name


def test_every_row_is_shown_by_a_test() -> None:
    for row in ROWS:
        tests = re.findall(r"``([\w/]+\.py)``", row.rpartition("     - ")[2])
        assert tests, row
        assert all((HERE.parent / name).is_file() for name in tests), row


def test_every_setting_is_one() -> None:
    known = {value.name for value in vars(conf).values() if isinstance(value, conf.Setting)}
    for row in ROWS:
        names = re.findall(r"``(…?_?[A-Z][A-Z_0-9]+)``", row.split("     - ")[-2])
        for name in names:
            full = name.replace(f"{SHORT}_", "CONTENT_LIBRARIES_")
            assert full in known or hasattr(settings, full), name
