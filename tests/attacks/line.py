"""The line that is attacked: three releases with evidence, live in two environments; and the means to forge it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from promptctl.adapters.project import Project
from promptctl.adapters.work_tree import WorkTree
from promptctl.core.prompts.canonical import digest
from promptctl.core.releases.tag import message_text
from promptctl.core.releases.version import version
from tests.copying import kept_folder, packed
from tests.shipping import NAME, copied, done, moves_file, pointer_file, promoted
from tests.support import STARTER, GitRepository, build_files, new_repository, with_remote
from tests.versioning import LOCK, PROMPT, entry_of, released, text

SETTINGS = STARTER["promptctl.toml"].replace('after = "staging"\ngate = false', 'after = "staging"')
SUITE = "cases:\n  - {name: late, inputs: {ticket: late}, expect: [{contains: late}]}\n"
ZERO = "sha256:" + "0" * 64
Change = Callable[[str], str | None]
"""The new text of a file; None takes it away."""

SUITE_PATH = f"prompts/{NAME}/eval.yaml"


@cache
def _built() -> Path:
    folder = kept_folder()
    made = new_repository(folder / "work", STARTER | {"promptctl.toml": SETTINGS, SUITE_PATH: SUITE})
    with_remote(made, folder / "origin.git")
    for word in ("a queue", "one queue", "exactly one queue"):
        build_files(made.folder, {PROMPT: text(word)})
        done(made, "eval", NAME)
        released(made)
    promoted(made, "1.0.0", "1.1.0", "1.2.0")
    promoted(made, "1.0.0", "1.1.0", environment="prod")
    made.git("pull", "-q")
    return packed(folder)


def attacked_line(folder: Path) -> Line:
    """Staging serves 1.2.0, prod serves 1.1.0; both served every version before."""
    return Line(copied(_built(), folder))


class Line:
    """One repository with its remote, and an attacker who may push."""

    def __init__(self, repository: GitRepository) -> None:
        self.repository, self.folder, self.git = repository, repository.folder, repository.git

    def digest(self, spelled: str) -> str:
        """The agreed digest of a release."""
        return entry_of(self.repository).releases[version(spelled)]

    def retag(self, spelled: str, target: str, message: str = "", *options: str) -> None:
        """Makes a tag anew, here and on the remote; with no message a fitting one for what the target holds."""
        tag = f"prompts/{NAME}@v{spelled}"
        written = message or message_text(NAME, version(spelled), self.digest(spelled))
        self.git("tag", "-f", *(options or ("-a", "-F", "-")), tag, target, stdin=None if options else written)
        self.spread(f"refs/tags/{tag}")

    def spread(self, ref: str) -> None:
        """Pushes a ref by force, as somebody with the rights would, and fetches what the remote has then."""
        self.git("push", "-q", "--force", "origin", ref)
        self.fetch()

    def fetch(self) -> None:
        """The victim's fetch, tags included, and what our own commands last saw of the remote's tags."""
        self.git("fetch", "-q", "--force", "--prune", "origin", "+refs/tags/prompts/*:refs/tags/prompts/*")
        self.git("fetch", "-q", "--prune", "origin", "+refs/tags/prompts/*:refs/promptctl/remote/origin/tags/prompts/*")
        self.git("fetch", "-q", "--no-tags", "origin")

    def commit(self, **files: Change) -> None:
        """Edits files of main (by the names that ``path`` knows) and pushes them."""
        paths = {place: self.folder / self.path(place) for place in files}
        for place, change in files.items():
            path = paths[place]
            changed = change(path.read_text() if path.exists() else "")
            if changed is None:
                path.unlink()
            else:
                path.write_text(changed)
        self.repository.commit(message="by hand")
        self.git("push", "-q", "origin", "main")
        self.fetch()

    def here(self) -> str:
        """The digest of the prompt in the work tree."""
        return digest(Project(WorkTree(self.folder)).closure(NAME))

    def evidence(self, spelled: str) -> str:
        """The text of a version's evidence."""
        return (self.folder / self.path("evidence", spelled)).read_text()

    def replies(self, spelled: str) -> str:
        """The text of a version's replies."""
        return (self.folder / self.path("replies", spelled)).read_text()

    def path(self, place: str, spelled: str = "1.2.0") -> str:
        """The path of a kind of file; evidence and replies are those of a version, by default what prod gets next."""
        short = self.digest(spelled).removeprefix("sha256:")[:12]
        if place == "evidence":
            (found,) = (self.folder / f"prompts/{NAME}/evidence").glob(f"{short}-*.json")
            return found.relative_to(self.folder).as_posix()
        return {
            "lock": LOCK,
            "prompt": PROMPT,
            "suite": SUITE_PATH,
            "replies": f"prompts/{NAME}/replies/{short}.jsonl",
            "pointer": pointer_file("prod"),
            "moves": moves_file("prod"),
            "staging_pointer": pointer_file("staging"),
            "staging_moves": moves_file("staging"),
            "freeze": "prompts/environments/prod/_freeze.yaml",
        }[place]
