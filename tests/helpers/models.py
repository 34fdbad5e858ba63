"""Comparing models."""

import torch


def assert_same_model(loaded: torch.nn.Module, model: torch.nn.Module, ids: torch.Tensor):
    """Weights equal to the bit, and logits but for the last one: where weights lie in memory decides on the kernel."""
    weights, expected = loaded.state_dict(), model.state_dict()
    assert weights.keys() == expected.keys()
    assert all(torch.equal(weights[name], expected[name]) for name in expected)
    torch.testing.assert_close(loaded(ids).logits, model(ids).logits, rtol=1e-5, atol=1e-5)
