"""Attacks on files that are committed: the lock, pointers and their moves, freezes, evidence and replies."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from promptctl.core.releases.lockfile import EMPTY
from tests.attacks.attack import RELEASE, SERVED, Attack
from tests.attacks.line import ZERO, Change, Line
from tests.attacks.tags import tag_on_forged_bytes
from tests.shipping import NAME


def _edit(**files: Change) -> Callable[[Line], None]:
    return lambda line: line.commit(**files)


def _edit_with(change: Callable[[Line], Mapping[str, Change]]) -> Callable[[Line], None]:
    return lambda line: line.commit(**change(line))


def _swap(old: str, new: str, count: int = -1) -> Change:
    def swapped(text: str) -> str:
        assert old in text
        return text.replace(old, new, count)

    return swapped


def _lines(change: Callable[[list[str]], list[str]]) -> Change:
    return lambda text: "".join(line + "\n" for line in change(text.splitlines()))


def _pointer(line: Line, spelled: str, serial: int, place: str = "pointer") -> Mapping[str, Change]:
    """A pointer written by hand that serves a version with its true digest."""

    def written(text: str) -> str:
        head, _, _ = text.partition("serial: ")
        return f"{head}serial: {serial}\nversion: {spelled}\ndigest: {line.digest(spelled)}\n"

    return {place: written}


def _earlier(line: Line, place: str) -> Change:
    """The file as it stood before its last change."""
    before = line.git("log", "-2", "--format=%H", "--", line.path(place)).split()[1]
    return lambda _: line.git("show", f"{before}:{line.path(place)}") + "\n"


def _changed(index: int, **fields: str) -> Callable[[list[str]], list[str]]:
    """The same lines, one of them with other values, spelled as promptctl spells it."""

    def changed(lines: list[str]) -> list[str]:
        lines[index] = json.dumps(json.loads(lines[index]) | fields, separators=(",", ":"), ensure_ascii=False)
        return lines

    return changed


def pushed_back_by_force(line: Line) -> None:
    """A force push takes the promotion out of history, too; this clone saw it."""
    commit = line.git("log", "-1", "--format=%H", "--", line.path("pointer"))
    line.git("reset", "-q", "--hard", f"{commit}^")
    line.spread("+main")


def lock_and_tag(line: Line) -> None:
    """Who may write everything makes lock and tag agree; what prod serves still remembers the digest."""
    agreed = line.digest("1.1.0")
    tag_on_forged_bytes(line)
    forged = line.git("for-each-ref", "--format=%(contents:body)", f"refs/tags/prompts/{NAME}@v1.1.0")
    line.commit(lock=_swap(agreed, forged.split("Digest: ")[1].split("\n")[0]))


_UNREADABLE = (
    "verify:2 drift:1 status:0 show:2 render:2 diff:2 history:2 show-prod:2 render-prod:2 "
    "lock-check:2 ci:1 plan:2 promote:2 release:2 eval-verify:1"
)
_UNLOCKED = "drift:1 lock-check:1 ci:1 release:3"
_CONTRADICTED = "the pointer (serves|has serial)"
_CHAIN = "drift:1 history:2 plan:2 promote:2 rollback:2"
_BACK = "drift:1 plan:3 promote:3 rollback:3"

_LOCKS = (
    Attack(
        name="lock: digest of a release",
        forge=_edit_with(lambda line: {"lock": _swap(line.digest("1.1.0"), ZERO)}),
        refused=f"{RELEASE} history:1",
        says=f"{ZERO}|DISAGREES",
    ),
    Attack(
        name="lock: digest of the entry",
        forge=_edit_with(lambda line: {"lock": _swap(line.digest("1.2.0"), ZERO, 1)}),
        refused=_UNLOCKED,
        says="is not what the lock has",
    ),
    Attack(
        name="lock: version of the entry",
        forge=_edit(lock=_swap('"version": "1.2.0"', '"version": "1.1.0"')),
        refused=_UNLOCKED,
        says="do not have 1.1.0 with its digest",
    ),
    Attack(
        name="lock: release taken out",
        forge=_edit_with(lambda line: {"lock": _swap(f'      "1.1.0": "{line.digest("1.1.0")}",\n', "")}),
        refused="verify:0 drift:0",
        says="that the lock has not copied",
    ),
    Attack(
        name="lock: release put in",
        forge=_edit(lock=_swap('"releases": {', f'"releases": {{\n      "0.9.0": "{ZERO}",')),
        refused="verify:1 drift:1 release:0",
        says="0.9.0 is not tagged|skipped support/triage 0.9.0",
    ),
    Attack(
        name="lock: release written twice",
        forge=_edit(lock=_swap('"releases": {', f'"releases": {{\n      "1.1.0": "{ZERO}",')),
        refused=_UNREADABLE,
        says="'1.1.0' stands twice|the lock cannot be read|not judged|PC016|PC012",
    ),
    Attack(
        name="lock: entry taken out", forge=_edit(lock=lambda _: EMPTY), refused=_UNLOCKED, says="has no lock entry"
    ),
    Attack(name="lock: deleted", forge=_edit(lock=lambda _: None), refused=_UNLOCKED, says="has no lock entry"),
    Attack(
        name="lock: of a later format",
        forge=_edit(lock=_swap('"format": 1', '"format": 2')),
        refused=_UNREADABLE,
        says="must be `1`|not judged|PC016|PC012",
    ),
    Attack(
        name="lock and tag: forged alike",
        forge=lock_and_tag,
        refused="drift:1 show-prod:3 render-prod:3",
        says="serves sha256:",
    ),
)
_POINTERS = (
    Attack(
        name="pointer: serves another version",
        forge=_edit_with(lambda line: _pointer(line, "1.2.0", 3)),
        refused=SERVED,
        says=_CONTRADICTED,
    ),
    Attack(
        name="pointer: an older one put back",
        forge=_edit_with(lambda line: {"pointer": _earlier(line, "pointer")}),
        refused=SERVED,
        says=f"{_CONTRADICTED}|its history knows 2",
    ),
    Attack(
        name="pointer and moves: older ones put back",
        forge=_edit_with(lambda line: {"pointer": _earlier(line, "pointer"), "moves": _earlier(line, "moves")}),
        refused=_BACK,
        says="history knows|nothing to go back to",
    ),
    Attack(
        name="pointer and moves: pushed back by force",
        forge=pushed_back_by_force,
        refused=_BACK,
        says="history knows|nothing to go back to",
    ),
    Attack(
        name="pointer: another digest",
        forge=_edit_with(lambda line: {"pointer": _swap(line.digest("1.1.0"), ZERO, 1)}),
        refused=SERVED,
        says=ZERO,
    ),
    Attack(
        name="pointer: a version nobody released",
        forge=_edit(pointer=_swap("version: 1.1.0", "version: 4.0.0", 1)),
        refused=SERVED,
        says=_CONTRADICTED,
    ),
    Attack(
        name="pointer: serial too high",
        forge=_edit(pointer=_swap("serial: 2", "serial: 9")),
        refused=SERVED,
        says=_CONTRADICTED,
    ),
    Attack(
        name="pointer: that of another environment",
        forge=_edit_with(lambda line: {"pointer": lambda _: (line.folder / line.path("staging_pointer")).read_text()}),
        refused=SERVED,
        says=_CONTRADICTED,
    ),
    Attack(
        name="pointer: of another prompt",
        forge=_edit(pointer=_swap(f"prompt: {NAME}", "prompt: text/other")),
        refused=SERVED.replace(":3", ":2"),
        says="belongs to text/other",
    ),
    Attack(
        name="pointer: deleted",
        forge=_edit(pointer=lambda _: None),
        refused="drift:1 history:3 show-prod:3 render-prod:3 plan:3 promote:3",
        says=_CONTRADICTED,
    ),
    Attack(
        name="staging's pointer: a promotion made up",
        forge=_edit_with(lambda line: _pointer(line, "1.0.0", 4, "staging_pointer")),
        refused="status:0 drift:1 history:3 plan:3 promote:3",
        says=_CONTRADICTED,
    ),
)
_MOVES = (
    Attack(
        name="moves: a line edited",
        forge=_edit(moves=_lines(_changed(0, by="Someone Else"))),
        refused=_CHAIN,
        says="chain of moves is broken",
    ),
    Attack(
        name="moves: a line dropped",
        forge=_edit(moves=_lines(lambda lines: lines[1:])),
        refused=_CHAIN,
        says="chain of moves is broken",
    ),
    Attack(
        name="moves: chain broken",
        forge=_edit(moves=_lines(_changed(-1, chain=ZERO))),
        refused=_CHAIN,
        says="chain of moves is broken",
    ),
    Attack(
        name="moves: lines reordered",
        forge=_edit(moves=_lines(lambda lines: lines[::-1])),
        refused="status:0 drift:1 list:3 history:3 show-prod:3 render-prod:3 plan:3 promote:3 rollback:2",
        says=f"chain of moves is broken|{_CONTRADICTED}",
    ),
    Attack(
        name="moves: last line dropped",
        forge=_edit(moves=_lines(lambda lines: lines[:-1])),
        refused=f"{SERVED} rollback:3",
        says=f"{_CONTRADICTED}|history knows|nothing to go back to",
    ),
    Attack(
        name="moves: digest of the last one",
        forge=_edit(moves=_lines(_changed(-1, digest=ZERO))),
        refused=SERVED,
        says=ZERO,
    ),
    Attack(
        name="moves: deleted",
        forge=_edit(moves=lambda _: None),
        refused=f"{SERVED} rollback:3",
        says=f"{_CONTRADICTED}|history knows|never served",
    ),
    Attack(
        name="freeze: malformed",
        forge=_edit(freeze=lambda _: "at: never\n"),
        refused="status:0 plan:2 promote:2",
        says="lacks the key `by`",
    ),
)
_EVIDENCE = (
    Attack(
        name="evidence: a number edited",
        forge=_edit(evidence=_swap('"passed":1', '"passed":2')),
        refused="eval-verify:1 plan:2 promote:2",
        says="do not follow from the samples",
    ),
    Attack(
        name="evidence: an outcome edited",
        forge=_edit(evidence=_swap('"passed":true', '"passed":false')),
        refused="eval-verify:1 plan:2 promote:2",
        says="do not follow from the samples",
    ),
    Attack(
        name="evidence: of another version",
        forge=_edit_with(lambda line: {"evidence": lambda _: line.evidence("1.0.0")}),
        refused="eval-verify:1",
        says="belongs to",
    ),
    Attack(
        name="evidence: another version's, digest changed",
        forge=_edit_with(
            lambda line: {
                "evidence": lambda _: line.evidence("1.0.0").replace(line.digest("1.0.0"), line.digest("1.2.0"))
            }
        ),
        refused="eval-verify:0",
        says="neither recorded nor cached",
    ),
    Attack(
        name="replies: an answer edited",
        forge=_edit(replies=_swap('"text":"late"', '"text":"never"', 1)),
        refused="eval-verify:1",
        says="does not follow from its replies",
    ),
    Attack(
        name="replies: one swapped for another's",
        forge=_edit_with(lambda line: {"replies": lambda _: line.replies("1.0.0")}),
        refused="eval-verify:0",
        says="neither recorded nor cached",
    ),
)
ATTACKS = (*_LOCKS, *_POINTERS, *_MOVES, *_EVIDENCE)
