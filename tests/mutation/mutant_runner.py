"""A plugin of pytest that runs the collected tests against each mutant.

The tests are collected once. A first child process runs all of them and notes which functions each
test calls. Then each mutant gets a child process of its own, which runs the tests that call its
function, the fastest first, until one fails. No test ever runs in the parent, so that each mutant
finds everything as it was after the collection.

``MUTANTS_FILE`` names the file of the mutants, ``MUTANTS_RESULTS`` the file for the results, and
``MUTANTS_JOBS`` says how many run at a time.
"""

from __future__ import annotations

import importlib
import json
import os
import pickle
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, cast

import hypothesis
import pytest
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

KILLED, SURVIVED, TIMEOUT, UNTESTED = "killed", "survived", "timeout", "no tests"

hypothesis.settings.register_profile(
    "mutants",
    database=None,
    derandomize=True,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("mutants")


class Reached(NamedTuple):
    """What a run without a mutant has shown of a test."""

    number: int
    seconds: float
    functions: frozenset[str]


class Child(NamedTuple):
    """A process in which a mutant is tested."""

    name: str
    ends: float
    folder: str
    answer: Path


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Run the tests against each mutant in place of running them once."""
    names: list[str] = json.loads(Path(os.environ["MUTANTS_FILE"]).read_text(encoding="utf-8"))
    for module in sorted({name.rpartition(".")[0] for name in names}):
        importlib.import_module(module)
    tests = _tests_by_function(_rehearse(session))
    results = Path(os.environ["MUTANTS_RESULTS"])
    results.write_text(json.dumps(_run_all(session, names, tests)), encoding="utf-8")
    return True


def _tests_by_function(reached: list[Reached]) -> dict[str, list[Reached]]:
    tests = defaultdict(list)
    for one in sorted(reached, key=lambda one: one.seconds):
        for function in one.functions:
            tests[function].append(one)
    return tests


def _rehearse(session: pytest.Session) -> list[Reached]:
    """Run all tests in a child without a mutant; return what each has called."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "answer")
        pid = _fork(folder, lambda: _save(_observe(session), answer))
        os.waitpid(pid, 0)
        found = pickle.loads(answer.read_bytes()) if answer.exists() else "the tests have crashed"
    if isinstance(found, str):
        sys.stderr.write(f"It does not work without a mutant: {found}\n")
        raise pytest.UsageError("A test fails without a mutant.")
    return cast("list[Reached]", found)


def _save(reached: list[Reached] | str, answer: Path) -> int:
    answer.write_bytes(pickle.dumps(reached))
    return 0


def _observe(session: pytest.Session) -> list[Reached] | str:
    set_mutant_under_test("stats")
    failures, reached = _watch(session), []
    for number, item in enumerate(session.items):
        begun = time.perf_counter()
        _run_test(session, number, number + 1)
        seconds = time.perf_counter() - begun
        reached.append(Reached(number, seconds, frozenset(state()._stats)))
        state()._stats.clear()
        if failures:
            return f"{item.nodeid}: {failures[0]}"
    return reached


def _watch(session: pytest.Session) -> list[str]:
    failures: list[str] = []

    class Watch:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.failed:
                failures.append(f"{report.nodeid}\n{report.longreprtext}")

    session.config.pluginmanager.register(Watch())
    return failures


def _run_test(session: pytest.Session, number: int, following: int | None) -> None:
    items = session.items
    item = items[number]
    nextitem = items[following] if following is not None and following < len(items) else None
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)


def _run_all(
    session: pytest.Session, names: list[str], tests: dict[str, list[Reached]]
) -> dict[str, Any]:
    jobs, results = int(os.environ.get("MUTANTS_JOBS", "2")), {}
    running: dict[int, Child] = {}
    for count, name in enumerate(names):
        chosen = tests.get(name.partition("__mutmut_")[0], [])
        if not chosen:
            results[name] = (UNTESTED, "")
            continue
        while len(running) >= jobs:
            _collect(running, results)
        pid, child = _start(session, name, chosen)
        running[pid] = child
        if count % 50 == 0:
            sys.stderr.write(f"{count} of {len(names)} mutants\n")
    while running:
        _collect(running, results)
    return results


def _start(session: pytest.Session, name: str, chosen: list[Reached]) -> tuple[int, Child]:
    folder = tempfile.mkdtemp(prefix="mutant-")
    answer = Path(folder, "answer")
    seconds = sum(one.seconds for one in chosen)

    def work() -> int:
        limit = int(10 + 10 * seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        set_mutant_under_test(name)
        failures = _watch(session)
        numbers = [one.number for one in chosen]
        for number, following in zip(numbers, [*numbers[1:], None], strict=True):
            _run_test(session, number, following)
            if failures:
                answer.write_text(session.items[number].nodeid, encoding="utf-8")
                return 1
        return 0

    return _fork(folder, work), Child(name, time.monotonic() + 20 + 5 * seconds, folder, answer)


def _collect(running: dict[int, Child], results: dict[str, Any]) -> None:
    """Wait until one child has ended, or has run out of time."""
    while True:
        for pid, child in running.items():
            done, status = os.waitpid(pid, os.WNOHANG)
            if not done and time.monotonic() > child.ends:
                os.kill(pid, signal.SIGKILL)
                _, status = os.waitpid(pid, 0)
                done = pid
            if done:
                del running[pid]
                results[child.name] = _verdict(status, child)
                shutil.rmtree(child.folder, ignore_errors=True)
                return
        time.sleep(0.005)


def _verdict(status: int, child: Child) -> tuple[str, str]:
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        return SURVIVED, ""
    killer = child.answer.read_text(encoding="utf-8") if child.answer.exists() else ""
    if code < 0:
        return (TIMEOUT if code in (-signal.SIGKILL, -signal.SIGXCPU) else KILLED), killer
    return KILLED, killer


def _fork(folder: str, work: Callable[[], int]) -> int:
    """Do a work in a child that leaves nothing behind but what it writes into a folder."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        code = work()
    finally:
        os._exit(code)
