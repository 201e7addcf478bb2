"""What ``promptctl.toml`` says: branches, environments in their order, providers, defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from promptctl.core.files import schema
from promptctl.core.files.document import Document
from promptctl.core.name import branch_fault, check_environment
from promptctl.core.suggestion import suggest
from promptctl.errors import UsageError

MALFORMED, UNKNOWN_ENVIRONMENT = "PC007", "PC004"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A place that applications load from. ``gate`` is "recorded", "rerun" or None for no gate; ``rollout`` is the
    table of what rollouts there do unless they are told otherwise."""

    name: str
    after: str | None = None
    gate: str | None = "recorded"
    approvals: int = 0
    approvals_signed: bool = True
    from_ci: bool = False
    rollout: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Names that are None are found out from Git; ``providers``, ``models``, ``events``, ``cache``, ``budgets`` and
    ``quality`` are the tables as written.

    ``embeddings`` is the model that embeds texts for ``similar``; ``fallback`` lets other providers answer in evals.

    ``required`` are fields that every prompt has, ``ignored`` the rules that lint leaves out, ``code`` where an
    application uses prompts.
    """

    document: Document
    default_branch: str | None = None
    state: str | None = None
    remote: str | None = None
    release_branches: tuple[str, ...] = ()
    model: str = "echo:echo"
    embeddings: str | None = None
    fallback: bool = False
    required: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    environments: Mapping[str, Environment] = field(default_factory=dict)
    providers: Mapping[str, Any] = field(default_factory=dict)
    models: Mapping[str, Any] = field(default_factory=dict)
    events: Mapping[str, Any] = field(default_factory=dict)
    cache: Mapping[str, Any] = field(default_factory=dict)
    budgets: Mapping[str, Any] = field(default_factory=dict)
    quality: Mapping[str, Any] = field(default_factory=dict)

    def environment(self, name: str) -> Environment:
        """The environment of that name. Raises UsageError with the nearest known name."""
        if name not in self.environments:
            known = list(self.environments)
            hint = suggest(name, known) or f"environments: {', '.join(known) or 'none'}, set in promptctl.toml"
            raise UsageError(UNKNOWN_ENVIRONMENT, f"there is no environment `{name}`", hint=hint)
        return self.environments[name]


def parse_settings(document: Document) -> Settings:
    """Settings from a parsed ``promptctl.toml``. Raises DocumentError with every problem."""
    schema.check(document, "settings")
    value = document.value
    repository = value.get("repository", {})
    _check_branches(document, repository)
    environments = {name: _environment(name, table) for name, table in value.get("environments", {}).items()}
    _check_order(document, environments)
    _check_rollouts(document, environments)
    _check_events(document, value.get("events", {}))
    _check_cache(document, value.get("cache", {}))
    return Settings(
        document=document,
        default_branch=repository.get("default_branch"),
        state=repository.get("state"),
        remote=repository.get("remote"),
        release_branches=tuple(repository.get("release_branches", ())),
        model=value.get("defaults", {}).get("model", "echo:echo"),
        embeddings=value.get("evals", {}).get("embeddings"),
        fallback=value.get("evals", {}).get("fallback", False),
        required=tuple(value.get("lint", {}).get("require", ())),
        ignored=tuple(value.get("lint", {}).get("ignore", ())),
        code=tuple(value.get("lint", {}).get("code", ())),
        environments=environments,
        providers=value.get("providers", {}),
        models=value.get("models", {}),
        events=value.get("events", {}),
        cache=value.get("cache", {}),
        budgets=value.get("budgets", {}),
        quality=value.get("quality", {}),
    )


def _check_branches(document: Document, repository: Mapping[str, Any]) -> None:
    for key in ("default_branch", "state"):
        fault = branch_fault(repository[key]) if key in repository else None
        if fault:
            raise document.error(
                MALFORMED, f"{repository[key]!r} cannot be a branch", ("repository", key), f"{fault}; example: main"
            )


def _check_events(document: Document, table: Mapping[str, Any]) -> None:
    if not table:
        return
    from promptctl.core.events.settings import event_settings

    for key in ("store", "keep"):
        try:
            event_settings({name: table[name] for name in table if name == key}, {})
        except UsageError as error:
            raise document.error(error.code, error.problem.message, ("events", key), error.hint) from None


def _check_cache(document: Document, table: Mapping[str, Any]) -> None:
    if not table:
        return
    from promptctl.core.caching.settings import cache_settings

    for key in table:
        try:
            cache_settings({key: table[key]}, {})
        except UsageError as error:
            raise document.error(error.code, error.problem.message, ("cache", key), error.hint) from None


def _check_rollouts(document: Document, environments: Mapping[str, Environment]) -> None:
    for name, table in ((it.name, it.rollout) for it in environments.values() if it.rollout):
        from promptctl.core.splits.rollout_settings import rollout_plan

        for key in table:
            try:
                rollout_plan({key: table[key]})
            except UsageError as error:
                path = ("environments", name, "rollout", key)
                raise document.error(error.code, error.problem.message, path, error.hint) from None


def _environment(name: str, table: Mapping[str, Any]) -> Environment:
    check_environment(name)
    return Environment(
        name=name,
        after=table.get("after"),
        gate=table.get("gate", "recorded") or None,
        approvals=table.get("approvals", 0),
        approvals_signed=table.get("approvals_signed", True),
        from_ci=table.get("from", "anywhere") == "ci",
        rollout=table.get("rollout", {}),
    )


def _check_order(document: Document, environments: Mapping[str, Environment]) -> None:
    """Raises DocumentError for an environment after one that is not there, then for those that go round in a circle."""
    for name, environment in environments.items():
        path = ("environments", name, "after")
        if environment.after is not None and environment.after not in environments:
            hint = suggest(environment.after, list(environments))
            raise document.error(
                MALFORMED, f"`{name}` comes after `{environment.after}`, which is not defined", path, hint
            )
    for name, environment in environments.items():
        path = ("environments", name, "after")
        seen, step = {name}, environment.after
        while step is not None:
            if step in seen:
                raise document.error(MALFORMED, f"the environments follow each other in a circle: {name}, {step}", path)
            seen.add(step)
            step = environments[step].after
