"""Regular expressions of suites that never end, and answers that make others slow."""

from __future__ import annotations

from tests.hostile import seed
from tests.hostile.seed import Seed, quoted
from tests.hostile.seeds.json_schemas import PATTERNS


def _suite(kind: str, argument: str, text: str) -> str:
    return f"cases:\n- name: a\n  inputs: {{ticket: {quoted(text[:7000])}}}\n  expect: [{{{kind}: {argument}}}]\n"


SEEDS = (
    *(
        Seed(name=f"patterns/regex-{name}", files={seed.SUITE: _suite("regex", quoted(pattern), text)})
        for name, (pattern, text) in PATTERNS.items()
    ),
    *(
        Seed(
            name=f"patterns/path-{name}",
            files={seed.SUITE: _suite("json_path", f"{{path: $.a, regex: {quoted(pattern)}}}", text)},
        )
        for name, (pattern, text) in list(PATTERNS.items())[::3]
    ),
    *(
        Seed(
            name=f"patterns/schema-{name}",
            files={seed.SUITE: _suite("json_schema", f"{{pattern: {quoted(pattern)}}}", text)},
        )
        for name, (pattern, text) in list(PATTERNS.items())[1::3]
    ),
    *(
        Seed(name=f"patterns/not-a-text-{number}", files={seed.SUITE: _suite("regex", argument, "x")})
        for number, argument in enumerate(["~", "1", "[a]", "{a: b}", "''", "true"])
    ),
    Seed(
        name="patterns/braces-of-another-language",
        files={seed.PROMPT: "inputs: {a: string}\ntemplate: '" + "{" * 100_000 + "${a" * 20_000 + "'\n"},
    ),
    Seed(
        name="patterns/open-tags",
        files={seed.PROMPT: "inputs: {a: string}\ntemplate: '" + "{% raw %}{{" * 10_000 + "'\n"},
    ),
    Seed(
        name="patterns/provider-host",
        files={seed.SETTINGS: ('[providers.x]\nkind = "openai"\nbase_url = "https://' + "a-" * 20_000 + '!"\n')},
    ),
    Seed(
        name="patterns/provider-path",
        files={seed.SETTINGS: ('[providers.x]\nkind = "openai"\nbase_url = "https://a' + "/a" * 20_000 + '^"\n')},
    ),
    Seed(
        name="patterns/branch-globs",
        files={
            seed.SETTINGS: (
                '[repository]\nrelease_branches = ["' + "*a" * 200 + 'b", "' + "[" * 2000 + '", "[!]", "**/**"]\n'
            )
        },
    ),
)
