"""What ``scripts/deploy.py`` keeps and shows of a plan: the file that is applied, and a summary."""
