"""A pointer: which release an environment serves for one prompt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from promptctl.core import schema
from promptctl.core.document import Document
from promptctl.core.version import Version, version

FOLDER = "prompts/environments"
FOREIGN = "PC117"


@dataclass(frozen=True, slots=True)
class Served:
    """A version and its digest."""

    version: Version
    digest: str

    def to_dict(self) -> dict[str, str]:
        return {"version": str(self.version), "digest": self.digest}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """``lineage`` is set at the first promotion and stays; ``serial`` grows by one with every move."""

    prompt: str
    lineage: str
    serial: int
    served: Served
    previous: Served | None = None

    def to_dict(self) -> dict[str, Any]:
        """The file's content, keys in the order people read them."""
        value = {"prompt": self.prompt, "lineage": self.lineage, "serial": self.serial, **self.served.to_dict()}
        return value | ({"previous": self.previous.to_dict()} if self.previous else {})


def parse_pointer(document: Document, prompt: str) -> Pointer:
    """The pointer of a prompt that a document holds. Raises DocumentError, also for another prompt's pointer."""
    schema.check(document, "pointer")
    value = document.value
    if value["prompt"] != prompt:
        raise document.error(FOREIGN, f"this pointer belongs to {value['prompt']}, not to {prompt}", ("prompt",))
    previous = value.get("previous")
    return Pointer(
        prompt=value["prompt"],
        lineage=value["lineage"],
        serial=value["serial"],
        served=Served(version(value["version"]), value["digest"]),
        previous=Served(version(previous["version"]), previous["digest"]) if previous else None,
    )


def pointer_path(environment: str, prompt: str) -> str:
    """Where the pointer of a prompt stands."""
    return f"{FOLDER}/{environment}/{prompt}.yaml"


def moves_path(environment: str, prompt: str) -> str:
    """Where the moves of a prompt's pointer stand."""
    return f"{FOLDER}/{environment}/{prompt}.moves.jsonl"


def freeze_path(environment: str) -> str:
    """Where the freeze of an environment stands."""
    return f"{FOLDER}/{environment}/_freeze.yaml"
