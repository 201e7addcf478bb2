"""A bundle: one file with all that a running application needs of one environment, sealed by its digest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from promptctl.core.files import schema
from promptctl.core.files.document import Document, Path
from promptctl.core.files.strict_json import strict_json
from promptctl.core.models.request import compact_json
from promptctl.core.moves.pointer import Pointer, parse_served
from promptctl.core.prompts.canonical import form_digest
from promptctl.core.prompts.closure import Closure
from promptctl.core.prompts.from_canonical import closure_from_canonical
from promptctl.core.splits.split import parse_split
from promptctl.errors import DocumentError, Place, Problem, first_problems

FORMAT = 1
NO_BUNDLE, DAMAGED = "PC210", "PC211"
MAX_BYTES = 64 * 1024 * 1024
SETTINGS = ("providers", "models", "cache", "events", "quality")
"""The tables of promptctl.toml that applications need."""

_PREFIX = b"promptctl-bundle/v1\n"
_WHOLE = re.compile(rb'\{"format":1,"digest":"(sha256:[0-9a-f]{64})","content":(\{.*\})\}\n', re.DOTALL)

Serials = Mapping[str, tuple[str, int]]
"""By prompt the lineage and the highest serial that a reader has seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """``prompts`` are the pointers of the environment, ``forms`` the canonical forms of all they serve by digest.

    ``former`` leads from old names to those of today; ``settings`` are tables of promptctl.toml as written. ``commit``
    is the state branch's and ``time`` when it was made, ``policy`` the default branch's. Same commits, same bytes.
    ``quality`` has by prompt what is expected of every answer, as ``expectation_form`` spells it (``expect``), and the
    digest of each judge by the name it is written with (``judges``).
    """

    environment: str
    commit: str
    time: str
    policy: str
    prompts: Mapping[str, Pointer]
    former: Mapping[str, str]
    forms: Mapping[str, Mapping[str, Any]]
    settings: Mapping[str, Any]
    quality: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def to_bytes(self, spelled: Mapping[str, str] | None = None) -> bytes:
        """The file, names sorted. ``spelled`` are forms that are there as compact JSON, and stand beside the others."""
        texts = {digest: compact_json(form) for digest, form in self.forms.items()} | dict(spelled or {})
        head = {
            "environment": self.environment,
            "commit": self.commit,
            "time": self.time,
            "policy": self.policy,
            "prompts": {name: _written(self.prompts[name]) for name in sorted(self.prompts)},
            "former": {name: self.former[name] for name in sorted(self.former)},
        }
        settings = compact_json({table: self.settings[table] for table in SETTINGS if table in self.settings})
        forms = ",".join(f'"{digest}":{texts[digest]}' for digest in sorted(texts))
        expected = compact_json({name: self.quality[name] for name in sorted(self.quality)})
        quality = f',"quality":{expected}' if self.quality else ""
        content = f'{compact_json(head)[:-1]},"closures":{{{forms}}},"settings":{settings}{quality}}}'.encode()
        return f'{{"format":{FORMAT},"digest":"{_seal(content)}","content":'.encode() + content + b"}\n"

    @property
    def serials(self) -> dict[str, tuple[str, int]]:
        """Where each pointer stands."""
        return {name: (pointer.lineage, pointer.serial) for name, pointer in self.prompts.items()}


def _written(pointer: Pointer) -> dict[str, Any]:
    return {
        "lineage": pointer.lineage,
        "serial": pointer.serial,
        "served": pointer.served.to_dict(),
        "split": pointer.split.to_dict() if pointer.split else None,
        "previous": pointer.previous.to_dict() if pointer.previous else None,
    }


def _seal(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(_PREFIX + content).hexdigest()


def bundle_digest(data: bytes) -> str | None:
    """The digest that a bundle's bytes name and bear out; None for bytes that are no whole bundle.

    It is taken over the bytes as they stand, so that any changed byte is found.
    """
    found = _WHOLE.fullmatch(data)
    return found[1].decode() if found and found[1].decode() == _seal(found[2]) else None


def parse_bundle(data: bytes, file: str) -> Bundle:
    """The bundle that a file holds. Raises DocumentError with the place of what is malformed, damaged or missing."""
    if bundle_digest(data) is None:
        raise DocumentError((_unsealed(data, file),))
    try:
        value = strict_json(data.decode("utf-8"))
    except ValueError as error:
        place = Place(file, getattr(error, "lineno", None), getattr(error, "colno", None))
        raise DocumentError((Problem(NO_BUNDLE, f"{file} is no bundle: {error}", place),)) from None
    document = Document(file, value)
    schema.check(document, "bundle")
    if problems := first_problems(_contradictions(document)):
        raise DocumentError(problems)
    if value["content"]["settings"]:
        _check_settings(document)
    content = value["content"]
    return Bundle(
        environment=content["environment"],
        commit=content["commit"],
        time=content["time"],
        policy=content["policy"],
        prompts={name: _pointer(document, name, written) for name, written in content["prompts"].items()},
        former=content["former"],
        forms=content["closures"],
        settings=content["settings"],
        quality=content.get("quality", {}),
    )


def _unsealed(data: bytes, file: str) -> Problem:
    again = "promptctl bundle ENV -o FILE"
    if not data.startswith(b'{"format":'):
        return Problem(NO_BUNDLE, f"{file} is no bundle", Place(file, 1, 1), again)
    if not data.startswith(f'{{"format":{FORMAT},'.encode()):
        message = f"{file} has another format than {FORMAT}, the one that is known here"
        return Problem(NO_BUNDLE, message, Place(file, 1, 11), "update promptctl")
    if found := _WHOLE.fullmatch(data):
        message = f"{file} was changed: it says {found[1].decode()}, its content is {_seal(found[2])}"
        return Problem(DAMAGED, message, Place(file), again)
    return Problem(DAMAGED, f"{file} is not whole, or was changed", Place(file), again)


def _pointer(document: Document, name: str, written: Mapping[str, Any]) -> Pointer:
    return Pointer(
        prompt=name,
        lineage=written["lineage"],
        serial=written["serial"],
        served=parse_served(written["served"]),
        previous=parse_served(written["previous"]) if written["previous"] else None,
        split=parse_split(document, written["split"]) if written["split"] else None,
    )


def _check_settings(document: Document) -> None:
    """Raises DocumentError for tables of another form than those of promptctl.toml, for providers that it could not
    have either, and for models that serve nothing. A value that says nothing an application notes, and does without."""
    from promptctl.core.models.provider_table import SERVED, parse_providers

    tables = dict(document.value["content"]["settings"])
    models = dict(tables.get("models", {}))
    path: Path = ("content", "settings", "models", SERVED)
    missing = [problem for digest in models.pop(SERVED, ()) for problem in _missing(document, digest, path)]
    if missing:
        raise DocumentError(first_problems(missing))
    written = Document(document.file, {**tables, "models": models})
    schema.check(written, "settings")
    parse_providers(tables.get("providers", {}), written, models)


def _contradictions(document: Document) -> Iterator[Problem]:
    """What the schema cannot see: forms that have another digest, and digests that nothing has."""
    content = document.value["content"]
    forms = content["closures"]
    for digest, form in forms.items():
        path: Path = ("content", "closures", digest)
        if (actual := form_digest(form)) != digest:
            yield document.problem(DAMAGED, f"the closure called {digest} is {actual}", path)
        for step in form.get("steps", ()):
            yield from _missing(document, step["digest"], (*path, "steps"))
    for name, written in content["prompts"].items():
        split = written["split"]
        for served in (written["served"], written["previous"], *(split["arms"] if split else ())):
            if served:
                yield from _missing(document, served["digest"], ("content", "prompts", name))
    for name, expected in content.get("quality", {}).items():
        for digest in expected["judges"].values():
            yield from _missing(document, digest, ("content", "quality", name))
    for old, name in content["former"].items():
        if name not in content["prompts"]:
            yield document.problem(DAMAGED, f"`{old}` leads to `{name}`, which is not there", ("content", "former"))


def _missing(document: Document, digest: str, path: Path) -> Iterator[Problem]:
    if digest not in document.value["content"]["closures"]:
        yield document.problem(DAMAGED, f"the closure {digest} is not there", path)


def closures_of(bundle: Bundle) -> dict[str, Closure]:
    """Every closure of a checked bundle, by digest; the steps of chains are shared."""
    found: dict[str, Closure] = {}

    def build(digest: str) -> Closure:
        if digest not in found:
            form = bundle.forms[digest]
            for step in form.get("steps", ()):
                build(step["digest"])
            found[digest] = closure_from_canonical(form, found, digest)
        return found[digest]

    for digest in bundle.forms:
        build(digest)
    return found


def stepped_back(seen: Serials, serials: Serials) -> str | None:
    """The pointer that would go back to an earlier serial of its lineage, in words; None where none does.

    A rollback is a move forward; only an older file has a lower serial.
    """
    for name, (lineage, serial) in serials.items():
        known_lineage, known = seen.get(name, ("", 0))
        if lineage == known_lineage and serial < known:
            return f"{name} stands at serial {serial}, and {known} was seen before"
    return None
