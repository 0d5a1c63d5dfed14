"""What every API object with settings, secrets and drift shares."""
