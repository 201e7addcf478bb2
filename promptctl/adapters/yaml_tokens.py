"""Splits YAML text into tokens, for what must keep layout and comments; reading values is for ``files``."""

from __future__ import annotations

from typing import Any

import yaml

from promptctl.core.files.yaml_token import Spot, Token

_KINDS: dict[str, str] = {
    "BlockMappingStartToken": "map",
    "BlockSequenceStartToken": "seq",
    "BlockEndToken": "end",
    "BlockEntryToken": "entry",
    "KeyToken": "key",
    "ValueToken": "value",
    "ScalarToken": "scalar",
    "FlowMappingStartToken": "open",
    "FlowSequenceStartToken": "open",
    "FlowMappingEndToken": "close",
    "FlowSequenceEndToken": "close",
    "FlowEntryToken": "comma",
}
_LOADER: Any = getattr(yaml, "CLoader", yaml.Loader)


def yaml_tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a text that ``parse_yaml`` accepted, line ends normalised; of any other it may raise."""
    return tuple(_token(found) for found in yaml.scan(text, Loader=_LOADER))


def _token(found: Any) -> Token:
    return Token(
        _KINDS.get(type(found).__name__, "document"),
        _spot(found.start_mark),
        _spot(found.end_mark),
        getattr(found, "style", None) or "",
        getattr(found, "value", ""),
    )


def _spot(mark: Any) -> Spot:
    return Spot(mark.line, mark.column, mark.index)
