"""A Hub repository of a trained model; conversion from nanoGPT."""
