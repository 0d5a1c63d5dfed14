"""Chromium without a screen, as a reader of a page uses it."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

T = TypeVar("T")

REQUIRED = "REQUIRE_CHROMIUM"
"""The environment variable that makes a missing Chromium an error instead of a reason to skip."""

PHONE = (360, 740)
DESK = (1280, 900)
SCREENSHOTS = Path(__file__).resolve().parents[2] / "test-artefacts" / "screenshots"
"""Where pictures of the page are left to be looked at; git does not know the folder."""

_PATIENCE = 20.0
_QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en",
    # One process fewer for each page: nothing here keeps one site from another.
    "--in-process-gpu",
    "--renderer-process-limit=1",
    "--disable-site-isolation-trials",
    "--disable-features=SpareRendererForSitePerProcess,IsolateOrigins,site-per-process",
    "--disable-extensions",
    "--disable-default-apps",
)


class Browser:
    """A window of Chromium."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver
        self.size(DESK)

    def open(self, address: str) -> None:
        """Opens the page of the sandbox, and waits until it says that it is live."""
        self.visit(address)
        self.until(lambda: self.text("#live") == "Live")

    def visit(self, address: str) -> None:
        """Opens a page, and forgets what the one before it has logged and asked."""
        self.driver.get("about:blank")
        self.messages()
        self.addresses()
        self.driver.get(address)

    def size(self, size: tuple[int, int]) -> None:
        """Gives the window the size of a screen, in CSS pixels."""
        about = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", about)

    def scheme(self, name: str) -> None:
        """Makes the system's colours ``light`` or ``dark``."""
        features = [{"name": "prefers-color-scheme", "value": name}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def find(self, selector: str) -> WebElement:
        """The first element of a CSS selector."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        """The visible texts of all elements of a CSS selector, taken in one moment."""
        found: list[str] = self.run(
            "return [...document.querySelectorAll(arguments[0])].map((e) => e.innerText)", selector
        )
        return found

    def text(self, selector: str) -> str:
        """The visible text of the first element of a CSS selector; empty if there is none."""
        return next(iter(self.texts(selector)), "")

    def press(self, *keys: str) -> None:
        """Presses keys, one after the other, wherever the focus is."""
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def focused(self) -> str:
        """What has the focus: its identifier, or its text."""
        found: str = self.run("const e = document.activeElement; return e.id || e.innerText")
        return found

    def run(self, script: str, *arguments: Any) -> Any:
        """Runs JavaScript in the page."""
        return self.driver.execute_script(script, *arguments)  # type: ignore[no-untyped-call]

    def until(self, look: Callable[[], T]) -> T:
        """Looks until something is there; fails with what was seen last."""
        deadline = time.monotonic() + _PATIENCE
        while not (seen := look()):
            assert time.monotonic() < deadline, f"still {seen!r}; the page:\n{self.text('body')}"
            time.sleep(0.05)
        return seen

    def shows(self, selector: str, part: str) -> None:
        """Waits until a part of a text is visible."""
        self.until(lambda: any(part in text for text in self.texts(selector)))

    def messages(self) -> list[str]:
        """What the console says of the page since the last call: its errors and warnings."""
        return [f"{each['level']}: {each['message']}" for each in self.driver.get_log("browser")]

    def addresses(self) -> set[str]:
        """All addresses that were asked since the last call."""
        messages = [json.loads(each["message"]) for each in self.driver.get_log("performance")]
        sent = [each["message"] for each in messages]
        return {
            each["params"]["request"]["url"]
            for each in sent
            if each["method"] == "Network.requestWillBeSent"
        }

    def picture(self, name: str, folder: Path = SCREENSHOTS) -> Path:
        """Leaves a picture of the window to be looked at."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{name}.png"
        assert self.driver.save_screenshot(str(file))
        return file


@contextmanager
def chromium(profile: Path) -> Iterator[Browser]:
    """Chromium with an empty profile; skips the test where there is none, except in CI."""
    programs = [shutil.which("chromium"), shutil.which("chromedriver")]
    if not all(programs):
        reason = "there is no Chromium (Debian: apt-get install chromium chromium-driver)"
        if os.environ.get(REQUIRED):
            pytest.fail(reason)
        pytest.skip(reason)
    options = webdriver.ChromeOptions()
    options.binary_location = str(programs[0])
    for argument in (*_QUIET, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, Service(str(programs[1])))
    driver.set_page_load_timeout(_PATIENCE)
    try:
        yield Browser(driver)
    finally:
        driver.quit()
