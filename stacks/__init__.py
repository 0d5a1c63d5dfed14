"""The app: one stack for each environment, made from the files in ``environments/``."""
