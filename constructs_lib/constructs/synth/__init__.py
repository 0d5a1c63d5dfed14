"""What happens at synth: all findings at once, then the delivery of the providers."""
