"""The page of the sandbox: its content and its requests, to watch in a browser.

It is at ``/_sandbox/`` of a server that was started with ``--control``, shows the sandboxes of both
APIs if the server has both, and changes nothing: watching a test does not change its course.

* :mod:`~constructs_lib.sandbox.watch.view` adds the page to an API, and collects what it shows, as
  JSON.
* ``index.html``, ``watch.css`` and the scripts ``watch.js`` (requests and actions), ``model.js``
  (the data) and ``show.js`` (the display) are the page; the browser loads nothing else.
"""

from constructs_lib.sandbox.watch.view import ADDRESS, View, WatchedApi

__all__ = ["ADDRESS", "View", "WatchedApi"]
