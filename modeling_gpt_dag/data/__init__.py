"""What is trained and asked on: generated problems, sentences, files, datasets of the Hub, mixtures."""
