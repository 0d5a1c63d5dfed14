"""Runs the benchmarks and writes ``docs/benchmarks.md``; ``make bench`` runs this.

``--only WORD`` runs the measures whose title has the word, and prints instead of writing; ``--only
waits`` runs those of :mod:`waits`, and ``--only "schema configuration"`` counts the requests of
:mod:`schema_measures`. ``--against REVISION`` measures another commit beside this one
(:mod:`against`) and prints. Another measure is one more ``Measure`` in a module of measures, which
``_MODULES`` names.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

import against
import catalogue_measures
import growth
import plan_measures
import schema_measures
import synth_measures
import waits
from plot import Curve, Panel, drawn
from report import page
from side_by_side import Measure, Result, compared

from constructs_lib.schemas.catalogue import service_facts

DOCS = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
PICTURE = DOCS.with_suffix(".svg")
BY_HAND = "## Single measurements\n"
"""The heading of what no run writes: measurements that led to decisions, and were made once."""
_MODULES = (plan_measures, schema_measures, synth_measures, catalogue_measures)


def main() -> int:
    """Measures and reports; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=21, help="how often each way runs")
    parser.add_argument("--only", default="", help="a word in the titles of the measures to run")
    parser.add_argument("--against", default="", help="a commit to measure beside this one")
    options = parser.parse_args()
    if options.against:
        results = _results(against.measures(options.against), options)
        sys.stdout.write(page(results, (), ""))
        return 0
    results = _results((each for module in _MODULES for each in module.measures()), options)
    if options.only:
        told = (waits, schema_measures)
        chosen = [one for one in told if options.only.casefold() in one.TITLE.casefold()]
        found = [fact for one in chosen for fact in one.facts()]
        sys.stdout.write(page(results, found, ""))
        return 0
    sys.stderr.write("Growth ...\n")
    curve = growth.points()
    PICTURE.write_text(_picture(curve), encoding="utf-8")
    facts = [*plan_measures.facts(), *schema_measures.facts(), *waits.facts(), _size()]
    by_hand = DOCS.read_text(encoding="utf-8").partition(BY_HAND)[2]
    text = page(results, facts, growth.table(curve))
    DOCS.write_text(f"{text}\n{BY_HAND}{by_hand}", encoding="utf-8")
    return 0


def _results(measures: Iterable[Measure], options: argparse.Namespace) -> list[Result]:
    results = []
    for measure in measures:
        if options.only.casefold() in measure.title.casefold():
            sys.stderr.write(f"{measure.title} ...\n")
            results.append(compared(measure, options.runs))
    return results


def _picture(curve: list[growth.Point]) -> str:
    sizes = [point.size for point in curve]
    times = Panel(
        "terraform plan",
        "seconds",
        sizes,
        [
            Curve("connections", [point.plan for point in curve]),
            Curve("the same, doing nothing", [point.idle_plan for point in curve]),
            Curve("terraform_data", [point.plain_plan for point in curve]),
        ],
    )
    requests = Panel(
        "its API",
        "requests",
        sizes,
        [
            Curve("connections", [float(point.requests) for point in curve]),
            Curve("one for each", [float(size) for size in sizes]),
        ],
    )
    synths = Panel(
        "synth",
        "seconds",
        sizes,
        [
            Curve("Connection", [point.synth for point in curve]),
            Curve("bare TerraformResource", [point.plain_synth for point in curve]),
        ],
    )
    return drawn([times, requests, synths], "connections")


def _size() -> str:
    path = Path(service_facts.PACKAGED)
    lines = path.read_text(encoding="utf-8").count("\n")
    return f"`{path.name}`: {path.stat().st_size / 1000:.0f} kB, {lines:,} lines."


if __name__ == "__main__":
    sys.exit(main())
