"""The page of the sandbox: what it holds and what is asked of it, to be watched in a browser.

It stands at ``/_sandbox/`` of a server that was started with ``--control``, shows the sandboxes of
both APIs where both are served, and changes nothing: a test that is watched goes as it goes alone.

* :mod:`~constructs_lib.sandbox.watch.api` puts the page beside an API.
* :mod:`~constructs_lib.sandbox.watch.view` collects what the page shows, as JSON.
* ``index.html``, ``watch.css`` and the scripts ``watch.js`` (asks and acts), ``model.js`` (what is
  known) and ``show.js`` (what is shown) are the page; the browser loads nothing else.
"""

from constructs_lib.sandbox.watch.api import ADDRESS, WatchedApi
from constructs_lib.sandbox.watch.view import View

__all__ = ["ADDRESS", "View", "WatchedApi"]
