"""The calls that respond with several messages, lists and actions, and those that prepare them."""
