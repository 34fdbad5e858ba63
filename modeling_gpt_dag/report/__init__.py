"""Cells of trained and measured models, their tables, benchmarks."""
