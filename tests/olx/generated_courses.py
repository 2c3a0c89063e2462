"""Courses that hypothesis draws: everything that OLX allows, spelled in every way that means the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

NAMES = ["p", "é", "ж", "日本", "x.y", "a:b", "A-1_z"]
LEVELS = ["chapter", "sequential", "vertical", "split_test"]
SETTINGS = ["display_name", "weight", "due", "xblock-family", "data", "xml:lang"]

XML_CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
VALUES = st.text(XML_CHARACTERS | st.sampled_from("\"'<>&\n\r\t ]"), max_size=20)
ATTRIBUTES = st.dictionaries(st.sampled_from(SETTINGS), VALUES, max_size=3)
BODY_PARTS = [
    "<p>",
    "]]>",
    "<![CDATA[",
    "&amp;",
    "&",
    "<",
    "\r\n",
    "\ufeff",
    "\x0b",
    "\x00",
    "\uffff",
    " ",
    "é",
    "😀",
]
BODIES = st.lists(st.sampled_from(BODY_PARTS) | st.text(max_size=5), max_size=8).map("".join)
MARKUP = ["<p a='>'>x</p>", "<![CDATA[ ]] > <problem url_name='no'/> ]]>", "é &amp; ]]&gt; 😀", "<!-- x -->"]
NOISE = ["", "\n  ", "<!-- <problem url_name='no'/> -->", "<?pi x='>'?>", "<wiki slug='w'/>", "text"]


@dataclass
class Spec:
    """What a block should be read as."""

    tag: str
    url_name: str
    attributes: dict[str, str]
    body: str | None = None
    children: list[Spec] = field(default_factory=list)


class CourseWriter:
    """Draws blocks and collects the files that say them."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.files: dict[str, bytes] = {}
        self.folder = ""
        self.published: list[tuple[str, Spec]] = []
        """Pointers that may be used again under another parent."""
        self.overridden: set[str] = set()
        """Blocks whose pointers have settings. Studio writes no such pointer, so none leads to a draft."""
        self._names = 0

    def spec(self, tag: str) -> Spec:
        self._names += 1
        return Spec(tag, f"{self.draw(st.sampled_from(NAMES))}{self._names}", self.draw(ATTRIBUTES))

    def course(self) -> Spec:
        root = Spec("course", "R", self.draw(ATTRIBUTES))
        content = self.content(root, 0)
        self.put(root, self.element("course", root.attributes, content))
        self.files["course.xml"] = b'<course url_name="R" org="O" course="C"/>'
        self.files["static/\u00fc x.bin"] = self.draw(st.binary(max_size=20))
        self.files["policies/R/policy.json"] = b'{"course/R": {"n": [1.5, null, "\\ud83d"]}}'
        self.folder = "drafts/"
        for _ in range(self.draw(st.integers(0, 2))):
            self.draft_unit()
            self.draft_of_published()
        return root

    def draft_unit(self) -> None:
        """Put a draft unit in some subsection, with children of its own or published ones."""
        subsections = [spec.url_name for _, spec in self.published if spec.tag == "sequential"]
        parent = f"i4x://O/C/sequential/{self.draw(st.sampled_from([*subsections, 'gone']))}"
        spec = self.spec("vertical")
        content = self.content(spec, len(LEVELS))
        place = {"parent_url": parent, "index_in_children_list": str(self.draw(st.integers(0, 4)))}
        self.put(spec, self.element("vertical", {**place, **spec.attributes}, content))

    def draft_of_published(self) -> None:
        leaves = [spec for _, spec in self.published if spec.tag not in LEVELS and spec.url_name not in self.overridden]
        if leaves:
            published = self.draw(st.sampled_from(leaves))
            self.put(published, self.element(published.tag, self.draw(ATTRIBUTES), None))

    def content(self, parent: Spec, level: int) -> str:
        """Draw the children of a container and return what stands between its tags."""
        parts = []
        for _ in range(self.draw(st.integers(0, 3))):
            text, child = self.child(level)
            if child not in parent.children:
                parent.children.append(child)
                parts += [self.draw(st.sampled_from(NOISE)), text]
        return "".join([*parts, self.draw(st.sampled_from(NOISE))])

    def child(self, level: int) -> tuple[str, Spec]:
        leaves = [item for item in self.published if item[1].tag not in LEVELS]
        kinds = ["leaf", *(["again"] if leaves else []), *(["container"] * 3 if level < len(LEVELS) else [])]
        kind = self.draw(st.sampled_from(kinds))
        if kind == "again":
            return self.draw(st.sampled_from(leaves))
        if kind == "container":
            spec = self.spec(LEVELS[level])
            return self.placed(spec, self.content(spec, level + 1)), spec
        spec = self.spec(self.draw(st.sampled_from(["html", "problem", "video", "poll", "my_block"])))
        if spec.tag == "html":
            return self.html(spec), spec
        return self.placed(spec, None if spec.tag == "poll" else self.draw(st.sampled_from(MARKUP))), spec

    def html(self, spec: Spec) -> str:
        spec.body = self.draw(BODIES)
        if self.draw(st.booleans()):
            marked = spec.body.startswith("\ufeff") or self.draw(st.booleans())
            path = f"{self.folder}html/{spec.url_name.replace(':', '/')}.html"
            self.files[path] = (b"\xef\xbb\xbf" if marked else b"") + spec.body.encode()
            return self.placed(spec, None, filename=spec.url_name.rpartition(":")[2])
        spec.body = "".join(part for part in spec.body if part in "\t\n" or part.isprintable())
        if self.draw(st.booleans()):
            return self.placed(spec, escape(spec.body))
        return self.placed(spec, f"<![CDATA[{spec.body.replace(']]>', ']]]]><![CDATA[>')}]]>")

    def placed(self, spec: Spec, content: str | None, filename: str = "") -> str:
        """Return what stands in the parent: the block itself, or a pointer, which may override settings."""
        if not filename and self.draw(st.booleans()):
            spec.attributes["inline"] = "yes"
            return self.element(spec.tag, {"url_name": spec.url_name, **spec.attributes}, content)
        own = {**spec.attributes, **({"filename": filename} if filename else {})}
        self.put(spec, self.element(spec.tag, own, content))
        overrides = {} if self.folder else self.draw(st.just({}) | ATTRIBUTES)
        spec.attributes |= overrides
        pointer = self.element(spec.tag, {**overrides, "url_name": spec.url_name}, None)
        if not self.folder:
            self.published.append((pointer, spec))
            self.overridden |= {spec.url_name} if overrides else set()
        return pointer

    def put(self, spec: Spec, text: str) -> None:
        before = self.draw(st.sampled_from(["", "\ufeff", "<?xml version='1.0' encoding='UTF-8'?>\n", "<!-- x -->\n"]))
        after = self.draw(st.sampled_from(["", "\n", "<!-- end -->"]))
        path = f"{self.folder}{spec.tag}/{spec.url_name.replace(':', '/')}.xml"
        self.files[path] = f"{before}{text}{after}".encode()

    def element(self, tag: str, attributes: dict[str, str], content: str | None) -> str:
        space = self.draw(st.sampled_from([" ", "\n\t", "  "]))
        entities = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
        start = "".join(f"{space}{name}={quoteattr(value, entities)}" for name, value in attributes.items())
        end = self.draw(st.sampled_from(["", " ", "\n"]))
        if content is None and self.draw(st.booleans()):
            return f"<{tag}{start}{end}/>"
        return f"<{tag}{start}{end}>{content or ''}</{tag}{end}>"


@st.composite
def courses(draw: st.DrawFn) -> tuple[Spec, dict[str, bytes]]:
    """Draw a course: what should be read, and the files to read it from."""
    writer = CourseWriter(draw)
    return writer.course(), writer.files
