"""The samples of the plugin tests, which tests in all folders below import, are in this folder."""
