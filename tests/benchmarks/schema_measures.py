"""What a large schema configuration costs, beside the same value in ``terraform_data``.

The API is in a process of its own, and answers at once, as for the other measures of plans.
"""

from __future__ import annotations

import json
import resource
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from side_by_side import Measure
from terraform_project import HEAD, Api, Project, api, counting_orphans

from constructs_lib.constructs.synth.delivery import plant

TITLE = "Requests of a schema configuration"
SIZES = ((180, 50), (2_000, 0))
"""Tables, and columns of each that are named."""
_RUNS = 3
_CONNECTION = "bench_000001"


class Schemas:
    """Two projects with the same schema configuration, and the API that one of them asks.

    :param stack: gets what has to be closed
    :param tables: how many tables are named
    :param columns: how many columns of each are named
    """

    def __init__(self, stack: ExitStack, tables: int, columns: int) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self._api: Api = stack.enter_context(api())
        self._api.fill(1)
        self._source = tables, columns
        names = [f"column_{number:03}" for number in range(columns)]
        chosen = {"enabled": True, "columns": {name: {"hashed": True} for name in names}}
        named = chosen if columns else {"enabled": False}
        tables_named = dict.fromkeys((f"table_{number:04}" for number in range(tables)), named)
        # Terraform reads JSON as an expression, but for the colons.
        value = json.dumps({"public": {"tables": tables_named}}).replace('": ', '" = ')
        self.ours = Project(folder / "ours", self._api.url)
        self.plain = Project(folder / "plain")
        plant(self.ours.directory, providers=("fivetranops",))
        given = f'connection_id = "{_CONNECTION}"\n  schemas = {value}'
        self.plain.write(_block("terraform_data", f"input = {value}"))
        self.ours.write(HEAD + _block("fivetranops_connection_schema", given))
        self.fresh(self.ours)

    def fresh(self, project: Project) -> None:
        """Makes everything as if nobody had applied it."""
        project.start_over()
        if project is self.ours:
            self._api.set_source(*self._source)

    def counts(self) -> dict[str, int]:
        """How many requests of each kind the provider made since the last call."""
        return self._api.counts()


def _block(kind: str, inside: str) -> str:
    return f'resource "{kind}" "c1" {{\n  {inside}\n}}\n'


class _Later:
    """Schemas that are made when they are first used."""

    def __init__(self, stack: ExitStack, tables: int, columns: int) -> None:
        self._stack, self._size = stack, (tables, columns)

    @cached_property
    def made(self) -> Schemas:
        """The schemas, applied."""
        made = Schemas(self._stack, *self._size)
        made.plain.apply()
        made.ours.apply()
        return made


def measures() -> Iterator[Measure]:
    """The measures, in the order of the report."""
    for tables, columns in SIZES:
        size = f"a schema of {tables:,} tables" + (f" of {columns} columns" if columns else "")
        with ExitStack() as stack:
            later = _Later(stack, tables, columns)
            yield _measure(f"`terraform plan`, nothing to do, {size}", later, Project.plan)
            yield _measure(f"`terraform plan` of {size} for the first time", later, _first_plan)
            yield _measure(f"`terraform apply` of {size}", later, _first_apply)
            title = f"Processor time of `terraform plan` of {size} for the first time"
            yield _measure(title, later, _processor_time_of_first_plan)


def _measure(title: str, later: _Later, act: Callable[[Project], float]) -> Measure:
    is_first = act is not Project.plan

    def run(is_ours: bool) -> float:
        made = later.made
        project = made.ours if is_ours else made.plain
        if is_first:
            made.fresh(project)
        return act(project)

    return Measure(
        title,
        "`terraform_data`",
        "`fivetranops_connection_schema`",
        lambda: run(False),
        lambda: run(True),
        runs=_RUNS,
    )


def _first_plan(project: Project) -> float:
    return project.run("plan", "-input=false")


def _processor_time_of_first_plan(project: Project) -> float:
    """Return what Terraform and the provider take, which others on the machine hardly change."""
    before = _of_children()
    with counting_orphans():
        _first_plan(project)
    return _of_children() - before


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _first_apply(project: Project) -> float:
    return project.apply()


def facts() -> Iterator[str]:
    """What is counted and not timed: the requests of each step."""
    for tables, columns in SIZES:
        with ExitStack() as stack:
            told = list(_steps(Schemas(stack, tables, columns)))
        yield f"{TITLE}, {tables:,} tables of {columns} named columns: {'; '.join(told)}."


def _steps(made: Schemas) -> Iterator[str]:
    made.counts()
    steps = (("first plan", _first_plan), ("apply", _first_apply), ("plan", Project.plan))
    for name, act in steps:
        act(made.ours)
        yield f"{name}: {_in_words(made.counts())}"


def _in_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
