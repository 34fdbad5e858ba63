"""Settings with which nothing is left to chance."""

# Fewer plans than beams: the forward pass draws all of them, whatever the noise.
ALL_PLANS = {"dag_depth": 1, "dag_num_plans": 100}
