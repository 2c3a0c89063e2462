"""The site that ``compose.yaml`` describes, on this machine: its commands and variables, with stand-ins for images."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import yaml

from tests.running import answers, wait_until
from tests.sites import PROJECT

HOST: Final = "studio.example.com"
BUCKET: Final = "studio"
PASSWORD: Final = "correct horse battery staple"
_ENV_FILE: Final = {
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": HOST,
    "MYSQL_PASSWORD": "",
    "S3_BUCKET": BUCKET,
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "METRICS_TOKEN": "token-of-prometheus",
}


@dataclass(frozen=True, slots=True)
class Services:
    """Where the services are that the images would bring."""

    database_url: str
    redis_url: str
    search_url: str
    search_key: str
    s3_url: str


class ProductionSite:
    """
    The services of ``compose.yaml`` as processes.

    Args:
        folder: what the containers would keep, and their logs.
        services: what they use.
        name: of the queue and of the keys in the cache, which others use too.
        port: of the web server.
    """

    def __init__(self, folder: Path, services: Services, *, name: str, port: int) -> None:
        self.folder = folder
        self.address = f"http://localhost:{port}"
        self._compose: Mapping[str, Any] = yaml.safe_load((PROJECT / "compose.yaml").read_text())["services"]
        self._env_file = {
            **_ENV_FILE,
            "MEILISEARCH_API_KEY": services.search_key,
            "MEILISEARCH_PUBLIC_URL": services.search_url,
            "S3_ENDPOINT_URL": services.s3_url,
        }
        self._here = {
            "0.0.0.0:8000": f"127.0.0.1:{port}",
            "localhost:8000": f"localhost:{port}",
            "http://meilisearch:7700": services.search_url,
            "mysql://studio:@mysql:3306/studio": services.database_url,
            "redis://redis:6379": services.redis_url,
            "redis://cache:6379/0": f"{services.redis_url}/1",
            "/run/metrics": str(folder / "metrics"),
            "/data": str(folder / "data"),
        }
        self._besides = {
            "BROKER_QUEUE": name,
            "DJANGO_SETTINGS_MODULE": "tests.journeys.production_settings",
            "STATIC_ROOT": str(folder / "static"),  # the image has them
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "C_FORCE_ROOT": "true",
        }
        for path in ("data", "metrics"):
            (folder / path).mkdir()

    def environment(self, service: str) -> dict[str, str]:
        """The variables of a service."""
        described = self._compose[service]
        from_file = self._env_file if described.get("env_file") == ".env" else {}
        given = {name: self._placed(self._filled_in(value)) for name, value in described["environment"].items()}
        return {**from_file, **given, **self._besides}

    def run(self, service: str, command: str | None = None, **variables: str) -> None:
        """Run the command of a service, or another one there, to its end."""
        words = shlex.split(self._placed(command or self._compose[service]["command"]))
        environment = self.environment(service) | variables
        done = subprocess.run(words, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 0, done.stdout + done.stderr

    @contextmanager
    def running(self, service: str) -> Iterator[subprocess.Popen[bytes]]:
        """Start a service; stop it as an engine does."""
        words = shlex.split(self._placed(self._compose[service]["command"]))
        with (
            self.log(service).open("wb") as log,
            subprocess.Popen(words, cwd=PROJECT, env=self.environment(service), stderr=log, stdout=log) as process,  # noqa: S603
        ):
            try:
                yield process
            finally:
                process.terminate()

    @contextmanager
    def serving(self) -> Iterator[Mapping[str, subprocess.Popen[bytes]]]:
        """Migrate, and start what ``docker compose up`` starts."""
        self.run("web", "python manage.py collectstatic --no-input")
        self.run("migrate")
        with ExitStack() as stack:
            processes = {name: stack.enter_context(self.running(name)) for name in ("web", "worker", "beat")}
            wait_until(lambda: answers(f"{self.address}/healthz"))
            yield processes

    def check_health(self, service: str) -> None:
        """Run what the engine runs in the container to know whether it is healthy."""
        kind, *words = self._compose[service]["healthcheck"]["test"]
        if kind == "CMD-SHELL":
            words = ["sh", "-c", *(word.replace("$$", "$") for word in words)]
        self.run(service, shlex.join(words))

    def log(self, service: str) -> Path:
        return self.folder / f"{service}.log"

    def _filled_in(self, value: str) -> str:
        return re.sub(r"\$\{(\w+)(?::[?-])?\}", lambda match: self._env_file.get(match[1], ""), value)

    def _placed(self, text: str) -> str:
        for there, here in self._here.items():
            text = text.replace(there, here)
        return text


class Browser:
    """A browser behind the proxy that ends TLS. It keeps cookies, and goes nowhere by itself."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.cookies: dict[str, str] = {}
        self.cookie_headers: list[str] = []

    def ask(self, method: str, url: str, *, tls: bool = True, **options: Any) -> requests.Response:
        """Send a request to the site; ``url`` may be absolute."""
        headers = {"Host": HOST, "USE-JWT-COOKIE": "true", "X-CSRFToken": self.cookies.get("csrftoken", "")}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if tls:
            headers |= {"X-Forwarded-Proto": "https", "Referer": f"https://{HOST}/"}
        path = urlsplit(url)
        place = f"{self.address}{path.path}{'?' if path.query else ''}{path.query}"
        response = requests.request(method, place, headers=headers, allow_redirects=False, timeout=60, **options)
        self.cookies |= {cookie.name: cookie.value or "" for cookie in response.cookies}
        self.cookie_headers += response.raw.headers.getlist("Set-Cookie")
        return response

    def json(self, method: str, url: str, **options: Any) -> Any:
        response = self.ask(method, url, **options)
        assert response.ok, response.text
        return response.json()

    def log_in(self, username: str) -> None:
        self.ask("GET", "/login")
        response = self.ask("POST", "/login", data={"username": username, "password": PASSWORD})
        assert response.status_code == 302, response.text

    def watch(self, url: str, ends: Callable[[str], bool]) -> Any:
        """Ask for a task until its state is an end."""
        deadline = time.monotonic() + 120
        while not ends((task := self.json("GET", url))["state"]):
            assert time.monotonic() < deadline, task
            time.sleep(0.2)
        return task
