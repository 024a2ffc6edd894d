"""Counts uploaded recordings as streams."""
