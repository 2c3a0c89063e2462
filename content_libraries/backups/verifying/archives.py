"""Reads an archive: combines the records of its members, and compares them with each other and with the manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from ...translation import gettext as _
from ..format import names
from ..format.data import CONTAINER_CHILDREN, CollectionRecord, EntityRecord, MediaRecord, VersionRecord
from ..format.errors import BrokenArchiveError, Problem, ProblemCode
from .data import Archive, ArchiveReport
from .members import MAX_PROBLEMS, Members

_XBLOCKS: Final = "xblock.v1"
_BLOCK: Final = "block.xml"


def read_archive(path: Path, *, after_each: Callable[[], None] = lambda: None) -> Archive:
    """
    Read an archive, of this app or of openedx-core, without the bytes of its files.

    Args:
        after_each: is called after each member.

    Raises BrokenArchiveError, with all problems that were found.
    """
    members = Members()
    members.read(path, after_each)
    check = _Check(members, list(members.problems))
    if members.is_complete:
        check.run()
    if check.problems or members.package is None:
        raise BrokenArchiveError(check.problems[:MAX_PROBLEMS])
    return Archive(
        package=members.package,
        entities=check.entities,
        collections=tuple(check.collections),
        files=members.files,
        tags=tuple(members.tags),
        taxonomies=members.taxonomies,
        roles=members.roles,
        change_sets=members.logs,
        has_manifest=members.listed is not None,
        notes=tuple(check.notes),
    )


def verify_archive(path: Path, *, after_each: Callable[[], None] = lambda: None) -> ArchiveReport:
    """Say whether an archive is whole and can be read, and what it holds."""
    try:
        return ArchiveReport(read_archive(path, after_each=after_each))
    except BrokenArchiveError as error:
        return ArchiveReport(None, error.problems)


@dataclass(slots=True)
class _Check:
    """
    The checks of an archive whose members have been read.

    Args:
        problems: reasons why the archive cannot be restored.
        notes: oddities that do not keep it from being restored.
    """

    members: Members
    problems: list[Problem]
    notes: list[str] = field(default_factory=list)
    entities: dict[str, EntityRecord] = field(default_factory=dict)
    tomls: dict[str, str] = field(default_factory=dict)
    collections: list[CollectionRecord] = field(default_factory=list)

    def run(self) -> None:
        """Do all checks."""
        if self.members.package is None and not self.problems:
            self._add(ProblemCode.NO_PACKAGE, names.PACKAGE, _("%(member)s: Missing learning package file."))
        self._compare_with_manifest()
        if self.problems:
            return  # members that refer to a broken member would look broken, too
        self._gather_entities()
        self._add_versions()
        self._check_folders()
        referred = set(self._check_entities())
        self._gather_collections()
        self._drop_stubs(referred)
        for member, reason in self.members.broken.items():
            if self.members.listed is None:
                self._add(ProblemCode.BROKEN_OLX, member, "%(member)s: %(reason)s", reason=reason)
            else:
                self.notes.append(f"{member}: {reason}")

    def _add(self, code: ProblemCode, member: str, text: str, **values: object) -> None:
        self.problems.append(Problem(code, member, text % {"member": member, **values}))

    def _compare_with_manifest(self) -> None:
        if self.members.listed is None:
            return
        listed = {record.name: record for record in self.members.listed}
        for name, (size, digest) in self.members.sums.items():
            if name == names.MANIFEST:
                continue
            record = listed.pop(name, None)
            if record is None:
                text = _("%(member)s is not in the manifest of the archive: it was added later.")
                self._add(ProblemCode.UNLISTED_MEMBER, name, text)
            elif (record.size, record.sha256) != (size, digest.hex()):
                text = _("%(member)s is not what was written: its size or its digest differs from the manifest.")
                self._add(ProblemCode.WRONG_DIGEST, name, text)
        for name in listed:
            self._add(ProblemCode.MISSING_MEMBER, name, _("%(member)s is in the manifest, and not in the archive."))

    def _gather_entities(self) -> None:
        folders = dict(self.members.folders)
        for member, entity in self.members.entities:
            if entity.key in self.entities:
                text = _("%(member)s has the same key as %(other)s: “%(key)s”.")
                other = self.tomls[entity.key]
                self._add(ProblemCode.DUPLICATE_KEY, member, text, other=other, key=entity.key)
                continue
            files = folders.pop(member.removesuffix(names.TOML), {})
            self.entities[entity.key] = entity if entity.is_container else _with_files(entity, files)
            self.tomls[entity.key] = member
            unknown = sorted(files.keys() - entity.versions.keys())
            if unknown:
                text = _("%(member)s does not describe these versions, which have files: %(versions)s.")
                self.notes.append(text % {"member": member, "versions": ", ".join(map(str, unknown))})
        self.members.folders = folders

    def _add_versions(self) -> None:
        """Add the versions that are neither drafts nor published versions."""
        more: dict[str, dict[int, VersionRecord]] = {}
        for key, version in self.members.more_versions:
            entity, added = self.entities.get(key), more.setdefault(key, {})
            if entity is None:
                text = _("%(member)s has a version of “%(key)s”, which the archive does not hold.")
                self._add(ProblemCode.MISSING_MEMBER, names.MORE_VERSIONS, text, key=key)
            elif version.version_num in entity.versions or version.version_num in added:
                text = _("%(member)s has version %(number)s of “%(key)s” a second time.")
                self._add(ProblemCode.DUPLICATE_KEY, names.MORE_VERSIONS, text, number=version.version_num, key=key)
            else:
                added[version.version_num] = version
        for key, versions in more.items():
            if versions and key in self.entities:
                entity = self.entities[key]
                everything = {**entity.versions, **versions}
                self.entities[key] = replace(entity, versions=dict(sorted(everything.items())))

    def _check_folders(self) -> None:
        for folder, files in self.members.folders.items():
            member = next(name for version in files.values() for _path, name in version)
            text = _("%(member)s belongs to no component: Missing component TOML file at %(toml)s.")
            self._add(ProblemCode.STRAY_MEMBER, member, text, toml=folder + names.TOML)

    def _check_entities(self) -> Iterator[str]:
        """Check all items. Yields the keys of their children."""
        for key, entity in self.entities.items():
            member = self.tomls[key]
            for number in entity.current:
                if number not in entity.versions:
                    text = _("%(member)s names version %(number)s, and does not describe it.")
                    self._add(ProblemCode.MISSING_VERSION, member, text, number=number)
            for version in entity.versions.values():
                if entity.is_container:
                    yield from self._check_children(member, entity, version)
                else:
                    self._check_media(member, entity, version)

    def _check_children(self, member: str, entity: EntityRecord, version: VersionRecord) -> Iterator[str]:
        for child in version.children:
            found = self.entities.get(child.key)
            values = {"child": child.key, "number": version.version_num}
            if found is None:
                text = _(
                    "%(member)s has the child “%(child)s” in version %(number)s, and the archive does not hold it."
                )
                self._add(ProblemCode.UNKNOWN_CHILD, member, text, **values)
                continue
            yield child.key
            wanted = CONTAINER_CHILDREN[entity.item_type]
            if (found.item_type if found.is_container else None) != wanted:
                text = _(
                    "%(member)s has the child “%(child)s” in version %(number)s: sections hold subsections,"
                    " subsections hold units, and units hold components."
                )
                self._add(ProblemCode.WRONG_CHILD, member, text, **values)
            elif child.pinned is not None and child.pinned not in found.versions:
                text = _(
                    "%(member)s shows version %(pinned)s of “%(child)s” in version %(number)s, and the archive does"
                    " not hold it."
                )
                self._add(ProblemCode.MISSING_VERSION, member, text, pinned=child.pinned, **values)

    def _check_media(self, member: str, entity: EntityRecord, version: VersionRecord) -> None:
        values: dict[str, object] = {"key": entity.key, "number": version.version_num}
        if entity.namespace == _XBLOCKS and all(medium.path != _BLOCK for medium in version.media):
            text = _("%(member)s describes version %(number)s of “%(key)s”, which has no block.xml.")
            self._add(ProblemCode.MISSING_OLX, member, text, **values)
        for medium in version.media:
            facts = self.members.files.get(medium.member)
            if facts is not None and medium.path == _BLOCK and not facts.is_text:
                self._add(ProblemCode.BROKEN_OLX, medium.member, _("%(member)s is OLX, and not in UTF-8."))
            if facts is None:
                text = _("%(member)s needs %(name)s for version %(number)s of “%(key)s”, and it is not in the archive.")
                self._add(ProblemCode.MISSING_MEMBER, member, text, name=medium.member, **values)

    def _gather_collections(self) -> None:
        codes: set[str] = set()
        for member, collection in self.members.collections:
            if collection.code in codes:
                text = _("%(member)s has the same key as another collection: “%(key)s”.")
                self._add(ProblemCode.DUPLICATE_KEY, member, text, key=collection.code)
                continue
            codes.add(collection.code)
            self.collections.append(collection)
            for key in collection.keys:
                if key not in self.entities:
                    text = _("%(member)s has the item “%(key)s”, which the archive does not hold.")
                    self._add(ProblemCode.UNKNOWN_MEMBER_OF_COLLECTION, member, text, key=key)

    def _drop_stubs(self, referred: set[str]) -> None:
        """
        Leave out items without versions, unless a container keeps a place for them.

        openedx-core writes deleted items like this, and there is nothing to restore of such items.
        """
        stubs = {key for key, entity in self.entities.items() if not entity.versions and key not in referred}
        if not stubs:
            return
        self.notes.append(_("Deleted items without content in the archive: %(count)s.") % {"count": len(stubs)})
        self.entities = {key: entity for key, entity in self.entities.items() if key not in stubs}
        self.collections = [
            replace(collection, keys=tuple(key for key in collection.keys if key not in stubs))
            for collection in self.collections
        ]


def _with_files(entity: EntityRecord, folders: Mapping[int, list[tuple[str, str]]]) -> EntityRecord:
    """Add the files in the folders of the versions, except for paths that the file about the component describes."""
    versions = {}
    for number, version in entity.versions.items():
        media = {path: MediaRecord(path, "", member) for path, member in folders.get(number, ())}
        media.update({medium.path: medium for medium in version.media})
        versions[number] = replace(version, media=tuple(sorted(media.values(), key=lambda medium: medium.path)))
    return replace(entity, versions=versions)
