"""Recordings, their files and their runs in the database."""
