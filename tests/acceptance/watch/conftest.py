from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from browser import DESK, Browser, chromium
from watched import Watched

from constructs_lib.sandbox import Api, SandboxServer, Store
from constructs_lib.sandbox.elastic import ElasticApi, ElasticStore
from constructs_lib.sandbox.watch import View, WatchedApi


@pytest.fixture(scope="session")
def one_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for all tests, because starting it takes most of their time."""
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def watched(tmp_path: object) -> Iterator[Watched]:
    """Both sandboxes on sockets, each with the page."""
    with ExitStack() as open_ones:
        fivetran = open_ones.enter_context(Store(None))
        elastic = open_ones.enter_context(ElasticStore(None))
        view = View(fivetran, elastic)
        apis = (Api(fivetran, with_control=True), ElasticApi(elastic, with_control=True))
        urls = []
        for api in apis:
            server = open_ones.enter_context(SandboxServer(WatchedApi(api, view)))
            threading.Thread(target=server.serve_forever, args=(0.02,)).start()
            open_ones.callback(server.shutdown)
            urls.append(server.url)
        yield Watched(*urls, fivetran, elastic)


@pytest.fixture
def browser(one_browser: Browser, watched: Watched) -> Iterator[Browser]:
    """The page, opened in a window of the size of a desk's screen; its console must stay silent."""
    one_browser.size(DESK)
    one_browser.scheme("light")
    one_browser.open(watched.page)
    yield one_browser
    assert one_browser.messages() == []
    one_browser.driver.get("about:blank")
