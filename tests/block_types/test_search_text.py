"""What blocks are found by."""

from __future__ import annotations

import pytest

from content_libraries.block_types.api import SearchText, search_text


def content(block_type: str, olx: str) -> dict[str, object]:
    text = search_text(block_type, olx)
    assert text.error == ""
    assert text.content is not None
    return dict(text.content)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<![CDATA[<p>First</p><p>second</p>]]>", "First second"),
        ("<p>First</p><p>second</p>", "First second"),
        ("&lt;p&gt;First&lt;/p&gt; second", "First second"),
        ("<![CDATA[Caf&eacute; &amp; cr&#232;me]]>", "Café & crème"),
        ("<![CDATA[<b>bo</b>ld and<br>broken]]>", "bold and broken"),
        ("<![CDATA[seen<script>alert('unseen')</script><style>p {}</style> too]]>", "seen too"),
        ("<![CDATA[<!-- unseen -->seen]]>", "seen"),
        ("<![CDATA[<!-- unseen -->]]>", ""),
        ("<![CDATA[<p>never closed <b>at all]]>", "never closed at all"),
        ("<![CDATA[<!DOCTYPE html><html><head><title>T</title></head><body>B</body></html>]]>", "T B"),
        ("<![CDATA[a < b & c]]>", "a < b & c"),
        ("  many \n\t spaces  ", "many spaces"),
        ("你好 <b>世界</b>", "你好 世界"),
        ("", ""),
    ],
)
def test_html_blocks_are_found_by_what_readers_see(body: str, text: str) -> None:
    assert search_text("html", f"<html display_name='x'>{body}</html>") == SearchText({"html_content": text}, text)


PROBLEM = r"""
<problem display_name="Not this">
  <script type="loncapa/python">unseen = 1</script>
  <multiplechoiceresponse>
    <p>Which <em>one</em>?</p>
    <choicegroup>
      <choice correct="true">This<choicehint>unseen hint</choicehint></choice><choice>That</choice>
    </choicegroup>
    <solution><p>unseen solution</p></solution>
  </multiplechoiceresponse>
  <optionresponse><optioninput options="('Red','Blue')" correct="Red"/></optionresponse>
  <stringresponse answer="unseen"><textline label="Your word"/></stringresponse>
  <targetedfeedbackset><targetedfeedback>unseen</targetedfeedback></targetedfeedbackset>
  <demandhint><hint>unseen</hint></demandhint>
  The end.
</problem>
"""


def test_problems_are_found_by_their_questions_and_not_by_their_answers() -> None:
    text = "Which one? This That Red Blue The end."

    assert search_text("problem", PROBLEM) == SearchText(
        {
            "capa_content": text,
            "problem_types": ["multiplechoiceresponse", "optionresponse", "stringresponse"],
        },
        text,
    )


@pytest.mark.parametrize(
    "problem_type",
    [
        "choiceresponse",
        "customresponse",
        "formularesponse",
        "multiplechoiceresponse",
        "numericalresponse",
        "optionresponse",
        "stringresponse",
    ],
)
def test_problem_types_are_listed_once(problem_type: str) -> None:
    olx = f"<problem><{problem_type}/><p><{problem_type}/></p></problem>"

    assert content("problem", olx)["problem_types"] == [problem_type]


def test_a_problem_without_responses_has_no_types() -> None:
    assert content("problem", "<problem>Text</problem>") == {"capa_content": "Text", "problem_types": []}


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (r"\(x^{2} + \alpha\)", "x^2 + α"),
        (r"\[\frac{a}{b} \leq \sqrt{c}\]", "a/b ≤ √(c)"),
        (r"$$\left(\frac{\sqrt{a}}{2}\right)$$", "(√(a)/2)"),
        (r"[mathjax]\text{speed} = \Delta s \cdot t[/mathjax]", "speed = Δ s · t"),
        (r"[mathjaxinline]a \times b[/mathjaxinline]", "a × b"),
        (r"\(\unknowncommand x\)", "unknowncommand x"),
        (r"costs $5, or \$6", r"costs $5, or \$6"),
        (r"\( never closed", r"\( never closed"),
    ],
)
def test_formulas_are_readable_in_descriptions(formula: str, text: str) -> None:
    result = search_text("html", f"<html><![CDATA[<p>See {formula} here</p>]]></html>")

    assert result.description == f"See {text} here"
    assert result.content == {"html_content": f"See {formula} here"}


def test_videos_are_found_by_transcripts_that_are_in_the_olx() -> None:
    olx = (
        '<video display_name="Not this"><transcript language="de">Hallo <i>Welt</i></transcript>'
        '<transcript language="fr" src="elsewhere.srt"/></video>'
    )

    assert search_text("video", olx) == SearchText({"transcript_de": "Hallo Welt"})


WORD_CLOUD = '<word_cloud display_name="x" instructions="Say &lt;b&gt;a&lt;/b&gt; word"/>'
POLL = """
<poll question="Which?" answers='[["R", {"label": "Red", "img": "r.png"}], ["B", {"label": "Blue"}]]'/>
"""
SURVEY = """
<survey questions='[["e", {"label": "Enjoying?", "img": null}]]' answers='[["Y", "Yes"], ["N", "No"]]'/>
"""
ASSESSMENT = "<openassessment><prompt><description>Write</description></prompt></openassessment>"


@pytest.mark.parametrize(
    ("block_type", "olx", "text"),
    [
        ("word_cloud", WORD_CLOUD, "Say a word"),
        ("poll", POLL, "Which? Red Blue"),
        ("survey", SURVEY, "Enjoying? Yes No"),
        ("poll", '<poll question="Which?" answers="[broken"/>', "Which? [broken"),
        ("openassessment", ASSESSMENT, "Write"),
        ("unknown", '<unknown attribute="Not this">This</unknown>', "This"),
    ],
)
def test_other_blocks_are_found_by_their_texts(block_type: str, olx: str, text: str) -> None:
    assert search_text(block_type, olx) == SearchText({"text_content": text})


def test_a_block_without_text_has_none() -> None:
    assert search_text("done", '<done display_name="Done"/>') == SearchText({})


BOMB = (
    '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><html>&i;</html>"
)


@pytest.mark.parametrize(
    "olx",
    [
        "",
        "no element",
        "<html>",
        "<html><p></html>",
        "<html>&unknown;</html>",
        "<html/><html/>",
        "<html>\0</html>",
        "<html>" * 5_000,
        "<html>" + "x" * 300_000 + "</html>",
        '<!DOCTYPE html SYSTEM "file:///etc/passwd"><html/>',
        '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html>&x;</html>',
        BOMB,
    ],
)
@pytest.mark.parametrize("block_type", ["html", "problem", "video", "poll"])
def test_olx_that_cannot_be_read_is_no_exception(block_type: str, olx: str) -> None:
    text = search_text(block_type, olx)

    assert text.content is None
    assert text.description == ""
    assert text.error != ""


@pytest.mark.parametrize(
    "body",
    ["<div>" * 50_000, r"\(" * 90_000, "<a " * 60_000, "&amp;" * 30_000, "$$" * 90_000, "<![if x]>" * 9_000],
)
def test_strange_markup_is_read_in_time(body: str) -> None:
    text = search_text("html", f"<html><![CDATA[{body}]]></html>"[:200_000])

    assert text.content is not None or text.error


def test_an_encoding_declaration_does_not_matter() -> None:
    olx = '<?xml version="1.0" encoding="iso-8859-1"?><html>é 你</html>'

    assert content("html", olx) == {"html_content": "é 你"}
