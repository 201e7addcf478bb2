"""Acorn's application: ``app.py BUNDLE CALLS`` answers tickets of so many users, and prints the last call that failed.

It is what any application is: prompts from a bundle, a unit to be assigned by, calls through the runtime.
"""

from __future__ import annotations

import sys
from pathlib import Path

from promptctl import PromptctlError, Prompts

TICKETS = ("I was charged twice.", "The parcel is late.", "When are you open?")


def main(bundle: str, calls: int) -> None:
    """Makes the calls one after the other."""
    prompts, failed, answered = Prompts("prod", source=Path(bundle)), "", 0
    for number in range(calls):
        prompt = prompts.get("support/triage", unit=f"user-{number}")
        with prompts.call(prompt, ticket=TICKETS[number % len(TICKETS)], user=f"user-{number}") as call:
            try:
                call.complete()
                answered += 1
            except PromptctlError:
                failed = call.id
    prompts.close()
    print(f"{answered} of {calls} tickets answered{f'; the last that failed: {failed}' if failed else ''}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
