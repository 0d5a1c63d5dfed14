"""The doctor: looks whether everything is there that a deploy needs, and says how to mend the rest.

``python -m constructs_lib doctor``. It changes nothing, neither here nor at an API.
"""
