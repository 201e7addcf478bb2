"""What once got through: each is the smallest material that did, named by what went wrong."""

from __future__ import annotations

from tests.hostile import seed
from tests.hostile.seed import Seed, templated
from tests.hostile.sound import LOCK, SETTINGS, moves

SEEDS = (
    Seed(name="regressions/filter-asserts", files={seed.PROMPT: templated("{{ ticket|truncate(-1) }}")}),
    Seed(name="regressions/argument-twice", files={seed.PROMPT: templated("{% macro m(a, a) %}{% endmacro %}")}),
    Seed(
        name="regressions/filtered-loop-unpaid",
        files={
            seed.PROMPT: templated(
                "{% for a in range(9999) %}{% for b in range(9999) if b < 0 %}{% endfor %}{% endfor %}"
            )
        },
    ),
    Seed(name="regressions/address-printed", files={seed.PROMPT: templated("{{ [many|map('upper')] }}")}),
    Seed(name="regressions/line-end-of-another-yaml", files={seed.PROMPT: "# a\u2028template: x\n"}),
    Seed(name="regressions/half-a-character-in-moves", files={seed.MOVES: moves().text.replace("Ada", "\\ud800")}),
    Seed(
        name="regressions/date-in-settings", files={seed.SETTINGS: SETTINGS.replace('["description"]', "[2026-01-01]")}
    ),
    Seed(name="regressions/long-number-in-settings", files={seed.SETTINGS: "x = " + "9" * 5000 + "\n"}),
    Seed(name="regressions/tables-in-tables", files={seed.SETTINGS: f"[a{'.a' * 300}]\n"}),
    Seed(
        name="regressions/evidence-in-evidence",
        files={seed.MOVES: moves().text.replace('"evidence":null', '"evidence":' + '{"a":' * 300 + "{}" + "}" * 300)},
    ),
    Seed(
        name="regressions/after-one-that-is-after-nobody",
        files={seed.SETTINGS: '[environments.a]\nafter = "b"\n[environments.b]\nafter = "c"\n'},
    ),
    Seed(name="regressions/lists-without-number", files={seed.LOCK: lambda: LOCK + "[" + "[]," * 2_500_000 + "[]]"}),
)
