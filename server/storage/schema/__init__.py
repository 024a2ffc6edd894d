"""The tables, by what they are of. Migrations in migrations/ build them; this is what queries are written against."""

from server.storage.schema.accounts import audit, refresh_tokens, sessions, users
from server.storage.schema.alerts import alerts, channel_cameras, channels, outbox, shared_stills, still_cameras, stills
from server.storage.schema.areas import area_alerts, area_parts, areas, status_pages
from server.storage.schema.base import LAST_NUMBER, metadata
from server.storage.schema.cameras import cameras, plans, saved_parts, streams
from server.storage.schema.figures import heatmaps, samples
from server.storage.schema.recordings import recordings, runs, uploads
from server.storage.schema.rooms import guests, invites, room_log, room_members, rooms

__all__ = [
    "LAST_NUMBER",
    "alerts",
    "area_alerts",
    "area_parts",
    "areas",
    "audit",
    "cameras",
    "channel_cameras",
    "channels",
    "guests",
    "heatmaps",
    "invites",
    "metadata",
    "outbox",
    "plans",
    "recordings",
    "refresh_tokens",
    "room_log",
    "room_members",
    "rooms",
    "runs",
    "samples",
    "saved_parts",
    "sessions",
    "shared_stills",
    "status_pages",
    "still_cameras",
    "stills",
    "streams",
    "uploads",
    "users",
]
