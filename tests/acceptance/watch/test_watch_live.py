"""The page shows what happens, when it happens."""

from __future__ import annotations

import json
import threading

from browser import PHONE, Browser
from watched import Watched

from constructs_lib.sandbox import SandboxServer
from constructs_lib.sandbox.elastic import ElasticApi
from constructs_lib.sandbox.fivetran.generated import generate
from constructs_lib.sandbox.watch import ADDRESS, View, WatchedApi
from constructs_lib.sandbox.watch.view import MAX_ENTRIES, MAX_ITEMS

HOSTILE = '<img src=x onerror="document.title=1">'


def test_a_new_sandbox_says_what_will_be_here(browser: Browser) -> None:
    browser.shows("#fivetran-empty", "appears here as soon as somebody creates it")
    browser.shows("#no-requests", "None yet.")
    browser.shows("#elastic-items", "Wiki")


def test_a_request_and_what_it_made_appear_by_themselves(
    browser: Browser, watched: Watched
) -> None:
    identifier = watched.add("invoices", paused=True)

    browser.shows("#journal li", "POST")
    assert "201" in browser.text("#journal li")
    assert '"schema":"invoices"' in browser.text("#journal li")
    assert browser.text("#fivetran-items a").startswith("invoices")
    assert identifier in browser.text("#fivetran-items a")
    assert browser.texts("#fivetran-items .tag") == ["setup connected", "paused"]


def test_a_sync_that_runs_is_counted_down_and_ends(browser: Browser, watched: Watched) -> None:
    identifier = watched.add("invoices")
    watched.fivetran.configure(sync_seconds=600)
    watched.ask("POST", f"/v1/connections/{identifier}/sync")
    browser.shows("#fivetran-items .tag", "historical sync runs, ")
    browser.until(lambda: 0 < _seconds_left(browser) < 600)

    watched.fivetran.advance(600)

    browser.shows("#fivetran-items .tag", "no sync runs")
    browser.shows("#fivetran-items .cursor", "checkpoint = 1")


def test_a_refusal_and_a_fault_are_told(browser: Browser, watched: Watched) -> None:
    watched.fivetran.configure(faults=[{"kind": "500_after", "method": "GET"}])
    watched.ask("GET", "/v1/connections/nobody")

    browser.shows("#journal li.refused", "404")
    browser.shows("#journal li.refused", "fault: 500_after")


def test_a_status_of_elastic_moves(browser: Browser, watched: Watched) -> None:
    watched.ask("PUT", "/_connector/sandbox_wiki/_status", {"status": "needs_configuration"})

    browser.shows("#elastic-items .tag", "needs configuration")
    browser.shows("#journal .api", "Elastic")


def test_what_changed_of_a_state_is_marked(browser: Browser, watched: Watched) -> None:
    identifier = watched.add("invoices")
    watched.set_state(identifier, {"since": "2024-06-01", "page": {"number": 12}, "kept": True})
    browser.shows("#fivetran-items .cursor", "2024-06-01")
    browser.find("#fivetran-items a").click()
    browser.shows("#state", "page.number")

    watched.set_state(identifier, {"since": "2024-01-01", "kept": True, "more": [1]})

    browser.shows("#fivetran-items .tag", "state has moved")
    browser.shows("#state .moved", "2024-01-01")
    marked = sorted(" ".join(text.split()) for text in browser.texts("#state .moved"))
    assert marked == [
        "more[0] 1 new",
        "page.number 12 removed",
        'since "2024-01-01" was "2024-06-01"',
    ]


def test_a_setting_that_somebody_changed_is_marked(browser: Browser, watched: Watched) -> None:
    identifier = watched.add("invoices")
    browser.shows("#fivetran-items a", "invoices")
    browser.find("#fivetran-items a").click()

    watched.ask("PATCH", f"/v1/connections/{identifier}", {"sync_frequency": 60})

    browser.shows("#values .moved", "was 360")


def test_what_was_chosen_has_its_own_requests(browser: Browser, watched: Watched) -> None:
    for schema in ("invoices", "orders"):
        watched.ask("GET", f"/v1/connections/{watched.add(schema)}")
    browser.until(lambda: len(browser.texts("#fivetran-items a")) == 2)

    browser.find("#fivetran-items li:nth-child(2) a").click()

    browser.shows("#detail-title", "orders")
    assert browser.text("#count") == "2 of 4"
    assert browser.texts("#journal .method") == ["GET", "POST"]


def test_the_requests_are_filtered_by_connection_and_writes(
    browser: Browser, watched: Watched
) -> None:
    watched.ask("GET", f"/v1/connections/{watched.add('invoices')}")
    browser.shows("#about", "invoices")

    browser.find("#writes").click()
    assert browser.texts("#journal .method") == ["POST"]

    browser.find("#about option:last-child").click()
    browser.shows("#detail-title", "Wiki")
    browser.shows("#no-requests", "None of this kind.")


def test_deleted_connection_disappears_with_a_notice(browser: Browser, watched: Watched) -> None:
    identifier = watched.add("invoices")
    browser.shows("#fivetran-items a", "invoices")
    browser.find("#fivetran-items a").click()

    watched.ask("DELETE", f"/v1/connections/{identifier}")

    browser.shows("#detail-about", "There is none with the identifier")
    assert browser.text("#fivetran-count") == "0"


def test_a_paused_page_stands_still_and_misses_nothing(browser: Browser, watched: Watched) -> None:
    browser.find("#pause").click()
    browser.shows("#live", "Paused")
    browser.addresses()

    for schema in ("invoices", "orders"):
        watched.add(schema)
    browser.driver.execute_async_script("setTimeout(arguments[0], 1000)")
    assert browser.texts("#journal li") == []
    assert browser.addresses() == set()

    browser.find("#pause").click()
    browser.until(lambda: len(browser.texts("#journal li")) == 2)
    assert browser.text("#live") == "Live"


def test_an_answer_that_comes_after_the_pause_is_not_shown(
    browser: Browser, watched: Watched
) -> None:
    browser.run(
        "const real = window.fetch; window.asked = [];"
        "window.fetch = (...all) => new Promise((give) => asked.push(() => give(real(...all))))"
    )
    watched.add("invoices")
    browser.until(lambda: browser.run("return asked.length") == 1)

    browser.find("#pause").click()
    browser.run("asked[0]()")
    browser.driver.execute_async_script("setTimeout(arguments[0], 1000)")

    assert browser.text("#live") == "Paused"
    assert browser.texts("#journal li") == []
    assert browser.run("return asked.length") == 1


def test_a_server_of_one_api_shows_that_one_alone(browser: Browser, watched: Watched) -> None:
    view = View(None, watched.elastic)
    with SandboxServer(WatchedApi(ElasticApi(watched.elastic), view)) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        browser.open(server.url + ADDRESS)
        browser.shows("#elastic-items", "Wiki")

        shown = browser.find("#fivetran-part").is_displayed()
        browser.driver.get("about:blank")
        server.shutdown()

    assert not shown


def test_of_very_many_connections_the_first_are_shown(browser: Browser, watched: Watched) -> None:
    generate(watched.fivetran, connections=MAX_ITEMS + 1, services=60)

    browser.until(lambda: browser.text("#fivetran-count") == f"the first {MAX_ITEMS}")
    browser.size(PHONE)
    # What stands below the list can still be reached.
    assert browser.run("return document.documentElement.scrollHeight") < 3 * PHONE[1]


def test_a_reset_begins_anew(browser: Browser, watched: Watched) -> None:
    watched.add("invoices")
    browser.shows("#fivetran-items a", "invoices")

    watched.fivetran.reset()
    watched.add("orders")

    browser.shows("#fivetran-items a", "orders")
    browser.until(lambda: len(browser.texts("#journal li")) == 1)


def test_the_latest_requests_are_shown_and_no_more(browser: Browser, watched: Watched) -> None:
    with watched.fivetran.transaction() as tables:
        for number in range(MAX_ENTRIES + 5):
            at = f"2026-01-01T00:00:00.{number:06}Z"
            tables.write_journal(at, "GET", f"/v1/groups/{number}", 404, None, None)

    browser.until(lambda: browser.text("#count") == str(MAX_ENTRIES))
    assert f"/v1/groups/{MAX_ENTRIES + 4}" in browser.text("#journal li")


def test_names_of_the_api_are_text_whatever_they_are(browser: Browser, watched: Watched) -> None:
    identifier = watched.add("harmless")
    with watched.fivetran.transaction() as tables:
        record = tables.connection(identifier)
        assert record is not None
        record.schema, record.state = HOSTILE, {HOSTILE: HOSTILE}
        record.config[HOSTILE] = "</script><script>document.title=1</script>"
        tables.update(record)
    watched.elastic.add_connector("javascript:alert(1)//'\"", name=HOSTILE, service_type=HOSTILE)
    watched.ask("GET", f"/v1/connections/{HOSTILE}")

    browser.until(lambda: HOSTILE in browser.text("#fivetran-items strong"))
    browser.shows("#journal .path", "onerror")
    for selector in ("#fivetran-items a", "#elastic-items li:nth-child(2) a"):
        browser.find(selector).click()
        browser.until(lambda: browser.text("#detail-title") == HOSTILE)
    browser.find("#fivetran-items a").click()
    browser.shows("#state", json.dumps(HOSTILE))
    assert browser.run("return document.title") == "Sandbox"
    assert browser.run("return document.querySelectorAll('main img, main script').length") == 0


def test_nothing_is_asked_of_anybody_else(browser: Browser, watched: Watched) -> None:
    watched.add("invoices")
    browser.shows("#journal li", "POST")

    asked = {address.partition("?")[0] for address in browser.addresses()}

    own = ("", "watch.css", "watch.js", "model.js", "show.js", "watch.json")
    assert {each for each in asked if not each.startswith("data:")} == {
        watched.page + name for name in own
    }


def test_a_sandbox_that_is_gone_is_told(browser: Browser, watched: Watched) -> None:
    watched.add("invoices")
    browser.shows("#fivetran-items a", "invoices")

    browser.run("window.fetch = () => Promise.reject(new TypeError('refused'))")

    browser.shows("#live", "The sandbox does not answer.")
    assert browser.text("#fivetran-items a").startswith("invoices")


def _seconds_left(browser: Browser) -> int:
    tags = [text for text in browser.texts("#fivetran-items .tag") if text.endswith(" s left")]
    return int(tags[0].split()[-3]) if tags else 0
