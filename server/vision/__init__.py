"""Synchronous vision: bytes in, tracks out. Knows nothing of users, sockets or zones."""
