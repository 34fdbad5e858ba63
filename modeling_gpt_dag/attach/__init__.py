"""A DAG on a pretrained backbone: hidden states stored once, a DAG trained on them, what it gains and costs."""
