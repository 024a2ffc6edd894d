"""The model catalogue, and the download and preparation of models."""
