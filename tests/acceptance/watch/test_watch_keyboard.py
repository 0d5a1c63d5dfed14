"""The page can be read without a mouse."""

from __future__ import annotations

from browser import Browser
from selenium.webdriver.common.keys import Keys
from watched import Watched


def test_the_focus_goes_through_the_page_in_the_order_of_reading(
    browser: Browser, watched: Watched
) -> None:
    watched.add("invoices")
    browser.shows("#fivetran-items a", "invoices")

    seen = []
    for _ in range(7):
        browser.press(Keys.TAB)
        seen.append(browser.focused().split("\n")[0])

    skip, pause, connection, connector, about, writes, keys = seen
    assert (skip, pause) == ("Skip to the requests", "pause")
    assert connection.startswith("invoices")
    assert connector.startswith("Wiki")
    assert (about, writes, keys) == ("about", "writes", "Keys")


def test_whatever_has_the_focus_is_outlined(browser: Browser, watched: Watched) -> None:
    watched.add("invoices")
    browser.shows("#fivetran-items a", "invoices")
    script = "return getComputedStyle(document.activeElement).outlineStyle"

    for _ in range(7):
        browser.press(Keys.TAB)
        assert browser.run(script) == "solid", browser.focused()


def test_the_link_at_the_top_skips_to_the_requests(browser: Browser) -> None:
    browser.press(Keys.TAB, Keys.ENTER)

    browser.until(lambda: browser.focused() == "requests")


def test_a_connection_is_chosen_read_and_closed_by_keys(browser: Browser, watched: Watched) -> None:
    for schema in ("invoices", "orders"):
        watched.add(schema)
    browser.until(lambda: len(browser.texts("#fivetran-items a")) == 2)

    browser.press("c", Keys.TAB, Keys.ARROW_DOWN)
    assert browser.focused().startswith("orders")
    browser.press(Keys.ARROW_UP, Keys.ARROW_DOWN, Keys.ENTER)
    browser.until(lambda: browser.focused() == "detail-title")
    assert browser.text("#detail-title") == "orders"

    browser.press(Keys.ESCAPE)
    browser.until(lambda: browser.focused().startswith("orders"))
    assert not browser.find("#detail").is_displayed()


def test_each_key_does_what_the_page_says(browser: Browser, watched: Watched) -> None:
    watched.ask("GET", "/v1/groups")
    browser.shows("#journal li", "GET")

    browser.press("w")
    assert browser.texts("#journal li") == []
    browser.press("r")
    assert browser.focused() == "requests"
    browser.press("e")
    assert browser.focused() == "connectors-title"
    browser.press("?")
    assert browser.find(".keys").is_displayed()
    browser.press("p")
    assert browser.text("#live") == "Paused"


def test_the_keys_can_be_turned_off(browser: Browser) -> None:
    browser.press("?")
    browser.find("#use-keys").click()

    browser.press("p")

    assert browser.text("#pause") == "Pause"


def test_the_focus_stays_where_it_is_while_the_page_changes(
    browser: Browser, watched: Watched
) -> None:
    first, _ = watched.add("invoices"), watched.add("orders")
    browser.until(lambda: len(browser.texts("#fivetran-items a")) == 2)
    browser.press("c", Keys.TAB, Keys.ARROW_DOWN)

    watched.ask("DELETE", f"/v1/connections/{first}")
    watched.add("shop")

    browser.until(lambda: "shop" in browser.text("#fivetran-items"))
    browser.until(lambda: "invoices" not in browser.text("#fivetran-items"))
    assert browser.focused().startswith("orders")
