"""A pointer: which release an environment serves for one prompt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from promptctl.core.files import schema
from promptctl.core.files.document import Document
from promptctl.core.releases.version import Version, version

if TYPE_CHECKING:
    from promptctl.core.splits.split import Split

FOLDER = "prompts/environments"
EXPERIMENTS = "prompts/experiments"
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
    """``lineage`` is set at the first promotion and stays; ``serial`` grows by one with every move.

    ``split`` says which versions share the traffic; ``served`` is then what calls without a unit get.
    """

    prompt: str
    lineage: str
    serial: int
    served: Served
    previous: Served | None = None
    split: Split | None = None

    @property
    def live(self) -> tuple[Served, ...]:
        """All that the environment serves for the prompt, each once."""
        arms = tuple(arm.served for arm in self.split.arms) if self.split else ()
        return tuple(dict.fromkeys((self.served, *arms)))

    def to_dict(self) -> dict[str, Any]:
        """The file's content, keys in the order people read them."""
        value = {"prompt": self.prompt, "lineage": self.lineage, "serial": self.serial, **self.served.to_dict()}
        value |= {"previous": self.previous.to_dict()} if self.previous else {}
        return value | ({"split": self.split.to_dict()} if self.split else {})


def parse_pointer(document: Document, prompt: str) -> Pointer:
    """The pointer of a prompt that a document holds. Raises DocumentError, also for another prompt's pointer."""
    schema.check(document, "pointer")
    value = document.value
    if value["prompt"] != prompt:
        raise document.error(FOREIGN, f"this pointer belongs to {value['prompt']}, not to {prompt}", ("prompt",))
    return Pointer(
        prompt=value["prompt"],
        lineage=value["lineage"],
        serial=value["serial"],
        served=parse_served(value),
        previous=parse_served(value["previous"]) if "previous" in value else None,
        split=_split(document),
    )


def parse_served(written: Mapping[str, Any]) -> Served:
    """A version and its digest as files have them, already checked."""
    return Served(version(written["version"]), written["digest"])


def _split(document: Document) -> Split | None:
    if "split" not in document.value:
        return None
    from promptctl.core.splits.split import parse_split

    return parse_split(document, document.value["split"])


def is_decided(path: str) -> bool:
    """Whether a file of the state branch says what is decided, so that two writers of it may not pass each other by;
    evidence, which is named by its content, is not such a file."""
    return path.startswith((f"{FOLDER}/", f"{EXPERIMENTS}/"))


def pointer_path(environment: str, prompt: str) -> str:
    """Where the pointer of a prompt stands."""
    return f"{FOLDER}/{environment}/{prompt}.yaml"


def moves_path(environment: str, prompt: str) -> str:
    """Where the moves of a prompt's pointer stand."""
    return f"{FOLDER}/{environment}/{prompt}.moves.jsonl"


def environment_of(path: str) -> str | None:
    """The environment that a file of the state branch belongs to; None for what belongs to none."""
    below = path.removeprefix(f"{FOLDER}/")
    return below.partition("/")[0] if below != path else None


def freeze_path(environment: str) -> str:
    """Where the freeze of an environment stands."""
    return f"{FOLDER}/{environment}/_freeze.yaml"
