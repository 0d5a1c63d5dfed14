"""What every vendor's API needs: bounded requests, retries, errors and messages without secrets.

It knows no vendor, and re-exports nothing. ``transport`` sends one request and ``requests_adapter``
bounds it; ``attempts`` sends it again as ``retry`` allows, within a ``deadline``; ``errors`` is the
tree of what can go wrong; ``response_values`` and ``jsontext`` read responses; ``redaction``,
``secret_matching`` and ``quoted_texts`` keep secrets out of messages.
"""
