"""Answers and components that take time and memory without end, on a running site: its other users do not notice."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Final

import pytest
import requests

from tests.running import manage, prepared_site, running_site
from tests.sites import GREEDY_BLOCKS, PROJECT, Environment

pytestmark = pytest.mark.slow

LIBRARY: Final = "lib:DemoX:welcome"
HEALTH_SECONDS: Final = 1.0
OTHERS_SECONDS: Final = 2.0
AT_ONCE: Final = 8
"""As many requests of one attacker as the web server has threads."""

NUMBER: Final = '<numericalresponse answer="3.14"><formulaequationinput/></numericalresponse>'
PATTERN: Final = '<stringresponse answer="(a+)+$" type="regexp"><textline/></stringresponse>'
SAMPLES: Final = (
    '<formularesponse type="cs" samples="x,y@1,1:3,3#2000000" answer="x*y">'
    '<responseparam type="tolerance" default="0.01"/><formulaequationinput/></formularesponse>'
)
ANSWERS: Final = {
    "a tower of powers": (NUMBER, "9^9^9^9^9"),
    "a pattern that starts again and again": (PATTERN, "a" * 60 + "!"),
    "millions of samples": (SAMPLES, "x*y+0*x"),
}
VIEWS: Final = {
    "endless work": "spin",
    "endless memory": "hog",
    "endless recursion": "recurse",
    "a crash": "die",
    "100 MB of output": "babble",
}
STOPPED: Final = (
    r"The component was stopped (after 10 seconds|because it wanted more than 512 MiB of memory)\."
    r" Send something simpler\."
)
BUSY: Final = 503
LEARNERS: Final = f"""
from django.contrib.auth.models import User
from content_libraries.libraries.models import ContentLibrary
from studio.tokens import make_token
ContentLibrary.objects.update(allow_public_learning=True)
print(*(make_token(User.objects.create(username="learner" + str(number))) for number in range({AT_ONCE})))
"""
"""Lets whoever is logged in learn from libraries, makes users, and prints their tokens."""


class Person:
    """What one user of the site does."""

    def __init__(self, site: str, token: str) -> None:
        self.site = site
        self.headers = {"Authorization": f"JWT {token}"}

    def get(self, path: str) -> requests.Response:
        return requests.get(f"{self.site}{path}", headers=self.headers, timeout=120)

    def post(self, path: str, **body: Any) -> Any:
        response = requests.post(f"{self.site}{path}", headers=self.headers, json=body, timeout=120)
        assert response.status_code == 200, response.text
        return response.json()

    def add(self, block_type: str, code: str, olx: str) -> str:
        """Create a component. Its key."""
        made = self.post(f"/api/libraries/v2/{LIBRARY}/blocks/", block_type=block_type, definition_id=code)
        key: str = made["id"]
        self.post(f"/api/libraries/v2/blocks/{key}/olx/", olx=olx)
        return key

    def answering(self, key: str, answer: str) -> Callable[[], requests.Response]:
        """What sends an answer to a problem with one input, as the script of its page does."""
        url = self.get(f"/api/xblock/v2/xblocks/{key}/handler_url/xmodule_handler/").json()["handler_url"]
        html = requests.post(f"{url}problem_get", timeout=120).json()["html"]
        (name,) = set(re.findall(r'name="(input_[\w.:-]+?)(?:\[\])?"', html))
        return lambda: requests.post(f"{url}problem_check", data={name: answer}, timeout=120)

    def look(self, key: str) -> requests.Response:
        return self.get(f"/xblocks/v2/{key}/embed/student_view/")

    def is_told_that_the_site_lives(self) -> None:
        """Within a second."""
        began = time.monotonic()
        assert self.get("/healthz").status_code == 200
        assert time.monotonic() - began < HEALTH_SECONDS

    def is_shown(self, text: str) -> None:
        """See a text within two seconds, and then read about its library."""
        assert self.is_answered(text) == 200

    def is_answered(self, text: str) -> int:
        """See a text, or when to try again, within two seconds, and then read about its library. The status."""
        began = time.monotonic()
        answer = self.look(text)
        assert time.monotonic() - began < OTHERS_SECONDS
        assert ("Harmless" if answer.status_code == 200 else "Try again in a few seconds") in answer.text
        assert self.get(f"/api/libraries/v2/{LIBRARY}/").status_code == 200
        return answer.status_code


type People = Callable[[str], Person]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A site that has greedy blocks."""
    path = os.pathsep.join([str(GREEDY_BLOCKS), str(PROJECT)])
    return prepared_site(tmp_path_factory.mktemp("site"), PYTHONPATH=path)


@pytest.fixture(scope="module")
def people(environment: Environment) -> Iterator[People]:
    """Users of the site, which is running, by name."""
    names = ["author", "contributor", "user"]
    tokens = {name: manage(environment, "create_token", name).strip() for name in names}
    learners = manage(environment, "shell", "--verbosity", "0", "--command", LEARNERS).split()
    tokens |= {f"learner{number}": token for number, token in enumerate(learners)}
    with running_site(environment) as address:
        yield lambda name: Person(address, tokens[name])


@pytest.fixture(scope="module")
def text(people: People) -> str:
    """A text that everybody looks at."""
    return people("author").add("html", "harmless", "<html>Harmless</html>")


def test_a_cold_process_finds_all_types_of_blocks(environment: Environment) -> None:
    """Their classes are imported before any clock starts."""
    report = manage(environment, "report_blocks", LIBRARY)
    assert re.search(r"^problem: [1-9]\d* rendered, 0 with a notice$", report, re.MULTILINE)
    assert "not installed" not in report


def test_a_text_is_shown_before_anything_happens(people: People, text: str) -> None:
    assert "Harmless" in people("contributor").look(text).text


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_takes_for_ever(people: People, text: str, name: str) -> None:
    olx, answer = ANSWERS[name]
    key = people("author").add("problem", f"p{list(ANSWERS).index(name)}", f"<problem>{olx}</problem>")
    answers = attack(people, text, people("user").answering(key, answer))
    told = [response for response in answers if response.status_code != BUSY]
    assert len(told) == 1 < len(answers)
    # A problem that has too little memory may say so itself, as it does with answers that it cannot evaluate.
    is_stopped = told[0].status_code == 400 and re.fullmatch(STOPPED, told[0].json()["success"])
    assert is_stopped or (told[0].status_code == 200 and told[0].json()["success"] not in {"correct", "incorrect"})


@pytest.mark.parametrize("name", VIEWS)
def test_a_component_that_takes_for_ever(people: People, text: str, name: str) -> None:
    key = people("author").add("greedy", VIEWS[name], f'<greedy action="{VIEWS[name]}"/>')
    answers = attack(people, text, lambda: people("user").look(key))
    assert {response.status_code for response in answers} <= {200, BUSY}
    assert all("cl-notice" in response.text for response in answers)


def test_answers_of_several_learners(people: People, text: str) -> None:
    """They have all processes for a moment; then one is left to the others, who are told to try again until then."""
    key = people("author").add("problem", "several", f"<problem>{NUMBER}</problem>")
    other, seen = people("contributor"), []
    answering = [
        people(f"learner{number}").answering(key, ANSWERS["a tower of powers"][1]) for number in range(AT_ONCE)
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(answer) for answer in answering]
        watch(sent, other.is_told_that_the_site_lives, lambda: seen.append(other.is_answered(text)))
    assert {future.result().status_code for future in sent} == {400, BUSY}
    assert seen[-1] == 200
    assert set(seen) <= {200, BUSY}


def attack(people: People, text: str, send: Callable[[], requests.Response]) -> list[requests.Response]:
    """Send as much at once as the server has threads, and look how others fare until all is answered. The answers."""
    other = people("contributor")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(send) for _ in range(AT_ONCE)]
        watch(sent, other.is_told_that_the_site_lives, lambda: other.is_shown(text))
    return [future.result() for future in sent]


def watch(sent: list[Future[requests.Response]], *looks: Callable[[], None]) -> None:
    """Look again and again until everything that was sent is answered, and at least three times."""
    rounds = 0
    while rounds < 3 or wait(sent, timeout=0.2).not_done:
        for look in looks:
            look()
        rounds += 1
