"""Texts that people read can be translated: none is written past gettext, and a catalog is what they are read in."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from django.contrib.auth.models import User

from content_libraries.libraries.models import ContentLibrary

from .catalogs import add_catalog
from .conftest import ClientFactory

ROOT: Final = Path(__file__).resolve().parents[1]
NOT_SHOWN: Final = (
    "content_libraries/courses/testing.py",  # tests that stores of platforms run
    "content_libraries/migrations",
    # They answer as Meilisearch does, and programs read that.
    "content_libraries/search/facade",
    "content_libraries/search/filters.py",
    "content_libraries/search/tokens.py",
    "studio/demo",  # content, not ours to translate
)

OUR_ERRORS: Final = "ContentLibrariesError"
OTHER_ERRORS: Final = frozenset({"APIException", "NotFound", "PermissionDenied", "ValidationError", "Http404"})
CLASS_TEXTS: Final = frozenset(
    {"default_detail", "index_title", "site_header", "site_title", "title", "verbose_name", "verbose_name_plural"}
)
MESSAGES: Final = frozenset({"debug", "error", "info", "success", "warning"})
GETTEXT: Final = frozenset(
    {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
)
PLACEHOLDER: Final = re.compile(r"(?<!%)(?:%%)*%\((\w+)\)")
WORDS: Final = re.compile(r"[^\W\d_]{2}")
LANGUAGE_TAGS: Final = re.compile(
    r"{%\s*(blocktranslate|comment)\b.*?{%\s*end\1\s*%}|{%\s*block bodyclass\s*%}.*?{%\s*endblock\s*%}"
    r"|{%.*?%}|{{.*?}}|{#.*?#}|<!--.*?-->"
    r"|<(script|style|code)\b.*?</\2>|&\w+;",
    re.DOTALL,
)
SHOWN_ATTRIBUTES: Final = re.compile(
    r'\s(?:alt|aria-label|placeholder|title)="([^"]*)"|<input type="submit"[^>]*value="([^"]*)"'
)


def source_files(suffix: str) -> list[Path]:
    return [path for root in ("content_libraries", "studio") for path in sorted((ROOT / root).rglob(f"*{suffix}"))]


def files(suffix: str) -> list[Path]:
    """The files of the app and its host with texts of ours."""
    left_out = [ROOT / name for name in NOT_SHOWN]
    return [path for path in source_files(suffix) if not any(path.is_relative_to(out) for out in left_out)]


@cache
def modules() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text()) for path in files(".py")}


@cache
def error_classes() -> frozenset[str]:
    """Names of the classes of errors whose messages people read."""
    bases = {
        node.name: {name_of(base) for base in node.bases}
        for module in (ast.parse(path.read_text()) for path in source_files(".py"))
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef)
    }
    known = {OUR_ERRORS, *OTHER_ERRORS}
    while more := {name for name, of in bases.items() if of & known} - known:
        known |= more
    return frozenset(known)


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def shown_texts(module: ast.Module) -> Iterator[ast.expr]:
    """The expressions that become messages of errors, messages of the admin, and names of what is in it."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            yield from texts_of_class(node)
        if isinstance(node, ast.Call):
            yield from texts_of_call(node)


def texts_of_class(shown: ast.ClassDef) -> Iterator[ast.expr]:
    for statement in shown.body:
        if isinstance(statement, ast.Assign) and {name_of(target) for target in statement.targets} & CLASS_TEXTS:
            yield statement.value
    if shown.name in error_classes():
        for node in ast.walk(shown):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "super().__init__":
                yield from node.args[:1]


def texts_of_call(call: ast.Call) -> Iterator[ast.expr]:
    function, of = name_of(call.func), name_of(getattr(call.func, "value", call))
    shown: Collection[str] = ()
    if function in error_classes():
        shown = ("message", "detail")
        yield from call.args[:1]
    elif of == "messages" and function in MESSAGES:
        yield from call.args[1:2]
    elif of in ("admin", "forms", "models"):
        shown = ("description", "label", "help_text", "verbose_name")
    yield from [keyword.value for keyword in call.keywords if keyword.arg in shown]


def words_past_gettext(text: ast.expr, assigned: Mapping[str, list[ast.expr]]) -> list[str]:
    """
    The words in an expression that no catalog can change.

    Args:
        assigned: what the names of the module are given.
    """
    if isinstance(text, ast.Call) and name_of(text.func) in GETTEXT:
        return []
    if isinstance(text, ast.Name):
        given = assigned.get(text.id, [])
        return [word for value in given for word in words_past_gettext(value, {})]
    if isinstance(text, ast.Constant):
        return [text.value] if isinstance(text.value, str) and WORDS.search(text.value) else []
    return [word for part in parts_of(text) for word in words_past_gettext(part, assigned)]


def parts_of(text: ast.expr) -> list[ast.expr]:
    """What a composed text is made of. What is filled in is not looked at: it is no text of ours."""
    match text:
        case ast.BinOp(left=left, op=ast.Mod()):
            return [left]
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.IfExp(body=body, orelse=orelse):
            return [body, orelse]
        case ast.BoolOp(values=values) | ast.JoinedStr(values=values) | ast.Dict(values=values):
            return values
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return elements
        case ast.Call(func=ast.Attribute(value=ast.expr() as value, attr="format" | "join")):
            return [value]
        case _:
            return []


def assignments(module: ast.Module) -> dict[str, list[ast.expr]]:
    given: dict[str, list[ast.expr]] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                given.setdefault(name_of(target), []).append(node.value)
        elif isinstance(node, ast.NamedExpr | ast.AnnAssign) and node.value is not None:
            given.setdefault(name_of(node.target), []).append(node.value)
    return given


def past_gettext(module: ast.Module) -> Iterator[tuple[int, list[str]]]:
    """Lines of a module with texts that no catalog can change, and the words there."""
    assigned = assignments(module)
    for text in shown_texts(module):
        if words := words_past_gettext(text, assigned):
            yield text.lineno, words


def test_no_message_is_written_past_gettext() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {' '.join(words)}"
        for path, module in modules().items()
        for line, words in past_gettext(module)
    ]

    assert found == []


def test_what_is_looked_up_is_what_catalogs_are_made_from() -> None:
    """xgettext reads literals; a text that is filled in before it is looked up is in no catalog."""
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}: {ast.unparse(call)}"
        for path, module in modules().items()
        for call in ast.walk(module)
        if isinstance(call, ast.Call) and name_of(call.func) in GETTEXT
        if not isinstance(call.args[0], ast.Constant | ast.Name | ast.Subscript)
    ]

    assert found == []


def placeholders_that_differ(module: ast.Module) -> Iterator[tuple[int, set[str]]]:
    """
    Lines where a text is filled in with other names than those it has, and these names.

    A form of a plural may do without some of the names.
    """
    for node in ast.walk(module):
        match node:
            case ast.BinOp(left=ast.Call(func=func, args=args), op=ast.Mod(), right=ast.Dict(keys=keys)):
                pass
            case _:
                continue
        texts = [arg.value for arg in args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if name_of(func) not in GETTEXT or not texts or not all(isinstance(key, ast.Constant) for key in keys):
            continue
        wanted = {name for text in texts for name in PLACEHOLDER.findall(text)}
        if differing := wanted ^ {str(key.value) for key in keys if isinstance(key, ast.Constant)}:
            yield node.lineno, differing


def test_texts_are_filled_in_with_the_names_that_they_have() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {', '.join(sorted(names))}"
        for path, module in modules().items()
        for line, names in placeholders_that_differ(module)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("_('%(a)s of 100%% is %(b)d.') % {'a': 1, 'b': 2}", set()),
        ("_('%(a)s is wrong.') % {'b': 1}", {"a", "b"}),
        ("site_language.gettext('%(a)s is wrong.') % {}", {"a"}),
        ("_('Wrong.') % {'a': 1}", {"a"}),
        ("ngettext('One block', '%(n)d blocks', n) % {'n': n}", set()),
        ("ngettext('One %(kind)s', '%(n)d blocks', n) % {'n': n}", {"kind"}),
        ("_('%(a)s is wrong.') % names", set()),
    ],
)
def test_the_check_of_names(source: str, names: set[str]) -> None:
    assert {name for _line, found in placeholders_that_differ(ast.parse(source)) for name in found} == names


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("raise InvalidInputError(_('Wrong.'))", []),
        ("raise InvalidInputError(_('%(a)s is wrong.') % {'a': 'text'})", []),
        ("raise InvalidInputError(error.message)", []),
        ("raise InvalidInputError(f'{name}: {error}')", []),
        ("raise InvalidInputError('Wrong.')", ["Wrong."]),
        ("raise InvalidInputError(message='Wrong.')", ["Wrong."]),
        ("raise InvalidInputError(f'{name} is wrong.')", [" is wrong."]),
        ("raise InvalidInputError('%s is wrong.' % name)", ["%s is wrong."]),
        ("raise InvalidInputError('{} is wrong.'.format(name))", ["{} is wrong."]),
        ("raise InvalidInputError(_('Wrong.') if new else 'Bad.')", ["Bad."]),
        ("text = 'Wrong.'\nraise InvalidInputError(text)", ["Wrong."]),
        ("raise serializers.ValidationError({'slug': ['Wrong.']})", ["Wrong."]),
        ("messages.error(request, 'Wrong.')", ["Wrong."]),
        ("class NoBackup(NotFound):\n    default_detail = 'Gone.'", ["Gone."]),
        ("class LinkError(InvalidInputError):\n    def __init__(self):\n        super().__init__('Bad.')", ["Bad."]),
        ("@admin.action(description='Do it')\ndef do_it(): ...", ["Do it"]),
        ("class RoleForm(forms.Form):\n    role = forms.ChoiceField(label='Role')", ["Role"]),
        ("class StateFilter(admin.SimpleListFilter):\n    title = 'state'", ["state"]),
        ("class Site(admin.AdminSite):\n    site_header = f'{NAME} administration'", [" administration"]),
        ("raise ValueError('a mistake of a programmer')", []),
    ],
)
def test_the_check_itself(source: str, words: list[str]) -> None:
    module = ast.parse(source)

    assert [word for _line, found in past_gettext(module) for word in found] == words


@pytest.mark.parametrize("path", files(".html"), ids=lambda path: path.name)
def test_no_word_of_a_template_is_written_past_gettext(path: Path) -> None:
    source = LANGUAGE_TAGS.sub("", path.read_text())
    attributes = ["".join(value) for value in SHOWN_ATTRIBUTES.findall(source)]
    texts = [*re.sub(r"<[^>]*>", "\n", source).splitlines(), *attributes]

    assert [text for text in texts if WORDS.search(text)] == []


@pytest.fixture
def _german(tmp_path: Path, settings: Any) -> None:
    texts = {
        'The "%(block_type)s" XBlock is not installed on this site.': "Diese Seite hat keinen XBlock „%(block_type)s“.",
        "%(path)s has a DOCTYPE, which OLX must not have: remove that line.": "%(path)s hat einen DOCTYPE: entfernen.",
        "The OLX": "Das OLX",
        "Nobody is found.": "Niemand gefunden.",
    }
    add_catalog(settings, tmp_path, "de", texts)


@pytest.mark.parametrize(
    ("languages", "answer"),
    [
        ("de", {"block_type": "Diese Seite hat keinen XBlock „nonsense“."}),
        ("de-CH, en;q=0.5", {"block_type": "Diese Seite hat keinen XBlock „nonsense“."}),
        ("en", {"block_type": 'The "nonsense" XBlock is not installed on this site.'}),
        (None, {"block_type": 'The "nonsense" XBlock is not installed on this site.'}),
    ],
)
@pytest.mark.usefixtures("_german")
def test_an_error_is_told_in_the_language_of_the_client(
    library: ContentLibrary, author: User, api_client: ClientFactory, languages: str | None, answer: object
) -> None:
    headers = {"Accept-Language": languages} if languages else {}

    response = api_client(author).post(
        f"/api/libraries/v2/{library.library_key}/blocks/",
        {"block_type": "nonsense", "definition_id": "n1"},
        format="json",
        headers=headers,
    )

    assert (response.status_code, response.json()) == (400, answer)


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("de", ["Das OLX hat einen DOCTYPE: entfernen."]),
        ("en", ["The OLX has a DOCTYPE, which OLX must not have: remove that line."]),
    ],
)
@pytest.mark.usefixtures("_german")
def test_the_room_without_django_speaks_the_language_of_the_client_too(
    library: ContentLibrary, author: User, api_client: ClientFactory, language: str, answer: object
) -> None:
    client = api_client(author)
    body = {"block_type": "problem", "definition_id": "p1"}
    client.post(f"/api/libraries/v2/{library.library_key}/blocks/", body, format="json")
    key = f"lb:{library.org.short_name}:{library.slug}:problem:p1"

    response = client.post(
        f"/api/libraries/v2/blocks/{key}/olx/",
        {"olx": "<!DOCTYPE problem><problem/>"},
        format="json",
        headers={"Accept-Language": language},
    )

    assert (response.status_code, response.json()) == (400, answer)


@pytest.mark.parametrize(("language", "text"), [("de", "Niemand gefunden."), ("en", "Nobody is found.")])
@pytest.mark.usefixtures("_german")
def test_the_admin_speaks_the_language_of_the_operator(
    staff: User, api_client: ClientFactory, language: str, text: str
) -> None:
    client = api_client()
    client.force_login(staff)
    address = "/admin/content_libraries/contentlibrarypermission/?q=nobody"

    page = client.get(address, headers={"Accept-Language": language})

    assert text in page.content.decode()
