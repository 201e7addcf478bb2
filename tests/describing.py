"""What pages about commands say of an option, as the program knows it."""

from __future__ import annotations

from typing import Any

COMMON = ("--json", "--quiet", "-C", "--help")
TYPES = {"str": "TEXT", "int": "NUMBER", "int range": "NUMBER"}


def value(option: Any) -> str:
    """What the value of an option may be."""
    choices = getattr(option.type, "choices", None)
    if choices:
        return r" \| ".join(f"`{choice}`" for choice in choices)
    return f"*{option.metavar or TYPES[option.type.name]}*"


def meaning(option: Any) -> str:
    """An option's help with its default and its environment variable."""
    text: str = option.help
    if option.envvar:
        text += f" Also from `{option.envvar}`."
    if option.show_default and not option.is_flag and option.default is not None:
        text += f" Default: `{getattr(option.default, 'value', option.default)}`."
    return text + (" Required." if option.required else "")
