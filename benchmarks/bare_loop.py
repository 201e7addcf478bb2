"""What a user without any tool would write: ``python -m benchmarks.bare_loop URL CASES AT_ONCE``.

One client of httpx2, as many workers as calls at once, one text looked for in each answer.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

import httpx2


async def _work(client: httpx2.AsyncClient, url: str, numbers: Iterator[int]) -> int:
    passed = 0
    for number in numbers:
        message = {"role": "user", "content": f"Is ticket {number} ok?"}
        answer = await client.post(url, json={"model": "m-1", "messages": [message]})
        answer.raise_for_status()
        passed += "ok" in answer.json()["choices"][0]["message"]["content"]
    return passed


async def _run(url: str, cases: int, at_once: int) -> int:
    numbers = iter(range(cases))
    limits = httpx2.Limits(max_connections=at_once, max_keepalive_connections=at_once)
    async with httpx2.AsyncClient(limits=limits, trust_env=False, verify=False, timeout=60) as client:
        return sum(await asyncio.gather(*(_work(client, url, numbers) for _ in range(at_once))))


if __name__ == "__main__":
    base, total, most = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if asyncio.run(_run(f"{base}/chat/completions", total, most)) != total:
        sys.exit(1)
