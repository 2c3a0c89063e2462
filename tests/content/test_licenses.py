"""Codes of licenses: spellings of courses, names, strictness."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from content_libraries import conf
from content_libraries.content.licenses import course_spelling, license_code, license_name, strictness


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("", ""),
        ("  ", ""),
        ("all-rights-reserved", "all-rights-reserved"),
        ("All rights reserved", "all-rights-reserved"),
        ("creative-commons: BY", "CC:4.0:BY"),
        ("creative-commons: ver=3.0 BY NC SA", "CC:3.0:BY:NC:SA"),
        ("CC-BY-SA 4.0", "CC:4.0:BY:SA"),
        ("CC:4.0:BY:ND:NC", "CC:4.0:BY:NC:ND"),
        ("creative-commons: ver=1.0 ZERO", "CC0:1.0"),
        ("CC0", "CC0:1.0"),
        ("Public Domain", "public-domain"),
        ("other", "other"),
        ("creative-commons: NC", "other"),
        ("creative-commons: BY ND SA", "other"),
        ("creative-commons: ver=4.0 ver=3.0 BY", "other"),
        ("CC", "other"),
        ("MIT", "other"),
    ],
)
def test_spellings_have_codes(spelling: str, code: str) -> None:
    assert license_code(spelling) == code


@pytest.mark.parametrize("code", conf.LICENSES.default)
def test_each_offered_code_is_its_own_spelling_and_has_a_name(code: str) -> None:
    assert license_code(code) == code
    assert license_name(code) != code
    assert license_code(course_spelling(code)) == code


def test_names_tell_the_version_and_are_translated() -> None:
    assert license_name("CC:3.0:BY:NC") == "Creative Commons Attribution-NonCommercial 3.0"
    assert license_name("of-the-host") == "of-the-host"
    with override("es"):
        assert license_name("public-domain") == "Dominio público"


def test_courses_spell_creative_commons_their_own_way() -> None:
    assert course_spelling("CC:4.0:BY:NC") == "creative-commons: ver=4.0 BY NC"
    assert course_spelling("creative-commons: BY") == "creative-commons: BY"
    assert course_spelling("CC: see the file") == "CC: see the file"


def test_strictness_grows_from_the_public_domain_to_all_rights_reserved() -> None:
    codes = ["public-domain", "CC:4.0:BY", "CC:4.0:BY:SA", "CC:3.0:BY:NC:ND", "other", "all-rights-reserved"]
    assert sorted(codes, key=strictness) == codes
