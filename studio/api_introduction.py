"""The introduction of the API's description."""

from __future__ import annotations

from typing import Final

API_INTRODUCTION: Final = """\
Libraries, their content, imports, and what courses reuse of them.

**Logging in.** In a browser, log in at `/login`: the session cookie counts here, too, and *Try it out* sends it.
Requests that change something need the token of `GET /csrf/api/v1/token` in the header `X-CSRFToken` then.

Programs send a JSON web token, which is valid for an hour: `Authorization: JWT <token>`. The operator of the site
makes one with `manage.py create_token USERNAME`. *Authorize* takes it, as `JWT <token>`.
"""
