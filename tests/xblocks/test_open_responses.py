"""Open Responses, a basic type of frontends whose class wants a database: made, shown and edited without one."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest

from .client import BlockClient

NAME: Final = "openassessment:o1"
STEPS: Final = ("submission", "staff_assessment", "self_assessment", "grade", "message")

OLX: Final = """\
<openassessment submission_start="2001-01-01T00:00" text_response="required" prompts_type="html" display_name="Essay">
  <!-- kept -->
  <title>Essay</title>
  <assessments>
    <assessment name="self-assessment" start="2001-01-01T00:00:00" due="2029-01-01T00:00:00"/>
    <assessment name="staff-assessment" required="True"/>
  </assessments>
  <prompts><prompt><description>&lt;p&gt;Write about bees&lt;/p&gt;</description></prompt></prompts>
  <rubric>
    <criterion feedback="optional"><name>Ideas</name><label>Ideas</label><prompt>How good?</prompt>
      <option points="0"><name>Poor</name><label>Poor</label><explanation>None</explanation></option>
      <option points="3"><name>Good</name><label>Good</label><explanation>Some</explanation></option>
    </criterion>
    <feedbackprompt>What else?</feedbackprompt>
    <feedback_default_text>I noticed</feedback_default_text>
  </rubric>
</openassessment>"""

EDITED: Final[dict[str, Any]] = {
    "title": "Wasps",
    "prompts": [{"description": "<p>Write about wasps</p>"}],
    "prompts_type": "html",
    "criteria": [
        {
            "label": "Style",
            "name": "style",
            "prompt": "How?",
            "feedback": "optional",
            "order_num": 0,
            "options": [{"label": "Fine", "name": "fine", "explanation": "", "points": 3, "order_num": 0}],
        }
    ],
    "assessments": [
        {"name": "self-assessment", "start": "2001-01-01T00:00:00", "due": "2029-01-01T00:00:00"},
        {"name": "staff-assessment", "required": True},
    ],
    "editor_assessments_order": ["student-training", "peer-assessment", "self-assessment", "staff-assessment"],
    "feedback_prompt": "What else?",
    "feedback_default_text": "",
    "submission_start": "2001-01-01T00:00:00",
    "submission_due": "2029-01-01T00:00:00",
    "text_response": "required",
    "text_response_editor": "text",
    "file_upload_response": None,
    "file_upload_type": None,
    "white_listed_file_types": "",
    "allow_multiple_files": True,
    "allow_latex": False,
    "allow_learner_resubmissions": False,
    "resubmissions_grace_period": "",
    "leaderboard_show": 0,
    "show_rubric_during_response": False,
    "date_config_type": "manual",
}
"""What the editor of the block sends when its author saves."""

pytestmark = pytest.mark.django_db


@pytest.fixture
def essay(lib: BlockClient) -> BlockClient:
    lib.add(NAME, OLX)
    return lib


@pytest.mark.parametrize("view_name", ["student_view", "author_view", "studio_view"])
@pytest.mark.parametrize("is_new", [True, False])
def test_it_is_shown_with_its_scripts(lib: BlockClient, view_name: str, is_new: bool) -> None:
    lib.create(NAME)
    if not is_new:
        lib.set_olx(NAME, OLX)
    view = lib.view(NAME, view_name)
    assert "cl-notice" not in view["content"]
    addresses = [resource["data"] for resource in view["resources"] if resource["kind"] == "url"]
    assert addresses
    for address in addresses:
        assert lib.http.get(address).status_code == 200


def test_its_steps_are_shown(essay: BlockClient) -> None:
    answers = [essay.http.post(essay.handler(NAME, f"render_{step}"), {}, format="json") for step in STEPS]
    assert [answer.status_code for answer in answers] == [200] * len(STEPS)
    assert b"Write about bees" in answers[0].content


def test_its_text_stays_as_it_is(essay: BlockClient) -> None:
    assert essay.olx(NAME) == OLX
    essay.save(NAME, metadata=essay.read(NAME, "fields/")["metadata"])
    assert essay.olx(NAME) == OLX


def test_a_new_name_is_its_title_too(essay: BlockClient) -> None:
    essay.save(NAME, metadata={"display_name": "Wasps"})
    olx = OLX.replace('"Essay"', '"Wasps"').replace(">Essay<", ">Wasps<")
    assert "".join(essay.olx(NAME).split()) == "".join(olx.split())
    assert essay.get(NAME)["display_name"] == "Wasps"


def test_its_editor_saves(essay: BlockClient) -> None:
    answer = essay.http.post(essay.handler(NAME, "update_editor_context"), EDITED, format="json")
    assert answer.json() == {"success": True, "msg": "Successfully updated OpenAssessment XBlock"}
    olx = essay.olx(NAME)
    assert "Write about wasps" in olx
    assert "<!-- kept -->" in olx
    assert re.findall(r"<assessment name=\"(.*?)\"", olx) == ["self-assessment", "staff-assessment"]
    assert essay.get(NAME)["display_name"] == "Wasps"


def test_a_rubric_that_cannot_be_is_refused(essay: BlockClient) -> None:
    criterion = EDITED["criteria"][0]
    body = EDITED | {"criteria": [criterion | {"name": "x" * 200}]}
    answer = essay.http.post(essay.handler(NAME, "update_editor_context"), body, format="json")
    assert answer.json()["success"] is False
    assert essay.olx(NAME) == OLX
