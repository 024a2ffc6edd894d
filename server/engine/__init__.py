"""Supervised vision workers behind a small interface."""
