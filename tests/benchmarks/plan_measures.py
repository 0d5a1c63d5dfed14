"""What planning and creating costs, beside resources that Terraform has itself."""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from processes import processor_time, provider, python
from side_by_side import Measure
from terraform_project import Api, Attached, Project, api

_MANY = 1000
_PARALLELISM = 10
_LATENCY = 0.05
_BARE = "import ssl, socket, threading"
"""What a provider of Terraform in Python cannot do without."""
_AT_THE_END = ExitStack()
atexit.register(_AT_THE_END.close)


class Pair:
    """As many connections as resources of Terraform's own, both there already, and those of a
    provider that does nothing.

    :param stack: ends what is started
    :param count: how many of each
    :param latency: seconds between a request and its answer
    """

    def __init__(self, stack: ExitStack, count: int, latency: float = 0.0) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.api: Api = stack.enter_context(api(latency))
        self.ours = Project(folder / "ours", self.api.url)
        self.plain = Project(folder / "plain")
        self.idle = Project(folder / "idle")
        stack.callback(Attached(self.idle, Attached.IDLE).peak)
        self._folder, self._count = folder, count
        ways = (self.ours, self.ours.connections), (self.plain, self.plain.plain)
        for project, describe in (*ways, (self.idle, self.idle.idle)):
            self._make(project, describe)
        self.api.fill(count - 1)
        self.api.counts()

    @cached_property
    def counted(self) -> Project:
        """The same connections again, as the instances of one block."""
        project = Project(self._folder / "counted", self.api.url)
        project.counted(range(1, self._count + 1))
        project.gather(self.ours)
        return project

    def _make(self, project: Project, describe: Callable[[range], None]) -> None:
        describe(range(1, 2))
        project.apply()
        describe(range(1, self._count + 1))
        project.multiply(self._count)


class Later:
    """A pair that is made when it is first used, and ended with the whole run."""

    def __init__(self, count: int, latency: float = 0.0) -> None:
        self._count, self._latency = count, latency
        self._pair: Pair | None = None

    @property
    def pair(self) -> Pair:
        """The pair."""
        if self._pair is None:
            self._pair = Pair(_AT_THE_END, self._count, self._latency)
        return self._pair


def measures() -> Iterator[Measure]:
    """The measures, in the order of the report."""
    yield Measure(
        "Process start to the handshake",
        "`python -c pass`",
        "the provider",
        python("pass"),
        provider(),
    )
    one, idle = Later(1), Later(_MANY)
    yield _plan(one, "one resource", runs=None)
    yield Measure(
        "The same where `PYTHONDONTWRITEBYTECODE` is set, one resource",
        "without the variable",
        "with it",
        lambda: one.pair.ours.plan(),
        lambda: _without_byte_code(one.pair.ours),
    )
    yield Measure(
        "Processor time of the provider's three processes in that plan",
        f"three of `python -c {_BARE!r}`",
        "the provider",
        processor_time(_BARE, 3),
        lambda: one.pair.ours.processor_time_of_provider(),
    )
    yield _plan(Later(100), "100 resources", runs=11)
    for later, latency in ((idle, 0.0), (Later(_MANY, _LATENCY), _LATENCY)):
        words = f"{_MANY:,} resources, latency {latency * 1000:.0f} ms"
        yield _plan(later, words, runs=5)
    yield Measure(
        f"The same with a provider of that schema that does nothing, {_MANY:,} resources",
        "`terraform_data`",
        "`idle_connection`",
        lambda: idle.pair.plain.plan(),
        lambda: idle.pair.idle.plan(),
        runs=5,
    )
    yield Measure(
        f"The same by one block with `count`, {_MANY:,} resources",
        "a block for each",
        "`count`",
        lambda: idle.pair.ours.plan(),
        lambda: idle.pair.counted.plan(),
        runs=3,
    )
    many = Later(1, _LATENCY)
    yield Measure(
        f"Creating {_MANY:,} resources, latency {_LATENCY * 1000:.0f} ms",
        f"`idle_connection`, and {_MANY // _PARALLELISM} requests after each other",
        "`fivetranops_connection`",
        lambda: _created(many.pair.idle, many.pair.idle.idle) + _MANY / _PARALLELISM * _LATENCY,
        lambda: _created(many.pair.ours, many.pair.ours.connections),
        runs=2,
    )


def _plan(later: Later, words: str, runs: int | None) -> Measure:
    return Measure(
        f"`terraform plan`, nothing to do, {words}",
        "`terraform_data`",
        "`fivetranops_connection`",
        lambda: later.pair.plain.plan(),
        lambda: later.pair.ours.plan(),
        runs=runs,
    )


def _without_byte_code(project: Project) -> float:
    project.environment["PYTHONDONTWRITEBYTECODE"] = "1"
    try:
        return project.plan()
    finally:
        del project.environment["PYTHONDONTWRITEBYTECODE"]


def _created(project: Project, describe: Callable[[range], None]) -> float:
    project.start_over()
    describe(range(1, _MANY + 1))
    return project.apply()


def facts() -> Iterator[str]:
    """What is counted and not timed: requests, and memory."""
    with ExitStack() as stack:
        pair = Pair(stack, _MANY)
        pair.ours.plan()
        yield f"Plan without a change, {_MANY:,} connections: {_in_words(pair.api.counts())}."
        whole, private = pair.ours.bytes_in_state()
        yield f"A connection in the state: {whole:,} bytes, of which private state {private:,}."
        attached = Attached(pair.ours)
        pair.ours.plan()
        yield f"Peak memory of the provider in it: {attached.peak():.0f} MB."
    yield f"The same where lists lack `config`: {_in_words(_lean())}."
    yield f"Plan of 10 connections in an account of 5,000: {_in_words(_few())}."


def _lean() -> dict[str, int]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(api(lean=True))
        project = Project(folder / "lean", server.url)
        project.connections(range(1, 2))
        project.apply()
        server.fill(_MANY - 1)
        project.connections(range(1, _MANY + 1))
        project.multiply(_MANY)
        server.counts()
        project.plan()
        return server.counts()


def _few() -> dict[str, int]:
    """Ten in the middle of the account."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(api())
        server.fill(2_490)
        project = Project(folder / "few", server.url)
        project.connections(range(1, 11))
        project.apply()
        server.fill(2_500)
        server.counts()
        project.plan()
        return server.counts()


def _in_words(counts: dict[str, int]) -> str:
    names = {"list": ("page of the list", "pages of the list")}
    names["GET"] = ("connection read by itself", "connections read one by one")
    return ", ".join(
        f"{count:,} {names[kind][count != 1]}" for kind, count in sorted(counts.items())
    )
