"""Every attack, in the order of the table."""

from __future__ import annotations

from tests.attacks import files, tags

ATTACKS = (*tags.ATTACKS, *files.ATTACKS)
