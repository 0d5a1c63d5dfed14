"""The version of the package and of the providers it delivers, in one place."""

__version__ = "0.2.0"
