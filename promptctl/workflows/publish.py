"""Puts one commit on the state branch: built on what the branch has, moved by compare-and-swap, pushed, read back.

After any failure the outcome is known or called unknown. A commit that did not reach the remote is kept under
``refs/promptctl/unsent/`` and sent, first, by the next write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from promptctl.adapters.git.branches import fetch_line
from promptctl.adapters.git.checkout import Checkout, finishing
from promptctl.adapters.git.commits import write_commit
from promptctl.adapters.git.failure import repair_of
from promptctl.adapters.git.journal import Entry, Journal
from promptctl.adapters.git.refs import commit_of
from promptctl.adapters.git.remote import Pushed, Update, push
from promptctl.adapters.repository import Repository
from promptctl.adapters.state import UNSENT, State, state_at, unsent_commit
from promptctl.core.moves.pointer import is_decided
from promptctl.errors import OutsideError, StateError
from promptctl.workflows.following import Following
from promptctl.workflows.proposing import Proposal, suggested
from promptctl.workflows.recovery import recover
from promptctl.workflows.sending import AT_ONCE, Sending, again
from promptctl.workflows.tries import Tries
from promptctl.workflows.unsent import Kept, read_kept, touched

RACED, NOT_LIVE, UNKNOWN_OUTCOME, BRANCH_GONE = "PC112", "PC113", "PC114", "PC115"
NOTHING_COMMITTED, OVERTAKEN, PROTECTED = "PC116", "PC170", "PC293"
_TRIES = Tries()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Files to set or remove (None) on the state branch, and the commit's subject and body; whether it has to be
    signed."""

    files: Mapping[str, bytes | None]
    message: str
    signed: bool = False

    @property
    def guarded(self) -> tuple[str, ...]:
        """The files that nobody else may have moved meanwhile; new evidence is found by its content."""
        return tuple(path for path in self.files if is_decided(path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """``commit`` is None when there was nothing to do; ``sent`` tells whether the remote has it.

    ``resent``: nothing new was written, what an earlier command had recorded is meant. ``tries`` is more than 1 when
    other writes came first. ``into`` is the branch that people are to merge ``branch`` into; None where the commit is
    on the state branch, or will be sent there.
    """

    commit: str | None
    branch: str
    remote: str | None
    sent: bool
    resent: bool = False
    note: str | None = None
    tries: int = 1
    into: str | None = None


Build = Callable[[State], Edit | None]


def publish(
    repository: Repository,
    operation: str,
    build: Build,
    *,
    sending: Sending = AT_ONCE,
    fetch: bool = True,
    tries: Tries = _TRIES,
) -> Published:
    """Builds an edit on the newest state and records it.

    ``operation`` spells the command, so that a repeated one only sends what is kept. ``build`` judges the state it is
    given and may raise; it runs again when another write came first and left the same files alone, as ``tries`` allow.
    On a branch for a pull request, what was recorded here only goes along.

    Raises StateError for a lost race, work in the way, a branch that is there already, or when others came first every
    time; OutsideError when the commit is recorded here but not live, or when nobody can tell.
    """
    journal = Journal(repository.git)
    with journal.writing(operation):
        found = recover(repository, journal)
        proposal = _proposal(repository, operation, sending)
        entry = proposal.entry() if proposal else _entry(repository, operation)
        with journal.noted(entry):
            # A push of the state branch tells of newer moves; that of a new branch would not.
            if sending.push and (fetch or proposal):
                repository.fetch()
            if proposal:
                published = _proposed(repository, journal, entry, build, proposal)
            else:
                published = _published(repository, journal, entry, build, tries, send=sending.push)
    return replace(published, note="; ".join(note for note in (found, published.note) if note) or None)


def _proposal(repository: Repository, operation: str, sending: Sending) -> Proposal | None:
    if sending.branch is None:
        return None
    proposal = Proposal(repository, sending.branch, operation, push=sending.push)
    proposal.check()
    return proposal


def _proposed(repository: Repository, journal: Journal, entry: Entry, build: Build, proposal: Proposal) -> Published:
    """The commit on a branch of its own, where only a rerun of the same command may find it made already."""
    branch, operation = repository.state_branch, entry.operation
    tip = repository.commit_last_seen(branch)
    commit, edit = proposal.found(tip), None
    kept = Kept() if commit else read_kept(repository, tip, operation)
    if commit is None:
        edit = None if kept.repeated else build(state_at(repository, branch, kept.commit or tip))
        commit = _written(repository, operation, kept.commit or tip, edit) if edit else kept.commit
    if commit is None:
        return _nothing_written(repository, kept)
    journal.note(replace(entry, base=tip, new=commit))
    proposal.make(commit)
    if kept.commit:
        with finishing(repository.landed or commit):
            _forget_unsent(repository)
    sent = proposal.remote is not None
    return Published(
        commit=commit, branch=proposal.name, remote=repository.remote, sent=sent, resent=edit is None, into=branch
    )


def _published(
    repository: Repository, journal: Journal, entry: Entry, build: Build, tries: Tries, *, send: bool
) -> Published:
    branch, operation = repository.state_branch, entry.operation
    edit: Edit | None = None
    tip: str | None = None
    for number in tries:
        tip, before = repository.commit_last_seen(branch), tip
        if edit:
            _require_unmoved(repository, edit, before, tip)
        kept = read_kept(repository, tip, operation)
        edit = None if kept.repeated else build(state_at(repository, branch, kept.commit or tip))
        if edit is None and kept.commit is None:
            return _nothing_written(repository, kept)
        commit = _written(repository, operation, kept.commit or tip, edit) if edit else kept.commit
        assert commit
        if send or not repository.remote:
            journal.note(replace(entry, base=tip, new=commit))
        published = _deliver(repository, operation, tip, commit, send=send, resent=edit is None)
        if published:
            return replace(published, tries=number)
        repository.fetch()
    raise _overtaken(repository, number, repository.commit_last_seen(branch))


def _overtaken(repository: Repository, tries: int, tip: str | None) -> StateError:
    last = describe_last(repository, tip)
    message = f"others wrote to {repository.state_branch} first, {tries} times over, last {last}; nothing was changed"
    return StateError(OVERTAKEN, message, hint="run it again: nobody else moved what it moves")


def _entry(repository: Repository, operation: str) -> Entry:
    """What the journal says before anything is decided: the refs that may move."""
    branch, remote = repository.state_branch, repository.remote
    shared = {branch, repository.default_branch}
    tracking = [f"refs/remotes/{remote}/{name}" for name in sorted(shared)] if remote else []
    checkout = Checkout(repository.git, branch).git
    return Entry(
        operation=operation,
        refs=(f"refs/heads/{branch}", UNSENT + branch, *tracking),
        remote=remote,
        checkout=str(checkout.root) if checkout else None,
    )


def _nothing_written(repository: Repository, kept: Kept) -> Published:
    """The answer when the state is as wanted already, or an earlier command's commit turns out to have landed."""
    _forget_unsent(repository)
    found = kept.landed if kept.repeated else None
    branch, remote = repository.state_branch, repository.remote
    return Published(commit=found, branch=branch, remote=remote, sent=True, resent=found is not None)


def _written(repository: Repository, operation: str, base: str | None, edit: Edit) -> str:
    if base is None and repository.state_branch == repository.default_branch:
        hint = "git add -A && git commit"
        raise StateError(NOTHING_COMMITTED, f"nothing is committed on {repository.state_branch} yet", hint=hint)
    repository.require_permitted(edit.files)
    caller = f"Promptctl-Caller: {repository.caller}\n" if repository.caller else ""
    message = f"{edit.message.rstrip()}\n\nPromptctl-Op: {operation}\n{caller}"
    return write_commit(repository.git, base, edit.files, message, signed=edit.signed)


def _require_unmoved(repository: Repository, edit: Edit, before: str | None, tip: str | None) -> None:
    """Raises StateError when others moved the edit's files between two commits of the state branch."""
    then, now = touched(repository, before, edit.guarded), touched(repository, tip, edit.guarded)
    moved = next((path for path in edit.guarded if then[path] != now[path]), None)
    if moved:
        who = describe_last(repository, tip, moved)
        raise StateError(RACED, f"lost a race: {who}", hint="look with promptctl status, then try again")


def describe_last(repository: Repository, tip: str | None, *paths: str) -> str:
    """Who last moved the state branch, or files of it, and what they did."""
    said = repository.git.text("log", "-1", "--format=%an: %s (%h)", tip, "--", *paths) if tip else ""
    return said or f"{', '.join(paths) or 'everything'} is gone from {repository.state_branch}"


def _deliver(
    repository: Repository, operation: str, tip: str | None, commit: str, *, send: bool, resent: bool
) -> Published | None:
    """Records the commit; None when another write came first."""
    remote, branch = repository.remote, repository.state_branch
    if remote and not send:
        _keep(repository, commit, operation)
        later = f"recorded here only; the next write sends it ({UNSENT}{branch})"
        return Published(commit=commit, branch=branch, remote=remote, sent=False, resent=resent, note=later)
    following = Following(repository, tip, commit)
    following.require_free()
    note: str | None = None
    if remote:
        done = _push(repository, remote, commit)
        if done.outcome == "raced" or (done.already and not resent):
            return None
        _require_landed(repository, done, commit, operation)
        repository.landed = f"{remote} has it ({commit[:7]})"
        with finishing(repository.landed):
            tracking = f"refs/remotes/{remote}/{branch}"
            repository.git.run("update-ref", "-m", "promptctl: pushed", tracking, commit)
            note = following.follow(operation)
    elif not following.move(operation):
        return None
    repository.landed = repository.landed or f"{branch} has it ({commit[:7]})"
    with finishing(repository.landed):
        _forget_unsent(repository)
    repository.forget()
    return Published(commit=commit, branch=branch, remote=remote, sent=True, resent=resent, note=note)


def _push(repository: Repository, remote: str, commit: str) -> Pushed:
    git, branch = repository.git, repository.state_branch
    tracking = f"refs/remotes/{remote}/{branch}"
    update = Update(ref=f"refs/heads/{branch}", new=commit, old=commit_of(git, tracking))
    return push(git, remote, [update])


def _require_landed(repository: Repository, done: Pushed, commit: str, operation: str) -> None:
    """Keeps what did not land and raises, saying whether it is known not to be live."""
    if done.outcome == "done":
        return
    remote, branch, short = repository.remote, repository.state_branch, commit[:7]
    if done.outcome == "gone":
        restore = f"git push {remote} refs/remotes/{remote}/{branch}:refs/heads/{branch}"
        raise StateError(BRANCH_GONE, f"{remote} has no branch {branch} any more; nothing was changed", hint=restore)
    if done.protected:
        raise _protected(repository, done, operation)
    _keep(repository, commit, operation)
    hint = f"the next write sends it; to drop it: git update-ref -d {UNSENT}{branch}"
    if done.outcome == "unknown":
        message = f"recorded here ({short}); nobody can tell whether {remote} has it: {done.said}"
        look = fetch_line(remote, branch) if remote else None
        raise OutsideError(UNKNOWN_OUTCOME, message, hint=f"run the same command again, or look: {look}")
    hint = "; ".join(part for part in (repair_of(done.said), hint) if part)
    raise OutsideError(NOT_LIVE, f"recorded here ({short}), not live: {done.said}", hint=hint)


def _protected(repository: Repository, done: Pushed, operation: str) -> OutsideError:
    """What to say where the host takes changes of the state branch by review only: sending again would be in vain, so
    that nothing is kept."""
    message = f"{repository.remote} takes no direct push to {repository.state_branch}: not live, nothing was changed"
    line = f"{again(operation)} --branch {suggested(operation)}"
    return OutsideError(PROTECTED, f"{message}: {done.said}", hint=f"for a pull request, the same again: {line}")


def _keep(repository: Repository, commit: str, operation: str) -> None:
    repository.git.run("update-ref", "-m", f"promptctl: {operation}", UNSENT + repository.state_branch, commit)


def _forget_unsent(repository: Repository) -> None:
    if unsent_commit(repository):
        repository.git.run("update-ref", "-d", UNSENT + repository.state_branch)
