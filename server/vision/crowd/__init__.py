"""Crowds: seeing that boxes do not tell how many there are, and estimating it."""
