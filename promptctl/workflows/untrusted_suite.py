"""A stranger's own suite beside the base's: where it asks for less, and what of it would judge from then on."""

from __future__ import annotations

from dataclasses import dataclass

from promptctl.adapters.project import Project
from promptctl.adapters.suites import LoadedSuite, load_suite
from promptctl.core.evals.weakening import weakened
from promptctl.core.prompts.canonical import digest
from promptctl.errors import PromptctlError


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSuite:
    """``less`` are sentences about what it lacks, ``unrun`` names code and judges that are not the base's."""

    less: tuple[str, ...] = ()
    unrun: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """The same for those who ask for a verdict alone."""
        more = f" (and {len(self.less) - 1} more)" if len(self.less) > 1 else ""
        less = (f"the change's own suite asks for less: {self.less[0]}{more}",) if self.less else ()
        return (*less, *((f"{', '.join(self.unrun)} would judge from now on, and was not run",) if self.unrun else ()))


NOTHING = OwnSuite()


def own_suite(work: Project, name: str, trusted: LoadedSuite | None) -> OwnSuite:
    """What to say of the suite of a prompt in the work tree; one that cannot be read is lint's to refuse."""
    try:
        own = load_suite(work, name)
    except PromptctlError:
        return NOTHING
    if own is None:
        return OwnSuite(less=("the suite is taken away",) if trusted else ())
    known = _code(trusted) if trusted else {}
    unrun = tuple(file for file, content in _code(own).items() if known.get(file) != content)
    return OwnSuite(less=weakened(own.suite, trusted.suite) if trusted else (), unrun=unrun)


def _code(loaded: LoadedSuite) -> dict[str, str | bytes]:
    """What judges answers beside the suite's own words: modules, programs and judges, by what they are called."""
    modules = {f"{module.replace('.', '/')}.py": source.text for module, source in loaded.sources.items()}
    judges = {f"the judge {name}": digest(closure) for name, closure in loaded.judges.items()}
    return {**modules, **loaded.programs, **judges}
