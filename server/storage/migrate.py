"""Bring a database up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, text

from server.storage.backend import Where

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"
MIGRATION_LOCK = 0x63726F77_6D696772


def migrate(where: Where, revision: str = "head") -> None:
    """Create the file if need be and run the migrations that the database lacks. Blocks."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = _engine(where)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                # Held to the end of the transaction, which is that of the migrations: who comes second finds them done.
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()
    finally:
        engine.dispose()


def _engine(where: Where) -> Engine:
    if isinstance(where, Path):
        return create_engine(f"sqlite:///{where}")
    from server.storage.postgres_start import migration_engine

    return migration_engine(where)
