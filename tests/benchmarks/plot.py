"""Draws curves as a picture (SVG) with logarithmic axes, readable on light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_WIDTH, _HEIGHT = 340, 315
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 78, 44
_COLOURS = ("#b35900", "#0b62a4", "#5c6470")
_STYLE = (
    "text{font:12px sans-serif;fill:#5c6470}.title{font-weight:bold}"
    ".grid{stroke:#8b929c;stroke-opacity:.25}"
    "@media(prefers-color-scheme:dark){text{fill:#c8ced6}}"
)


class Curve(NamedTuple):
    """One line of a panel."""

    name: str
    values: Sequence[float]


class Panel(NamedTuple):
    """One diagram; all its curves have the same places."""

    title: str
    unit: str
    """What the vertical axis counts, such as ``seconds``."""
    places: Sequence[float]
    curves: Sequence[Curve]


def drawn(panels: Sequence[Panel], across: str) -> str:
    """The panels side by side.

    :param across: what the horizontal axes count
    """
    parts = [
        f'<g transform="translate({number * _WIDTH} 0)">{_panel(panel, across)}</g>'
        for number, panel in enumerate(panels)
    ]
    size = f'width="{_WIDTH * len(panels)}" height="{_HEIGHT}"'
    box = f'viewBox="0 0 {_WIDTH * len(panels)} {_HEIGHT}"'
    names = "; ".join(panel.title for panel in panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} role="img" aria-label="{names}">'
        f"<style>{_STYLE}</style>{''.join(parts)}</svg>\n"
    )


def _panel(panel: Panel, across: str) -> str:
    values = [value for curve in panel.curves for value in curve.values]
    upper, lower = _decade(max(values), up=True), _decade(min(values), up=False)
    least, most = min(panel.places), max(panel.places)

    def x(place: float) -> float:
        share = math.log(place / least) / math.log(most / least)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        share = math.log(value / lower) / math.log(upper / lower)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    parts = [f'<text class="title" x="{_LEFT}" y="18">{panel.title}, {panel.unit}</text>']
    parts += [_across(x(place), _short(place)) for place in panel.places]
    parts += [_up(y(value), _short(value)) for value in _decades(lower, upper)]
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">{across}</text>')
    for number, curve in enumerate(panel.curves):
        points = [(x(p), y(v)) for p, v in zip(panel.places, curve.values, strict=True)]
        parts.append(_line(points, curve.name, number))
    return "".join(parts)


def _line(points: Sequence[tuple[float, float]], name: str, number: int) -> str:
    colour = _COLOURS[number % len(_COLOURS)]
    path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
    dots = "".join(
        f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" fill="{colour}"/>' for px, py in points
    )
    # The names stand above the diagram, where no curve comes.
    key = 36 + number * 15
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'
        f'<circle cx="{_LEFT + 4}" cy="{key - 4}" r="4" fill="{colour}"/>'
        f'<text x="{_LEFT + 13}" y="{key}">{name}</text>'
    )


def _across(at: float, text: str) -> str:
    bottom = _HEIGHT - _BOTTOM
    return (
        f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{bottom}"/>'
        f'<text x="{at:.1f}" y="{bottom + 16}" text-anchor="middle">{text}</text>'
    )


def _up(at: float, text: str) -> str:
    return (
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>'
        f'<text x="{_LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{text}</text>'
    )


def _decade(value: float, *, up: bool) -> float:
    exponent = math.log10(value)
    return 10.0 ** (math.ceil(exponent) if up else math.floor(exponent))


def _decades(lower: float, upper: float) -> Iterable[float]:
    first, last = round(math.log10(lower)), round(math.log10(upper))
    return (10.0**exponent for exponent in range(first, last + 1))


def _short(value: float) -> str:
    if value >= 1000:
        return f"{value / 1000:g}k"
    return f"{value:g}"
