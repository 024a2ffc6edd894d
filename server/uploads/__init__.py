"""Recordings: their files on the disk, and the process that takes frames out of them."""
