"""A small stand-in for a build of the authoring frontend: a page with history routing, and one script."""

from __future__ import annotations

from pathlib import Path
from typing import Final

SCRIPT: Final = "app.0123456789abcdef0123.js"
_PAGE: Final = f"""<!doctype html><html lang="en"><title>Stand-in</title>
<main><h1 id="route"></h1><p id="site"></p><p id="libraries"></p><a href="/authoring/course/other">Other</a></main>
<header><img id="logo" alt=""></header><footer><img id="platform" alt=""></footer>
<script src="/authoring/{SCRIPT}"></script></html>"""
_ROUTING: Final = """
const show = (id, text) => { document.getElementById(id).textContent = text; };
const route = () => show("route", location.pathname);
document.querySelector("a").addEventListener("click", (event) => {
  event.preventDefault();
  history.pushState({}, "", event.target.href);
  route();
});
addEventListener("popstate", route);
route();
fetch("/api/mfe_config/v1?mfe=authoring").then((answer) => answer.json()).then((config) => {
  show("site", config.STUDIO_BASE_URL);
  document.getElementById("logo").src = config.LOGO_URL;
});
document.getElementById("platform").src = "https://logos.openedx.org/open-edx-logo-tag.png";
fetch("/api/libraries/v2/?pagination=true", { headers: { "USE-JWT-COOKIE": "true" } })
  .then((answer) => (answer.ok ? answer.json() : { results: [{ title: String(answer.status) }] }))
  .then((page) => show("libraries", page.results.map((library) => library.title).join(", ")));
"""


def stand_in_build(folder: Path) -> Path:
    """Write the build into a folder."""
    (folder / "index.html").write_text(_PAGE)
    (folder / SCRIPT).write_text(_ROUTING)
    return folder
