"""What all tables share."""

from sqlalchemy import MetaData

# Times are Unix seconds (UTC) as floats: one meaning on every database. Keys are random text, so that an id
# neither counts things nor can be guessed.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

LAST_NUMBER = 2**31 - 1
"""The largest that a column of numbers holds on every database."""
