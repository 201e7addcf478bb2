"""What an attempt used, as its provider says, whether or not an answer came of it: a failed one may be billed too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from promptctl.adapters.providers import WireFormat
from promptctl.adapters.providers.answer import MalformedAnswer, parse_json
from promptctl.adapters.providers.exchange import Answer
from promptctl.adapters.providers.fault import ProviderError
from promptctl.core.models.price import picodollars
from promptctl.core.models.provider import ProviderSettings
from promptctl.core.models.request import Reply, Usage
from promptctl.runtime.gateway.pricing import price_of, price_table


@dataclass(slots=True, kw_only=True)
class Bill:
    """``usage`` is None until the provider begins an answer, or says what an error took; ``model`` as it calls it."""

    provider: ProviderSettings
    wire: WireFormat
    models: tuple[str, ...]
    usage: Usage | None = None

    def answered(self, answer: Answer) -> None:
        """An answer is there, whatever it is worth. One of an error is billed only where it says so."""
        success = 200 <= answer.status < 300
        try:
            said = parse_json(answer.body)
        except MalformedAnswer:
            said = None
        if success or (isinstance(said, dict) and said.get("usage")):
            self.told(said)

    def told(self, said: Any) -> None:
        """The provider says this, of what may be no whole answer."""
        try:
            self.usage = self.wire.usage(said)
        except MalformedAnswer:
            self.usage = Usage()
        model = said.get("model") if isinstance(said, dict) else None
        if isinstance(model, str) and model:
            self.models = (model, self.models[-1])

    def failed(self, fault: ProviderError) -> None:
        """Nothing more comes. What was cut off or unreadable was an answer, whose tokens are unknown."""
        if self.usage is None and fault.status is None and fault.kind in ("malformed", "too-large"):
            self.usage = Usage()

    def finished(self, reply: Reply) -> None:
        """The answer is whole."""
        self.usage, self.models = reply.usage, (reply.model, self.models[-1])

    def cost(self, at: datetime) -> int | None:
        """Picodollars for all this; None where tokens or price are unknown."""
        return picodollars(price_of(self.provider, self.models, self.usage, at)) if self.usage else None

    @property
    def prices(self) -> str:
        """Which table the cost comes from; empty where nothing is billed."""
        return price_table(self.provider, self.models) if self.usage else ""
