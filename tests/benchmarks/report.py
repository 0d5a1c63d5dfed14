"""The page with the results: a table, and the machine on which it was made."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from side_by_side import Result

_HEAD = """\
# Benchmarks

`make bench` writes this page. Each line compares two ways, measured in turn in one run. Times are
medians, and the ratio is the median of the ratios of neighbouring runs. On another machine, the
times differ, but the ratios differ little.

| what | first | | second | | added | ratio | runs |
|---|---|---|---|---|---|---|---|
"""
_GROWTH = """\
## Growth

![Time and requests over the number of connections](benchmarks.svg)

"""


def page(results: Iterable[Result], facts: Iterable[str], growth: str) -> str:
    """The page in Markdown.

    :param results: what was measured
    :param facts: sentences about sizes, each a line of its own below the table
    :param growth: a table of how it grows; empty for none
    """
    rows = "".join(_row(result) for result in results)
    notes = "".join(f"* {fact}\n" for fact in [*facts, _machine()])
    curve = f"\n{_GROWTH}{growth}" if growth else ""
    return f"{_HEAD}{rows}\n{notes}{curve}"


def _row(result: Result) -> str:
    measure = result.measure
    cells = (
        measure.title,
        measure.plain,
        _time(result.plain),
        measure.other,
        _time(result.other),
        _time(result.added),
        f"{result.ratio:.2f}",
        str(result.runs),
    )
    return "| " + " | ".join(cells) + " |\n"


def _time(seconds: float) -> str:
    if abs(seconds) < 0.001:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1e3:.1f} ms"


def _machine() -> str:
    return (
        f"Machine: {_cpu()}, {os.cpu_count()} cores, {platform.system()}; "
        f"Python {platform.python_version()}; {_terraform()}."
    )


def _cpu() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _terraform() -> str:
    program = shutil.which("terraform")
    if program is None:
        return "no Terraform"
    shown = subprocess.run([program, "version"], capture_output=True, text=True, check=True)
    return shown.stdout.splitlines()[0]
