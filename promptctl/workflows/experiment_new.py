"""``experiment new``: writes the draft of an experiment into the work tree."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.adapters.files import parse_yaml
from promptctl.adapters.new_files import write_new_files
from promptctl.adapters.repository import Repository, read_lock
from promptctl.adapters.state import read_state
from promptctl.core.experiments.draft import draft_text
from promptctl.core.experiments.experiment import Experiment
from promptctl.core.experiments.metric import metric_fault
from promptctl.core.experiments.plan import experiment_path
from promptctl.core.experiments.plan_parsing import UNFIT, parse_experiment
from promptctl.core.metrics import spelled
from promptctl.core.name import segment_fault
from promptctl.core.releases.reference import parse_reference
from promptctl.core.releases.version import Version
from promptctl.errors import StateError, UsageError
from promptctl.workflows.experiment_files import NOT_NOW
from promptctl.workflows.promotion import NOTHING_TO_PROMOTE
from promptctl.workflows.splitting import require_served


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What to try: versions of one prompt (NAME or NAME@VERSION) beside what an environment serves."""

    name: str
    references: tuple[str, ...]
    environment: str
    metric: str
    hypothesis: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """The draft, and whether it was written now."""

    experiment: Experiment
    written: bool


def new_experiment(repository: Repository, draft: Draft) -> Drafted:
    """Writes a draft. Raises UsageError for names and metrics that cannot be and for a file that is there, StateError
    where nothing is served or nothing else is released."""
    if fault := segment_fault(draft.name):
        raise UsageError("PC005", f"{draft.name!r} cannot name an experiment: {fault}", hint="example: triage-tone")
    if fault := metric_fault(draft.metric, None):
        raise UsageError(UNFIT, fault, hint=f"metrics: {spelled()}")
    repository.settings.environment(draft.environment)
    state = read_state(repository)
    if state.experiment(draft.name):
        message = f"there is an experiment {draft.name} on {state.branch} already"
        raise StateError(NOT_NOW, message, hint="give this one another name")
    prompt = _prompt(repository, draft)
    pointer = require_served(state.live(draft.environment, prompt), prompt, draft.environment)
    control = pointer.served.version
    versions = [control, *(_version(repository, text, control) for text in draft.references)]
    if twice := next((one for one in versions if versions.count(one) > 1), None):
        live = f"what {draft.environment} serves" if twice == control else "named twice"
        hint = f"promptctl history {prompt}"
        raise UsageError(UNFIT, f"{prompt} {twice} is {live}: an arm needs a version of its own", hint=hint)
    text = draft_text(draft.name, prompt, draft.environment, versions, draft.metric, draft.hypothesis)
    path = experiment_path(draft.name)
    experiment = parse_experiment(parse_yaml(text.encode(), path), draft.name)
    return Drafted(experiment=experiment, written=bool(write_new_files(repository.root, {path: text.encode()})))


def _prompt(repository: Repository, draft: Draft) -> str:
    """The one prompt that the references name. Raises UsageError."""
    names = list(dict.fromkeys(parse_reference(text).name for text in draft.references))
    if len(names) != 1:
        raise UsageError("PC001", f"an experiment is about one prompt, not about {', '.join(names)}")
    return names[0] if names[0] in read_lock(repository.policy).prompts else repository.work.find(names[0])


def _version(repository: Repository, text: str, control: Version) -> Version:
    """The version meant: the one named, else the lock's. Raises UsageError, StateError where it is live already."""
    reference = parse_reference(text)
    if reference.version:
        return reference.version
    entry = read_lock(repository.policy).prompts.get(reference.name)
    if reference.ref != "work" or entry is None or entry.version == control:
        message = f"which version of {reference.name} is to be tried beside {control}?"
        raise StateError(NOTHING_TO_PROMOTE, message, hint=f"name it: {reference.name}@VERSION")
    return entry.version
