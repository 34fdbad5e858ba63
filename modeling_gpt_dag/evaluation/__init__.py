"""Greedy answers, exact and numeric match, what they are made of, controls."""
