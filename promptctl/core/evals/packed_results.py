"""Samples as bytes: many of them are held until their evidence is written."""

from __future__ import annotations

import marshal
import re
from collections.abc import Iterable, Sequence
from dataclasses import fields
from operator import attrgetter

from promptctl.core.evals.packed import packed
from promptctl.core.evals.tally import CaseResult, ReplyReference

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_PLAIN = tuple(it.name for it in fields(CaseResult) if it.name not in ("scores", "replies", "graded"))
_plain = attrgetter(*_PLAIN)
_Named = tuple[bytes | str, bytes | str]


def pack_results(results: Iterable[CaseResult]) -> Sequence[CaseResult]:
    """The same samples."""
    return packed(results, pack_result, unpack_result)


def pack_result(result: CaseResult) -> bytes:
    """One sample."""
    return marshal.dumps((_plain(result), dict(result.scores), _packed(result.replies), _packed(result.graded)))


def unpack_result(data: bytes) -> CaseResult:
    """The sample that ``pack_result`` packed."""
    plain, scores, replies, graded = marshal.loads(data)  # noqa: S302
    named = dict(zip(_PLAIN, plain, strict=True))
    return CaseResult(**named, scores=scores, replies=_references(replies), graded=_references(graded))


def _packed(references: Sequence[ReplyReference]) -> tuple[_Named, ...]:
    return tuple([(_bare(it.key), _bare(it.digest)) for it in references])


def _references(packed: Sequence[_Named]) -> tuple[ReplyReference, ...]:
    return tuple([ReplyReference(key=_spelled(key), digest=_spelled(digest)) for key, digest in packed])


def _bare(text: str) -> bytes | str:
    """A digest takes a quarter of its spelling; what is none stays as it is."""
    return bytes.fromhex(text[7:]) if _DIGEST.fullmatch(text) else text


def _spelled(bare: bytes | str) -> str:
    return bare if isinstance(bare, str) else f"sha256:{bare.hex()}"
