"""Events on their way from an application to a store: queued, cleaned, written in batches by a thread of their own."""

from __future__ import annotations

from promptctl.runtime.recording.opening import new_id, open_recorder
from promptctl.runtime.recording.recorder import Recorder
from promptctl.runtime.recording.tally import Counts

__all__ = ["Counts", "Recorder", "new_id", "open_recorder"]
