"""The backend scripts: everything that Terraform launches. Nothing here imports the CDK."""
