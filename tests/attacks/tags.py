"""Attacks on release tags, in this clone and on the remote."""

from __future__ import annotations

from promptctl.core.releases.tag import message_text
from promptctl.core.releases.version import version
from tests.attacks.attack import RELEASE, Attack
from tests.attacks.line import ZERO, Line
from tests.shipping import NAME
from tests.versioning import PROMPT, text

V1 = f"prompts/{NAME}@v1.1.0"


def tag_on_another_commit(line: Line) -> None:
    line.retag("1.1.0", f"prompts/{NAME}@v1.2.0^{{commit}}")


def tag_with_a_fitting_message(line: Line) -> None:
    line.retag("1.1.0", f"prompts/{NAME}@v1.2.0^{{commit}}", message_text(NAME, version("1.1.0"), line.digest("1.2.0")))


def tag_on_forged_bytes(line: Line) -> None:
    """A commit of the attacker's own, whose tag says what it holds."""
    line.git("switch", "-q", "--detach", f"{V1}^{{commit}}")
    line.repository.commit({PROMPT: text("whatever the attacker wants")})
    line.retag("1.1.0", "HEAD", message_text(NAME, version("1.1.0"), line.here()))
    line.git("switch", "-q", "main")


def tag_deleted(line: Line) -> None:
    line.git("push", "-q", "origin", "--delete", V1)
    line.fetch()


def tag_lightweight(line: Line) -> None:
    line.retag("1.1.0", f"{V1}^{{commit}}", "", "--no-sign")


def tag_of_a_blob(line: Line) -> None:
    line.retag("1.1.0", f"{V1}:{PROMPT}")


def tag_of_a_tag(line: Line) -> None:
    line.retag("1.1.0", V1)


def tag_calls_itself_otherwise(line: Line) -> None:
    """A tag object under another's name passes every check of Git."""
    line.git("update-ref", f"refs/tags/{V1}", f"refs/tags/prompts/{NAME}@v1.2.0")
    line.spread(f"refs/tags/{V1}")


def tag_with_a_wrong_trailer(line: Line) -> None:
    line.retag("1.1.0", f"{V1}^{{commit}}", message_text(NAME, version("1.1.0"), ZERO))


def tag_without_trailers(line: Line) -> None:
    line.retag("1.1.0", f"{V1}^{{commit}}", "release\n")


def tag_with_two_digests(line: Line) -> None:
    message = message_text(NAME, version("1.1.0"), line.digest("1.1.0"))
    line.retag("1.1.0", f"{V1}^{{commit}}", message + f"Digest: {ZERO}\n")


def tag_moved_here_only(line: Line) -> None:
    line.git("tag", "-f", "-a", "-m", "x", V1, "HEAD")


def tag_moved_on_the_remote_only(line: Line) -> None:
    line.git("push", "-q", "--force", "origin", f"refs/tags/prompts/{NAME}@v1.2.0:refs/tags/{V1}")
    line.git("fetch", "-q", "origin", f"+refs/tags/{V1}:refs/promptctl/remote/origin/tags/{V1}")


def tag_nobody_agreed_on(line: Line) -> None:
    line.retag("9.0.0", "HEAD", message_text(NAME, version("9.0.0"), line.digest("1.2.0")))


def replaced_blob(line: Line) -> None:
    """``git replace`` swaps the bytes of a file for everybody who reads through Git's default."""
    forged = line.git("hash-object", "-w", "--stdin", stdin=text("whatever the attacker wants"))
    line.git("replace", line.git("rev-parse", f"{V1}:{PROMPT}"), forged)


ATTACKS = (
    Attack(name="tag on another commit", forge=tag_on_another_commit, refused=RELEASE, says="its content is"),
    Attack(
        name="tag on another commit, message fitting",
        forge=tag_with_a_fitting_message,
        refused=f"{RELEASE} history:1",
        says="the tag's content is|the tag says",
    ),
    Attack(
        name="tag on forged bytes, message fitting",
        forge=tag_on_forged_bytes,
        refused=f"{RELEASE} history:1",
        says="the tag's content is|the tag says",
    ),
    Attack(name="tag deleted everywhere", forge=tag_deleted, refused=RELEASE, says="is not tagged|its tag is not here"),
    Attack(
        name="tag made lightweight",
        forge=tag_lightweight,
        refused=f"{RELEASE} history:1",
        says="is not annotated|the tag says no digest",
    ),
    Attack(name="tag of a blob", forge=tag_of_a_blob, refused=RELEASE, says="names no commit"),
    Attack(name="tag of a tag", forge=tag_of_a_tag, refused=RELEASE, says="names no commit"),
    Attack(
        name="tag object of another version",
        forge=tag_calls_itself_otherwise,
        refused=f"{RELEASE} history:1",
        says="calls itself|the tag says",
    ),
    Attack(
        name="tag with another digest",
        forge=tag_with_a_wrong_trailer,
        refused=f"{RELEASE} history:1",
        says="the tag says",
    ),
    Attack(
        name="tag without trailers",
        forge=tag_without_trailers,
        refused=f"{RELEASE} history:1",
        says="lacks its Digest and Path|the tag says no digest",
    ),
    Attack(
        name="tag with two digests",
        forge=tag_with_two_digests,
        refused=f"{RELEASE} history:1",
        says="lacks its Digest and Path|the tag says no digest",
    ),
    Attack(
        name="tag moved in this clone",
        forge=tag_moved_here_only,
        refused=f"{RELEASE} history:1",
        says="lacks its Digest and Path|the tag says no digest",
    ),
    Attack(
        name="tag moved on the remote",
        forge=tag_moved_on_the_remote_only,
        refused="verify:1 drift:1",
        says="here and .* on origin",
    ),
    Attack(name="tag that no lock knows", forge=tag_nobody_agreed_on, refused="verify:1 drift:1", says="no lock knows"),
    Attack(name="blob replaced by git replace", forge=replaced_blob, refused="", says=""),
)
