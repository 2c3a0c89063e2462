"""The catalogs that come with the code: complete, well-formed, compiled, and what the site answers from."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import global_settings
from django.contrib.admin import ModelAdmin, autodiscover, site
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.models import User
from django.core.exceptions import FieldDoesNotExist
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import ngettext
from django.utils.translation.template import templatize
from rest_framework.test import APIClient

from content_libraries.libraries.models import ContentLibrary

from .conftest import ClientFactory

type Text = tuple[str | None, str | tuple[str, ...]]
"""A text as catalogs know it: its context, and what it says, or the forms of its plural."""

ROOT: Final = Path(__file__).resolve().parents[1]
PACKAGES: Final = ("content_libraries", "studio")
CATALOGS: Final = sorted(path for package in PACKAGES for path in (ROOT / package).glob("locale/*/LC_MESSAGES/*.mo"))
# What makemessages tells xgettext; its program is not needed here.
KEYWORDS: Final[dict[str, Any]] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
KEPT: Final = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{\w+\}|</?\w[^>]*>")
"""What a translation keeps as it is: places to fill in, and markup."""


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """Leave the language of the process as it was: the middleware of a request keeps its language active."""
    with translation.override(translation.get_language()):
        yield


def texts_of(package: Path) -> set[Text]:
    """The texts that makemessages finds."""
    return {
        (context, text)
        for path in package.rglob("*")
        if (source := python_of(path)) is not None
        for _line, text, _comments, context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS)
    }


def python_of(path: Path) -> str | None:
    """What looks up texts in a file, as Python that an extractor reads; None if no texts are looked for there."""
    if path.suffix == ".py":
        return path.read_text()
    if path.suffix in (".html", ".txt"):
        return "\n".join(line.strip() for line in templatize(path.read_text()).splitlines())
    return None


def catalog(compiled: Path) -> Catalog:
    with compiled.with_suffix(".po").open("rb") as file:
        return read_po(file)


def messages(compiled: Path) -> Iterator[Message]:
    """The messages of a catalog, without its head."""
    return (message for message in catalog(compiled) if message.id)


def forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def each_catalog(**parameters: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "path", CATALOGS, ids=lambda path: f"{path.parts[-5]}-{path.parts[-3]}", **parameters
    )


def test_each_language_of_the_site_has_its_catalogs(settings: Any) -> None:
    present = {(path.parts[-5], path.parts[-3]) for path in CATALOGS}
    assert present == {(package, code) for package in PACKAGES for code, _name in settings.LANGUAGES if code != "en"}


@each_catalog()
def test_a_catalog_has_the_texts_of_the_code_and_no_others(path: Path) -> None:
    found, known = texts_of(path.parents[3]), {(message.context, message.id) for message in messages(path)}
    advice = "make extract_translations, translate what is new, make compile_translations"
    assert (found - known, known - found) == (set(), set()), advice


@each_catalog()
def test_every_text_is_translated_and_no_translation_is_a_guess(path: Path) -> None:
    left = [message.id for message in messages(path) if message.fuzzy or not all(forms(message.string))]
    assert left == []
    assert not catalog(path).fuzzy


@each_catalog()
def test_translations_keep_the_names_and_the_markup_of_the_text(path: Path) -> None:
    read = catalog(path)
    found = []
    for message in messages(path):
        texts, translations = forms(message.id), forms(message.string)
        wanted = [Counter(KEPT.findall(text)) for text in texts]
        assert len(translations) == (1 if len(texts) == 1 else read.num_plurals)
        if [Counter(KEPT.findall(text)) for text in translations] != wanted + wanted[-1:] * (
            len(translations) - len(wanted)
        ):
            found.append((message.id, translations))
    assert found == []


@each_catalog()
def test_translations_end_as_the_text_does(path: Path) -> None:
    """A sentence stays one; what is filled into others gets no period."""
    found = [
        (text, translated)
        for message in messages(path)
        for text, translated in zip(forms(message.id), forms(message.string), strict=False)
        if any(text.endswith(end) != translated.endswith(end) for end in (".", ":", "…", "?"))
        or text[:1].isspace() != translated[:1].isspace()
        or (text[:1].isupper() and translated[:1].islower())
    ]
    assert found == []


@each_catalog()
def test_what_the_site_reads_is_compiled_from_what_translators_write(path: Path) -> None:
    with path.open("rb") as file:
        compiled = {forms(message.id): forms(message.string) for message in read_mo(file) if message.id}
    written = {forms(message.id): forms(message.string) for message in messages(path)}
    assert compiled == written, "make compile_translations"


@each_catalog()
def test_catalogs_have_no_date_that_changes_with_each_extraction(path: Path) -> None:
    assert "POT-Creation-Date" not in path.with_suffix(".po").read_text()


SAID: Final = {
    "en": 'The "nonsense" XBlock is not installed on this site.',
    "es": "El XBlock “nonsense” no está instalado en este sitio.",
}


def ask(client: APIClient, library: ContentLibrary, asked: str | None) -> Any:
    """The answer to a request that is wrong."""
    return client.post(
        f"/api/libraries/v2/{library.library_key}/blocks/",
        {"block_type": "nonsense", "definition_id": "n1"},
        format="json",
        headers={"Accept-Language": asked} if asked else {},
    )


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("es", "es"),
        ("es-419,es;q=0.9,en;q=0.8", "es"),
        ("es-MX", "es"),
        ("fr,es;q=0.5", "es"),
        ("en", "en"),
        ("fr", "en"),
        ("de-CH,pt;q=0.5", "en"),
        (None, "en"),
    ],
)
def test_an_answer_is_in_the_language_that_it_names(
    library: ContentLibrary, author: User, api_client: ClientFactory, asked: str | None, language: str
) -> None:
    answer = ask(api_client(author), library, asked)
    assert (answer.status_code, answer.json()) == (400, {"block_type": SAID[language]})
    assert answer["Content-Language"] == language
    assert "Accept-Language" in answer["Vary"]


@pytest.mark.usefixtures("library")
def test_pages_are_in_the_language_that_they_name(client: Client, staff: User) -> None:
    page = client.get("/login", headers={"Accept-Language": "es"})
    assert page["Content-Language"] == "es"
    assert '<html lang="es"' in page.content.decode()
    assert "Iniciar sesión" in page.content.decode()
    client.force_login(staff)
    admin = client.get("/admin/content_libraries/contentlibrary/", headers={"Accept-Language": "es"})
    assert admin["Content-Language"] == "es"
    assert "Administración de Studio" in admin.content.decode()
    assert "Cambios sin publicar" in admin.content.decode()


def test_a_host_with_all_languages_of_django_says_regional_spanish(
    library: ContentLibrary, author: User, api_client: ClientFactory, settings: Any
) -> None:
    """Hosts set nothing: Django finds the catalog in the app, and falls back from the region to the language."""
    settings.LANGUAGES = global_settings.LANGUAGES
    answer = ask(api_client(author), library, "es-mx")
    assert answer["Content-Language"] == "es-mx"
    assert answer.json() == {"block_type": SAID["es"]}


@pytest.mark.parametrize(("asked", "language"), [("en", "en"), ("es", "es"), ("fr", "es"), (None, "es")])
def test_a_site_can_be_spanish(
    library: ContentLibrary,
    author: User,
    api_client: ClientFactory,
    settings: Any,
    asked: str | None,
    language: str,
) -> None:
    settings.LANGUAGE_CODE = "es"
    answer = ask(api_client(author), library, asked)
    assert answer["Content-Language"] == language
    assert answer.json() == {"block_type": SAID[language]}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/api/schema/", "`CC:4.0:BY` - Creative Commons Attribution\n"),
        ("/api-docs/", "<title>Content libraries"),
        ("/api-docs/reference/", "<title>Content libraries"),
    ],
)
def test_the_description_of_the_api_is_in_english_and_says_so(client: Client, path: str, said: str) -> None:
    answer = client.get(path, headers={"Accept-Language": "es"})
    assert (answer.status_code, answer["Content-Language"]) == (200, "en")
    assert said in answer.content.decode()


@pytest.mark.parametrize(("count", "said"), [(1, "1 unidad"), (2, "2 unidades"), (1_000_000, "1000000 unidades")])
def test_numbers_have_the_form_that_goes_with_them(count: int, said: str) -> None:
    with translation.override("es"):
        assert ngettext("%(count)d unit", "%(count)d units", count) % {"count": count} == said


def shown_fields(model_admin: BaseModelAdmin[Any], request: HttpRequest) -> Iterator[Any]:
    """What the list and the page of a model show: its name, its fields, and methods of both."""
    model = model_admin.model
    # Without a plural of its own, Django puts an s behind the translated name.
    yield from ((name, model._meta.original_attrs.get(name)) for name in ("verbose_name", "verbose_name_plural"))
    names: list[Any] = [
        name for of in (None, model()) for name in flatten_fieldsets(model_admin.get_fieldsets(request, of))
    ]
    if isinstance(model_admin, ModelAdmin):
        names += [*model_admin.get_list_display(request), *model_admin.get_list_filter(request)]
    for name in names:
        if not isinstance(name, str) or name == "__str__" or name in model_admin.form.declared_fields:
            continue  # fields of forms, filters and columns that are functions have texts of their own
        try:
            yield name, model._meta.get_field(name).verbose_name
        except FieldDoesNotExist:
            if method := getattr(model_admin, name, None) or getattr(model, name, None):
                yield name, getattr(method, "short_description", None)  # else it is a field of the form


def test_the_admin_names_nothing_in_english_only(rf: RequestFactory, staff: User) -> None:
    """Names that Django makes of those in the code are in no catalog."""
    autodiscover()
    request = rf.get("/")
    request.user = staff
    ours = [of for model, of in site._registry.items() if model.__module__.partition(".")[0] in PACKAGES]
    inlines = [inline for model_admin in ours for inline in model_admin.get_inline_instances(request)]
    found = {
        f"{model_admin.model.__name__}.{name}"
        for model_admin in [*ours, *inlines]
        for name, said in shown_fields(model_admin, request)
        if not isinstance(said, Promise)
    }
    assert len(ours) > 15
    assert found == set()
