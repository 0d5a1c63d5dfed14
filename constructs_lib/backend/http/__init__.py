"""What every vendor's API needs: requests with limits, repetition, errors and secrets kept out.

It knows no vendor. ``errors`` is the tree of what can go wrong, ``deadline`` the limits of time,
``retry`` which requests are repeated and ``attempts`` how, ``outage`` what they learn together,
``transport``, ``in_flight`` and ``failures`` the way to the network, ``address`` which addresses
are safe, ``redaction`` and ``secret_forms`` keep secrets out of messages, ``explanation`` makes
diagnostics of errors.
"""
