"""The index pages of error codes and lint rules, made from their pages: ``python -m tests.docs_index`` writes them."""

from __future__ import annotations

from pathlib import Path

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"
ERRORS, RULES = REFERENCE / "errors", REFERENCE / "lint"
HEADS = {
    ERRORS: """\
# Error codes

Every error that stops a command has a code that stays the same, on the screen (`error[PC002]: …`) and in `--json`
(`error.code`). Each page says what it means and how to repair it.
""",
    RULES: """\
# Lint rules

What `promptctl lint` finds. Errors and warnings make it exit 1, notices do not. Each page shows a file with the finding
and one without.
""",
}


def index(folder: Path) -> str:
    """The index of a folder: its head, and a line for each page with the title that the page begins with."""
    pages = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    titles = [path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ").split(": ", 1) for path in pages]
    rows = "".join(f"| [{code}]({code}.md) | {title} |\n" for code, title in titles)
    return f"{HEADS[folder]}\n| code | meaning |\n|---|---|\n{rows}"


if __name__ == "__main__":
    for each in HEADS:
        (each / "README.md").write_text(index(each), encoding="utf-8")
