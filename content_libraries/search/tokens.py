"""
Tenant tokens: browsers show them to the search server, instead of the search key that signs them.

They are Meilisearch's: a JSON web token whose ``searchRules`` say for each index which documents its owner may find
(wire: search-key). A Meilisearch server checks tokens itself; for the embedded engine ``read_rule`` does.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

import jwt

from ..errors import ContentLibrariesError
from .conditions import AllOf, Condition
from .engine import FILTERABLE, BrowserAccess
from .filters import FilterError, parse_filter

LIFETIME_SECONDS: Final = 3600

_ALGORITHM: Final = "HS256"
_EVERY_INDEX: Final = "*"


class InvalidTokenError(ContentLibrariesError):
    """The token was not signed with the key, is too old, or does not let its owner use the index."""

    code = "invalid_api_key"


def make_token(access: BrowserAccess, rule: Mapping[str, object]) -> str:
    """
    Make a token for one index.

    Args:
        rule: ``{"filter": "..."}``; empty for every document.
    """
    claims = {
        "apiKeyUid": access.key_uid,
        "exp": int(time.time()) + LIFETIME_SECONDS,
        "searchRules": {access.index_name: rule},
    }
    return jwt.encode(claims, access.key, algorithm=_ALGORITHM)


def read_rule(token: str, index_name: str, *, keys: Iterable[str], key_uid: str) -> Condition:
    """
    Check a token, and return the condition on documents that its owner may find in an index.

    A token with a search rule that is not understood is refused.

    Args:
        keys: the search keys, any of which may have signed it.
        key_uid: the ``uid`` of the search key.

    Returns: a condition that has to hold besides the query. Raises InvalidTokenError.
    """
    claims = _claims(token, keys)
    if claims["apiKeyUid"] != key_uid:
        raise InvalidTokenError("The provided API key is invalid: it names another search key.")
    rules = claims["searchRules"]
    if isinstance(rules, list):  # the short form, without any rule
        rules = {name: None for name in rules if isinstance(name, str)}
    if not isinstance(rules, dict):
        raise InvalidTokenError("The provided API key is invalid: its search rules are not understood.")
    for name in (index_name, _EVERY_INDEX):
        if name in rules:
            return _condition(rules[name])
    raise InvalidTokenError("The provided API key is invalid: it is not for this index.")


def _claims(token: str, keys: Iterable[str]) -> dict[str, Any]:
    problem: Exception | None = None
    for key in keys:
        try:
            claims: dict[str, Any] = jwt.decode(
                token, key, algorithms=[_ALGORITHM], options={"require": ["exp", "apiKeyUid", "searchRules"]}
            )
        except jwt.InvalidSignatureError as error:
            problem = error
        except jwt.InvalidTokenError as error:
            raise InvalidTokenError(f"The provided API key is invalid: {error}.") from error
        else:
            return claims
    raise InvalidTokenError("The provided API key is invalid.") from problem


def _condition(rule: object) -> Condition:
    if rule is None:
        return AllOf(())
    if not isinstance(rule, dict) or rule.keys() - {"filter"}:
        raise InvalidTokenError("The provided API key is invalid: its search rule is not understood.")
    try:
        return parse_filter(rule.get("filter"), FILTERABLE) or AllOf(())
    except FilterError as error:
        raise InvalidTokenError(f"The provided API key is invalid. {error.message}") from error
