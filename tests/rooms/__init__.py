"""Rooms: many cameras, many eyes."""
