"""What may be asked: examples of parameters and bodies, which a small registry answers."""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, str] = {
    "name": "support/triage",
    "environment": "staging",
    "reference": "1.0.0",
    "old": "1.0.0",
    "new": "1.1.0",
    "call": "01KAJWJ6G0T2V4X6Z8A0C2E4G6",
    "what": "01KAJWJ6G0T2V4X6Z8A0C2E4G6",
    "since": "2025-11-01",
    "Idempotency-Key": "5f0c2b6e-promote-1",
}
"""What parameters of that name may be."""

BODIES: dict[str, Any] = {
    "/api/v1/prompts/{name}/-/render": {"inputs": {"ticket": "Charged twice"}},
    "/api/v1/prompts/{name}/-/at/{reference}/render": {"inputs": {"ticket": "Charged twice"}, "format": "openai"},
    "/api/v1/environments/{environment}/promotions": {"references": ["support/triage@1.1.0"], "reason": "tested"},
    "/api/v1/environments/{environment}/rollbacks": {"reference": "support/triage", "reason": "wrong queue"},
    "/api/v1/environments/{environment}/freeze": {"reason": "release weekend"},
    "/api/v1/environments/{environment}/unfreeze": {"reason": "it is over"},
    "/api/v1/environments/{environment}/rollouts": {"reference": "support/triage@1.1.0", "steps": [10, 100]},
    "/api/v1/environments/{environment}/rollouts/{name}/-/moves": {"action": "pause", "reason": "notes are missing"},
    "/api/v1/experiments/{name}/moves": {"action": "start"},
    "/api/v1/feedback": {"call": EXAMPLES["call"], "scores": {"resolved": 0}, "comment": "the wrong queue"},
    "/api/v1/events": [
        {"id": "01KAJWJ6G0T2V4X6Z8A0C2E4G7", "at": 1763726401000000, "prompt": "support/triage", "status": "ok"}
    ],
}
"""What may be brought."""


def parameter_example(path: str, name: str) -> str:
    """What a parameter of that route may be."""
    return "tone" if path.startswith("/api/v1/experiments/") else EXAMPLES[name]
