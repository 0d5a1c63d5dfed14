"""How time and requests grow with the number of connections."""

from __future__ import annotations

import statistics
from contextlib import ExitStack
from typing import NamedTuple

from plan_measures import Pair
from processes import python
from side_by_side import timed
from synth_measures import all_checks, bare, bare_pass, configured, ours

SIZES = (100, 300, 1000, 3000, 10_000)
_SMALL = 1000


class Point(NamedTuple):
    """What was measured at one size; times in seconds, medians."""

    size: int
    plain_plan: float
    """``terraform plan`` of as many ``terraform_data``."""
    idle_plan: float
    """As many resources of a provider of the same schema that does nothing."""
    plan: float
    requests: int
    plain_synth: float
    """As many bare resources of the CDK."""
    synth: float
    plain_checks: float
    """One bare pass of jsonschema."""
    checks: float


def points(sizes: tuple[int, ...] = SIZES) -> list[Point]:
    """The curve, measured turn about at each size; large sizes once, because they take minutes."""
    return [_point(size, 3 if size <= _SMALL else 1) for size in sizes]


def _point(size: int, runs: int) -> Point:
    entries = [configured(number) for number in range(size)]
    with ExitStack() as stack:
        pair = Pair(stack, size)
        ways = (
            pair.plain.plan,
            pair.idle.plan,
            pair.ours.plan,
            python(bare(size)),
            python(ours(size)),
            timed(lambda: bare_pass(entries)),
            timed(lambda: all_checks(entries)),
        )
        rounds = [[way() for way in ways] for _ in range(runs)]
        requests = sum(pair.api.counts().values()) // runs
    medians = [statistics.median(each) for each in zip(*rounds, strict=True)]
    return Point(size, *medians[:3], requests, *medians[3:])


def table(curve: list[Point]) -> str:
    """The points in Markdown, each with the time for one connection."""
    head = (
        "| connections | plan of `terraform_data` | of `idle_connection` | plan | requests | "
        "bare synth | synth | bare jsonschema | checks |\n|---|---|---|---|---|---|---|---|---|\n"
    )
    rows = (
        f"| {p.size:,} | {p.plain_plan:.2f} s | {p.idle_plan:.2f} s | {p.plan:.2f} s | "
        f"{p.requests:,} | "
        f"{p.plain_synth:.2f} s | {p.synth:.2f} s | {p.plain_checks * 1e3:.0f} ms | "
        f"{p.checks * 1e3:.0f} ms |\n"
        for p in curve
    )
    return head + "".join(rows)
