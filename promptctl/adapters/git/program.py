"""The one wrapper around the ``git`` program: fixed options, a cleaned environment, never a shell."""

from __future__ import annotations

import os
import subprocess
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from promptctl.adapters.git.deadline import end, patience, run_within
from promptctl.adapters.git.failure import GIT_FAILED, GitFailure, GitKilled, GitSilent
from promptctl.errors import OutsideError, UsageError

if TYPE_CHECKING:
    from promptctl.adapters.git.reader import Found, Reader

GIT_MISSING, NOT_A_REPOSITORY = "PC091", "PC006"
_OPTIONS = (
    "-c safe.bareRepository=explicit -c core.fsmonitor=false -c core.fsync=committed,reference,index "
    "-c gc.auto=0 -c maintenance.auto=false -c core.quotePath=false -c color.ui=false -c log.showSignature=false "
    "-c i18n.commitEncoding=UTF-8 -c i18n.logOutputEncoding=UTF-8"
).split()
_USAGE, _ERROR = 129, 255
"""Git's own exit codes; what a shell that runs it gives for a signal lies between."""
_BATCH = ("cat-file", "--batch")
_NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_ALLOW_PROTOCOL": "https:ssh:file:git",
    "GIT_ADVICE": "0",
}
_KEPT = frozenset(
    {
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSH_VARIANT",
        "GIT_SSL_CAINFO",
        "GIT_SSL_CAPATH",
        "GIT_SSL_CERT",
        "GIT_SSL_KEY",
        "GIT_SSL_CERT_PASSWORD_PROTECTED",
        "GIT_SSL_NO_VERIFY",
        "GIT_HTTP_PROXY_AUTHMETHOD",
        "GIT_ASKPASS",
        "GIT_EXEC_PATH",
        "GIT_AUTHOR_NAME",
        "GIT_AUTHOR_EMAIL",
        "GIT_AUTHOR_DATE",
        "GIT_COMMITTER_NAME",
        "GIT_COMMITTER_EMAIL",
        "GIT_COMMITTER_DATE",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_COUNT",
        "GIT_CEILING_DIRECTORIES",
    }
)


@cache
def program_path() -> str:
    """Where the program is. Raises OutsideError when it is not on the PATH."""
    if os.name == "nt":
        import shutil

        found = shutil.which("git")
    else:
        # What shutil answers where programs have no endings, without what it takes to load: most commands ask.
        places = (Path(folder, "git") for folder in os.get_exec_path())
        found = next((str(place) for place in places if os.access(place, os.X_OK) and place.is_file()), None)
    if not found:
        raise OutsideError(GIT_MISSING, "the program git is not on the PATH", hint="install git 2.34 or newer")
    return found


def environment() -> dict[str, str]:
    """The caller's environment without what would redirect Git, plus the settings every call shares."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or _is_kept(key)}
    return kept | _ENVIRONMENT


def _is_kept(variable: str) -> bool:
    """Whether a variable of Git says how it reaches others or who the user is: CI jobs also give that as settings."""
    return variable in _KEPT or variable.startswith(("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_"))


class Git:
    """One repository; its git is given arguments as a list, and bytes. ``writer`` is who writes, if not this user."""

    def __init__(self, root: Path, writer: str | None = None) -> None:
        self.root, self._writer = root, writer

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        expected: tuple[int, ...] = (0,),
        extra: dict[str, str] | None = None,
        hooks: bool = False,
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs one command. Raises GitFailure for an exit status outside ``expected``.

        ``hooks`` lets the user's own hooks run, which only a push wants.
        """
        variables = self._environment | extra if extra else self._environment
        with _answering(arguments):
            done = run_within(self._seconds, self._line(arguments, hooks=hooks), variables, stdin)
        return _checked(arguments, done, expected)

    def ask(
        self, *arguments: str, expected: tuple[int, ...] = (0,), hooks: bool = False
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs a command that talks to a remote. Raises GitSilent when it takes too long, else as ``run``."""
        with _answering(arguments):
            done = run_within(patience(), self._line(arguments, hooks=hooks), self._environment)
        return _checked(arguments, done, expected)

    def text(self, *arguments: str, expected: tuple[int, ...] = (0,)) -> str:
        """Standard output as text without its last line end."""
        return self.run(*arguments, expected=expected).stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    def find(self, name: str) -> Found | None:
        """The object that an id, a ref or another revision names at this moment, None when that is nothing.

        One process answers all that a command asks. Raises GitFailure when git cannot look.
        """
        with self._reading(name) as reader:
            return reader.find(name)

    def find_all(self, object_ids: Sequence[str]) -> Iterator[Found | None]:
        """The objects that ids name, in their order, many asked for at once. Raises what ``find`` raises."""
        with self._reading("many objects") as reader:
            yield from reader.find_all(object_ids)

    @contextmanager
    def _reading(self, what: str) -> Iterator[Reader]:
        from promptctl.adapters.git.reader import BrokenOff

        try:
            yield self._reader
        except subprocess.TimeoutExpired as late:
            raise _silent(_BATCH, late) from None
        except BrokenOff:
            self.run("rev-parse", "--git-dir")
            raise OutsideError(GIT_FAILED, f"git cat-file failed on {what}: it broke off") from None

    @cached_property
    def _reader(self) -> Reader:
        from promptctl.adapters.files import MAX_BYTES
        from promptctl.adapters.git.reader import Reader

        # What is larger than a file may be is passed over, so that Git must not keep all of it.
        return Reader(
            self._line(("-c", f"core.bigFileThreshold={MAX_BYTES}", *_BATCH)), self._environment, self._seconds
        )

    def begin(self, *arguments: str, extra: dict[str, str] | None = None) -> Begun:
        """Starts a command that runs while the program does something else; ``end`` gives what ``run`` would."""
        process = subprocess.Popen(
            self._line(arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment | extra if extra else self._environment,
        )
        return Begun(arguments, process, self._seconds)

    def _line(self, arguments: Sequence[str], *, hooks: bool = False) -> list[str]:
        return [program_path(), "-C", str(self.root), *_OPTIONS, *(() if hooks else _NO_HOOKS), *arguments]

    @cached_property
    def _environment(self) -> dict[str, str]:
        named = {"GIT_AUTHOR_NAME": self._writer, "GIT_COMMITTER_NAME": self._writer} if self._writer else {}
        return environment() | named

    @cached_property
    def _facts(self) -> tuple[str, ...]:
        asked = ("rev-parse", "--absolute-git-dir", "--git-common-dir", "--is-shallow-repository")
        told = tuple(self.text(*asked).split("\n"))
        if len(told) != 3:
            raise GitFailure(asked, 0, "fatal: it did not say where the repository is")
        return told

    @cached_property
    def _seconds(self) -> float | None:
        """How long git may take for what it does here, None for ever. In a partial clone it asks the remote, whatever
        it does, for objects that are missing."""
        from promptctl.adapters.work_tree import shared_git_folder

        with suppress(OSError):
            if b"promisor" in (shared_git_folder(self.root) / "config").read_bytes().lower():
                return patience()
        return None

    @property
    def directory(self) -> Path:
        """This work tree's own git directory."""
        return Path(self._facts[0])

    @property
    def common_directory(self) -> Path:
        """The git directory that linked work trees share."""
        return (self.root / self._facts[1]).resolve()

    @property
    def shallow(self) -> bool:
        """Whether history was cut off when this repository was cloned."""
        return self._facts[2] == "true"

    @cached_property
    def config(self) -> Mapping[str, str]:
        """The configuration in force, lower-case keys; the last value of a key counts, none at all is ``true``."""
        listing = self.run("config", "--list", "-z").stdout.decode("utf-8", "replace")
        pairs = (entry.partition("\n") for entry in listing.split("\0") if entry)
        return {key: value if sign else "true" for key, sign, value in pairs}

    def is_on(self, key: str) -> bool:
        """Whether a setting is on; what Git has no word for counts as on."""
        return self.config.get(key, "").lower() not in ("", "false", "no", "off", "0")

    @property
    def object_format(self) -> str:
        """What names objects here: sha1 or sha256."""
        return self.config.get("extensions.objectformat", "sha1")

    @cached_property
    def committer(self) -> str:
        """Who commits, and when this was first asked, as commits spell it. Raises GitFailure when Git knows nobody."""
        return self.text("var", "GIT_COMMITTER_IDENT")


class Begun:
    """A command that runs; one that nobody waits for is ended when this object goes."""

    def __init__(
        self, arguments: tuple[str, ...], process: subprocess.Popen[bytes], seconds: float | None = None
    ) -> None:
        self._arguments, self._process, self._seconds = arguments, process, seconds
        self._stop = weakref.finalize(self, _stop, process)

    def end(self, expected: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[bytes]:
        """Waits for the command. Raises GitFailure for an exit status outside ``expected``."""
        with _answering(self._arguments):
            try:
                output, complaints = self._process.communicate(timeout=self._seconds)
            except subprocess.TimeoutExpired:
                end(self._process)
                raise
        self._stop.detach()
        done = subprocess.CompletedProcess(self._process.args, self._process.returncode, output, complaints)
        return _checked(self._arguments, done, expected)


@contextmanager
def _answering(arguments: tuple[str, ...]) -> Iterator[None]:
    """Raises GitSilent when git had to be ended."""
    try:
        yield
    except subprocess.TimeoutExpired as late:
        raise _silent(arguments, late) from None


def _silent(arguments: tuple[str, ...], late: subprocess.TimeoutExpired) -> GitSilent:
    return GitSilent(arguments, 0, f"no answer from the remote within {late.timeout:g} s")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


def _checked(
    arguments: tuple[str, ...], done: subprocess.CompletedProcess[bytes], expected: tuple[int, ...]
) -> subprocess.CompletedProcess[bytes]:
    if done.returncode not in expected:
        killed = done.returncode < 0 or _USAGE < done.returncode < _ERROR
        kind = GitKilled if killed else GitFailure
        raise kind(arguments, done.returncode, done.stderr.decode("utf-8", "replace"))
    return done


def hooks_path(git: Git) -> str | None:
    """The folder that the user's configuration names for hooks, None for the usual one."""
    arguments = ("config", "--type=path", "--get", "core.hooksPath")
    return git.run(*arguments, hooks=True, expected=(0, 1)).stdout.decode("utf-8", "surrogateescape").strip() or None


def open_git(root: Path, writer: str | None = None) -> Git:
    """The repository whose top is ``root``. Raises UsageError when it is not one, OutsideError when git is missing."""
    if not (root / ".git").exists():
        raise UsageError(NOT_A_REPOSITORY, f"{root} is no Git repository", hint="promptctl init")
    return Git(root, writer)
