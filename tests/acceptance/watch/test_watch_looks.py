"""The page looks as it should: on a phone and on a desk, in light and in dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import DESK, PHONE, Browser
from watched import Watched

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
LONG = "a_name_that_has_no_end_and_no_place_to_break_" * 3


@pytest.fixture
def busy(browser: Browser, watched: Watched) -> Browser:
    """A page with each kind of thing on it."""
    watched.ask("PUT", "/_connector/sandbox_wiki/_status", {"status": "needs_configuration"})
    invoices, orders = watched.add("invoices"), watched.add("orders")
    watched.add("shop", paused=True, run_setup_tests=False)
    watched.set_state(invoices, {"updated_since": "2024-06-01T00:00:00Z", "page": 12})
    watched.fivetran.configure(sync_seconds=600)
    watched.ask("POST", f"/v1/connections/{orders}/sync")
    watched.ask("GET", f"/v1/connections/{orders}")
    watched.ask("PATCH", f"/v1/connections/{orders}/state", {"state": {"updated_since": None}})
    watched.fivetran.configure(faults=[{"kind": "500_after", "method": "PATCH"}])
    watched.ask("PATCH", f"/v1/connections/{invoices}", {"sync_frequency": 60})
    browser.shows("#journal li", "500_after")
    watched.set_state(invoices, {"updated_since": "2024-01-01T00:00:00Z", "table": "lines"})
    browser.shows("#fivetran-items .tag", "state has moved")
    return browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_text_can_be_read(
    busy: Browser, scheme: str, size: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    busy.size(size)
    busy.scheme(scheme)
    busy.run("for (const each of document.querySelectorAll('details')) each.open = true")
    name = request.node.callspec.id

    _check_contrast(busy)
    busy.picture(f"list-{name}")
    busy.find("#fivetran-items a").click()
    busy.shows("#state .moved", "lines")
    _check_contrast(busy)
    busy.picture(f"detail-{name}")


def test_light_and_dark_are_the_systems(busy: Browser) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        busy.scheme(scheme)
        grounds.append(busy.run("return getComputedStyle(document.body).backgroundColor"))

    assert grounds == ["rgb(245, 246, 248)", "rgb(18, 22, 28)"]


@pytest.mark.parametrize("width", [320, 360, 800, 1280])
def test_nothing_is_wider_than_the_window(busy: Browser, watched: Watched, width: int) -> None:
    identifier = watched.add(LONG)
    watched.set_state(identifier, {LONG: LONG})
    watched.elastic.add_connector(LONG, name=LONG, service_type=LONG)
    busy.size((width, 740))
    busy.shows("#fivetran-items .cursor", LONG)
    busy.shows("#elastic-items strong", LONG)

    assert _widest(busy) <= width
    busy.find("#fivetran-items li:last-child a").click()
    busy.shows("#detail-title", LONG)
    assert _widest(busy) <= width


def test_on_a_phone_what_was_chosen_is_a_page_of_its_own(busy: Browser) -> None:
    busy.size(PHONE)
    busy.find("#fivetran-items a").click()
    busy.shows("#detail-title", "invoices")
    assert not busy.find(".holdings").is_displayed()

    busy.find("#close").click()

    busy.until(lambda: busy.find(".holdings").is_displayed())


def test_on_a_phone_everything_is_large_enough_for_a_finger(busy: Browser) -> None:
    busy.size(PHONE)
    script = """
        const targets = [...document.querySelectorAll("a, button, select, label, summary")];
        return targets.filter((each) => each.checkVisibility() && !each.matches(".skip"))
          .map((each) => [each.id || each.innerText, each.getBoundingClientRect().height])
          .filter(([, height]) => height < 24);
    """
    assert busy.run(script) == []


@pytest.mark.parametrize(("wanted", "name"), [("no-preference", "fresh"), ("reduce", "none")])
def test_a_new_request_moves_only_for_who_wants_it(
    browser: Browser, watched: Watched, wanted: str, name: str
) -> None:
    features = [{"name": "prefers-reduced-motion", "value": wanted}]
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    watched.add("invoices")

    browser.shows("#journal li.fresh", "POST")
    script = "return getComputedStyle(document.querySelector('li.fresh')).animationName"
    assert browser.run(script) == name


def _check_contrast(browser: Browser) -> None:
    # A new request shines for a moment; what is read is how it stays.
    browser.run("document.getAnimations().forEach((each) => each.finish())")
    judged = browser.run(CONTRAST)
    assert judged["seen"] > 40
    assert judged["found"] == []


def _widest(browser: Browser) -> int:
    widest: int = browser.run("return document.documentElement.scrollWidth")
    return widest
