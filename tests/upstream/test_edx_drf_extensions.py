"""What is wrong in edx-drf-extensions."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
from django.contrib.auth.models import User
from edx_rest_framework_extensions.auth.jwt.decoder import jwt_decode_handler

from studio.tokens import make_token
from studio.upstream.edx_drf_extensions import read_token
from tests.conftest import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def amy(make_user: UserFactory) -> User:
    return make_user("amy")


def forged(user: User) -> str:
    claims = jwt.decode(make_token(user), options={"verify_signature": False})
    return jwt.encode(claims, "another key, which is as long as it should be", algorithm="HS256")


@pytest.mark.xfail(strict=True, reason="edx-drf-extensions 10.9: without public keys every signature is accepted")
def test_a_token_that_somebody_else_has_signed_is_refused(amy: User) -> None:
    with pytest.raises(jwt.InvalidTokenError):
        jwt_decode_handler(forged(amy))


def test_it_is_by_this_site(amy: User) -> None:
    with pytest.raises(jwt.InvalidTokenError):
        read_token(forged(amy))


def test_the_handler_reads_tokens_of_this_site(amy: User) -> None:
    claims: dict[str, Any] = jwt_decode_handler(make_token(amy))
    assert claims["preferred_username"] == "amy"
