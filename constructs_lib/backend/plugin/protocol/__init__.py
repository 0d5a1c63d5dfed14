"""The Terraform plugin protocol 6: messages, dispatcher and calls."""
