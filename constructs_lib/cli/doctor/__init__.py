"""``python -m constructs_lib doctor``: checks whether a deploy has everything that it needs.

It says how to repair what is missing, and changes nothing, neither here nor at an API.
"""
