"""Alembic's entry: runs on the connection that `server.storage.engine.migrate` hands over."""

from alembic import context

from server.storage.schema import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Run migrations through `crowdcount serve` or server.storage.engine.migrate.")
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
