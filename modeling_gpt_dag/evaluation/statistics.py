"""Intervals for shares."""

import math


def wilson_interval(hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Lower and upper end of the Wilson score interval of hits / n, by default at 95 %; raises ValueError for n < 1.

    Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.
    """
    if n < 1 or not 0 <= hits <= n:
        raise ValueError(f"{hits} hits of {n}: there is no share")
    share = hits / n
    centre = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
