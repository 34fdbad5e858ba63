"""Saved models and checkpoints: checksums, which one to resume from, loading."""
