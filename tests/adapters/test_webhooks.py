"""What a webhook may do to whoever tells it something: nothing for longer than some seconds."""

from __future__ import annotations

import pytest

from promptctl.adapters.webhooks import tell
from promptctl.core.webhook import users_webhook
from promptctl.errors import OutsideError
from tests.servers import drip, model_server


def test_an_answer_that_never_ends_is_given_up() -> None:
    with model_server() as server:
        server.always = drip
        hook = users_webhook(server.url, "--webhook")
        with pytest.raises(OutsideError, match="took nothing: no whole answer"):
            tell(hook, {"what": "alarm"}, {}, pauses=(0.001,), seconds=0.4)
        assert len(server.received) == 2
