"""What a large schema configuration costs, beside the same value in ``terraform_data``.

The sandbox is in the process of the provider, so that its time counts as well.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests
from side_by_side import Measure
from terraform_project import HEAD, Project

from constructs_lib.constructs.synth.delivery import plant
from constructs_lib.sandbox import SandboxAdapter

TITLE = "Requests of a schema configuration"
SIZES = ((180, 50), (2_000, 0))
"""Tables, and columns of each that are named."""
_RUNS = 3


class Schemas:
    """Two projects with the same schema configuration, and the sandbox that one of them asks.

    :param tables: how many tables are named
    :param columns: how many columns of each are named
    """

    def __init__(self, tables: int, columns: int) -> None:
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        self._adapter = SandboxAdapter(folder / "sandbox.sqlite3")
        self._adapter.store.configure(rate_limit=10**9)
        self._session = requests.Session()
        self._session.mount("sandbox://", self._adapter)
        self._session.auth = ("sandbox", "sandbox")
        self._seen = self._made = 0
        names = [f"column_{number:03}" for number in range(columns)]
        self._source = {
            f"table_{n:04}": {"columns": {name: {} for name in names}} for n in range(tables)
        }
        chosen = {"enabled": True, "columns": {name: {"hashed": True} for name in names}}
        named = chosen if columns else {"enabled": False}
        self._schemas = {"public": {"tables": dict.fromkeys(self._source, named)}}
        self.ours = Project(folder / "ours", f"sandbox:{folder / 'sandbox.sqlite3'}")
        self.plain = Project(folder / "plain")
        plant(self.ours.directory, providers=("fivetranops",))
        self.plain.write(self._block("terraform_data", f"input = {self._value()}"))
        self.ours.write(self._configuration())

    def fresh(self, project: Project) -> None:
        """Makes everything as if nobody had applied it."""
        project.start_over()
        if project is self.ours:
            (project.directory / "main.tf").write_text(self._configuration(), encoding="utf-8")

    def counts(self) -> dict[str, int]:
        """How many requests of each kind the provider made since the last call."""
        entries = self._adapter.store.journal(self._seen)
        self._seen = entries[-1].number if entries else self._seen
        kinds = (
            "columns" if entry.path.endswith("/columns") else entry.method for entry in entries
        )
        return dict(Counter(kinds))

    def _configuration(self) -> str:
        """A connection of its own, whose source was read."""
        self._made += 1
        config = {"schema_prefix": f"bench_{self._made}", "host": "h"}
        body = {"group_id": "sandbox_warehouse", "service": "postgres", "config": config}
        identifier = self._ask("/v1/connections", body)["id"]
        self._adapter.store.set_source(identifier, {"public": self._source})
        self._ask(f"/v1/connections/{identifier}/schemas/reload", {})
        self.counts()
        given = f'connection_id = "{identifier}"\n  schemas = {self._value()}'
        return HEAD + self._block("fivetranops_connection_schema", given)

    def _block(self, kind: str, inside: str) -> str:
        return f'resource "{kind}" "c1" {{\n  {inside}\n}}\n'

    def _value(self) -> str:
        # Terraform reads JSON as an expression, but for the colons.
        return json.dumps(self._schemas).replace('": ', '" = ')

    def _ask(self, path: str, body: Any) -> Any:
        answer = self._session.post(f"sandbox://api{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()["data"]


class _Later:
    """Schemas that are made when they are first used."""

    def __init__(self, tables: int, columns: int) -> None:
        self._size = (tables, columns)
        self._made: Schemas | None = None

    @property
    def made(self) -> Schemas:
        """The schemas, applied."""
        if self._made is None:
            self._made = Schemas(*self._size)
            self._made.plain.apply()
            self._made.ours.apply()
        return self._made


def measures() -> Iterator[Measure]:
    """The measures, in the order of the report."""
    for tables, columns in SIZES:
        size = f"a schema of {tables:,} tables" + (f" of {columns} columns" if columns else "")
        later = _Later(tables, columns)
        yield _measure(f"`terraform plan`, nothing to do, {size}", later, Project.plan)
        yield _measure(f"`terraform plan` of {size} for the first time", later, _first_plan)
        yield _measure(f"`terraform apply` of {size}", later, _first_apply)


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


def _first_apply(project: Project) -> float:
    return project.apply()


def facts() -> Iterator[str]:
    """What is counted and not timed: the requests of each step."""
    for tables, columns in SIZES:
        made = Schemas(tables, columns)
        steps = (("first plan", _first_plan), ("apply", _first_apply), ("plan", Project.plan))
        told = []
        for name, act in steps:
            act(made.ours)
            told.append(f"{name}: {_in_words(made.counts())}")
        yield f"{TITLE}, {tables:,} tables of {columns} named columns: {'; '.join(told)}."


def _in_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
