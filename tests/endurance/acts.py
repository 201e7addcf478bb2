"""What an application does with its prompts, one act at a time, by chance; what comes of it is counted, or wrong."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from promptctl import OutsideError, Prompts, UsageError
from promptctl.runtime.prompt import Prompt
from tests.endurance.served import WORDS

_TEXTS = 300
_CHILD_SECONDS = 60


class Acts:
    """The acts of one thread. ``places`` are the sources, ``open_prompts`` those that live as long as the process."""

    def __init__(self, places: Mapping[str, Any], open_prompts: Mapping[str, Prompts], chances: Random) -> None:
        self.done: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._places, self._open, self._chances = places, open_prompts, chances
        self._acts: dict[Callable[[], None], float] = {
            self._renders: 30, self._completes: 30, self._streams: 12, self._leaves_a_stream: 5, self._loops: 6,
            self._calls_itself: 6, self._mistakes: 3, self._looks: 3, self._stages: 3, self._opens: 1.5,
            self._forgets: 0.5, self._forks: 0.5,
        }  # fmt: skip

    def act(self) -> None:
        """One of them. A provider's fault is none of ours; everything else that is raised is wrong."""
        (chosen,) = self._chances.choices(list(self._acts), list(self._acts.values()))
        try:
            chosen()
            self.done[chosen.__name__.strip("_")] += 1
        except OutsideError as error:
            self.done[error.code] += 1
        except Exception:
            # Whatever it is, it is reported, and the next act comes.
            self.wrong.append(traceback.format_exc())

    def _prompts(self) -> Prompts:
        return self._open[self._chances.choice(("file", "https"))]

    def _prompt(self, prompts: Prompts) -> Prompt:
        unit = self._chances.choice((None, f"user-{self._chances.randrange(10_000)}"))
        attributes = self._chances.choice((None, {"region": "eu"}, {"region": 7}))
        return prompts.get(self._chances.choice(("answer", "reply")), unit=unit, attributes=attributes)

    def _text(self) -> str:
        return f"text {self._chances.randrange(_TEXTS)}"

    def _check(self, prompt: Prompt, text: str, found: str) -> None:
        if found != f"{WORDS[prompt.version]} {text}".upper():
            self.wrong.append(f"{prompt!r} of {text!r} answered {found!r}")

    def _renders(self) -> None:
        prompts, text = self._prompts(), self._text()
        for _ in range(10):
            prompt = self._prompt(prompts)
            self._check(prompt, text, prompt.render(text=text).upper())
        with prompts.forced({"chain": "1.0.0"}):
            assert prompts.get("chain").is_chain

    def _completes(self) -> None:
        self._completed(self._prompts())

    def _completed(self, prompts: Prompts) -> None:
        prompt, text = self._prompt(prompts), self._text()
        call = prompts.call(prompt, text=text, user="ada")
        self._check(prompt, text, call.complete().text)
        prompts.feedback(call.id, comment="well", stars=4)

    def _streams(self) -> None:
        prompts = self._prompts()
        prompt, text = self._prompt(prompts), self._text()
        self._check(prompt, text, "".join(prompts.call(prompt, text=text).stream()))

    def _leaves_a_stream(self) -> None:
        prompts = self._prompts()
        pieces = prompts.call(self._prompt(prompts), text=self._text()).stream()
        next(pieces)
        del pieces

    def _loops(self) -> None:
        """An event loop that comes and goes."""
        prompts, text = self._prompts(), self._text()
        prompt = self._prompt(prompts)

        async def streamed() -> str:
            return "".join([piece async for piece in prompts.call(prompt, text=text).astream()])

        async def whole() -> str:
            return (await prompts.call(prompt, text=text).acomplete()).text

        async def several() -> list[str | BaseException]:
            return [*await asyncio.gather(streamed(), whole(), whole(), return_exceptions=True)]

        for found in asyncio.run(several()):
            if isinstance(found, BaseException):
                raise found
            self._check(prompt, text, found)

    def _calls_itself(self) -> None:
        prompts = self._prompts()
        with prompts.own_call(self._prompt(prompts), {"text": "x"}) as call:
            call.answered("LOUD")

    def _mistakes(self) -> None:
        prompts = self._prompts()
        for mistake in (lambda: prompts.get("nobody"), lambda: prompts.get("answer").render(txet="x")):
            try:
                mistake()
            except UsageError:
                continue
            self.wrong.append("a mistake was not named")

    def _looks(self) -> None:
        prompts = self._chances.choice(list(self._open.values()))
        prompts.status()
        self._prompts().refresh()

    def _stages(self) -> None:
        prompts = self._open.get("repository", self._prompts())
        for name in prompts.status().serials:
            assert prompts.get(name).name == name

    def _opens(self) -> None:
        with self._another() as prompts:
            self._completed(prompts)

    def _another(self) -> Prompts:
        """Also where its source has nothing good just now: then there is the last good bundle."""
        return Prompts("prod", source=self._places[self._chances.choice(("file", "https"))], refresh_every=0.2)

    def _forgets(self) -> None:
        """One that nobody closes."""
        prompts = self._another()
        self._completed(prompts)
        del prompts
        gc.collect()

    def _forks(self) -> None:
        """A child that works with what it has of its parent, and ends."""
        with warnings.catch_warnings():
            # Newer Pythons warn of forks in processes with threads: that is what is tried here.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            self._as_child()
        code = os.waitpid(child, 0)[1]
        if code:
            self.wrong.append(f"a child ended with {code}")

    def _as_child(self) -> None:
        signal.alarm(_CHILD_SECONDS)
        code = 1
        try:
            self.wrong, prompts = [], self._prompts()
            for _ in range(3):
                try:
                    self._completed(prompts)
                except OutsideError:
                    continue
            prompts.close()
            code = 1 if self.wrong else 0
        except BaseException:
            # It must not go on as its parent.
            traceback.print_exc()
        finally:
            os._exit(code)
