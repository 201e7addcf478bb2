"""A fork and the work that it must not cut in two: one waits for the other, and others need not wait."""

from __future__ import annotations

import subprocess
import sys

WORK = """
import os, threading
from promptctl.adapters.fork_gate import no_fork

inside, together, end = threading.Semaphore(0), threading.Barrier(3), threading.Event()
done = []

def work():
    with no_fork():
        together.wait()
        inside.release()
        end.wait()
        done.append(1)

threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
together.wait()
inside.acquire()
inside.acquire()
threading.Timer(0.05, end.set).start()
child = os.fork()
if child == 0:
    with no_fork():
        os._exit(0 if len(done) == 2 else 1)
assert os.waitpid(child, 0)[1] == 0
for thread in threads:
    thread.join()
with no_fork():
    print("well")
"""
STUCK = """
import os, threading
from promptctl.adapters import fork_gate

fork_gate._PATIENCE = 0.01
begun, end = threading.Event(), threading.Event()

def work():
    with fork_gate.no_fork():
        begun.set()
        end.wait()

thread = threading.Thread(target=work)
thread.start()
begun.wait()
child = os.fork()
if child == 0:
    with fork_gate.no_fork():
        os._exit(0)
assert os.waitpid(child, 0)[1] == 0
end.set()
thread.join()
print("well")
"""


def ran(text: str) -> str:
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", text]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def test_a_fork_waits_for_all_that_are_at_work_at_once() -> None:
    assert ran(WORK) == "well\n"


def test_a_fork_does_not_wait_for_ever() -> None:
    assert ran(STUCK) == "well\n"
