"""What a database is made of, and whether that is what the migrations make: any other is not touched."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import Inspector
from sqlalchemy.exc import SAWarning
from sqlalchemy.types import TypeEngine

from server.core.errors import CodedError
from server.core.text import shown

VERSIONS = "alembic_version"
POSTGRES_RELATIONS = """
SELECT c.relname, c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind NOT IN ('i', 'I', 'S', 't', 'c') AND c.relname = ANY(:names)"""
POSTGRES_PROGRAMS = """
SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND n.nspname = current_schema() AND c.relname = ANY(:names)
UNION ALL SELECT tablename, rulename FROM pg_rules WHERE schemaname = current_schema() AND tablename = ANY(:names)"""
SQLITE_RELATIONS = "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
SQLITE_PROGRAMS = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
TABLES = ("table", "r")
"""How the two databases call what is neither a view nor something else."""


class ForeignDatabaseError(CodedError):
    """A database that is none of this program's version; the message is the reason, without the place.

    Codes: ``DATABASE_NEWER``, ``DATABASE_FOREIGN``.
    """


@dataclass(frozen=True, slots=True)
class Table:
    """The parts of a table, each as texts that two databases write alike."""

    columns: frozenset[str]
    keys: frozenset[str]
    indexes: frozenset[str]
    checks: frozenset[str]


Shape = dict[str, Table]


def foreign(reason: str) -> ForeignDatabaseError:
    """The refusal of a database that something is wrong with."""
    return ForeignDatabaseError("DATABASE_FOREIGN", reason)


def relations(connection: Connection, names: Iterable[str]) -> dict[str, str]:
    """What a database has, by name: tables, views and the like.

    Parameters
    ----------
    names : iterable of str
        What is ours. Of a PostgreSQL database, which extensions and other programs may share, only these.
    """
    if connection.dialect.name == "postgresql":
        rows = connection.execute(text(POSTGRES_RELATIONS), {"names": list(names)})
    else:
        rows = connection.execute(text(SQLITE_RELATIONS))
    return {name: kind for name, kind in rows}


def refuse_programs(connection: Connection, names: Iterable[str]) -> None:
    """Look for what would run by itself, or stand in for a table. Raises ForeignDatabaseError."""
    names = list(names)
    for name, kind in relations(connection, names).items():
        if kind not in TABLES:
            raise foreign(f"{shown(name)} is a view and no table")
    postgres = connection.dialect.name == "postgresql"
    query = text(POSTGRES_PROGRAMS if postgres else SQLITE_PROGRAMS)
    row = connection.execute(query, {"names": names} if postgres else {}).first()
    if row is not None:
        raise foreign(f"the table {shown(row[0])} has the trigger {shown(row[1])}")


def shape_of(connection: Connection, names: Iterable[str], *, exact: bool) -> Shape:
    """The tables of these names.

    Parameters
    ----------
    exact : bool
        With defaults, generated columns and checks, whose texts differ from one kind of database to another.

    Raises
    ------
    ForeignDatabaseError
        There is something of a kind that no migration makes.
    """
    found = inspect(connection)
    with warnings.catch_warnings():
        warnings.simplefilter("error", SAWarning)
        try:
            return {name: _table(found, name, exact) for name in names}
        except SAWarning as error:  # such as an index of an expression, of which there are none
            raise foreign(f"a part of it cannot be read: {shown(error)}") from error


def _table(found: Inspector, name: str, exact: bool) -> Table:
    unique = {_list(one["column_names"]) for one in found.get_unique_constraints(name)}
    # PostgreSQL lists the index of a unique constraint once more, as an index.
    indexes = [one for one in found.get_indexes(name) if not one.get("duplicates_constraint")]
    keys = {f"primary key {_list(found.get_pk_constraint(name)['constrained_columns'])}"}
    keys |= {f"unique {columns}" for columns in unique}
    for one in found.get_foreign_keys(name):
        aim = f"{one['referred_table']} {_list(one['referred_columns'])} {one.get('options', {}).get('ondelete', '')}"
        keys.add(f"foreign key {_list(one['constrained_columns'])} to {aim}".rstrip())
    checks = {one["sqltext"] for one in found.get_check_constraints(name)} if exact else set()
    return Table(
        frozenset(_column(one, exact) for one in found.get_columns(name)),
        frozenset(keys),
        frozenset(_index(one, exact) for one in indexes),
        frozenset(checks),
    )


def _column(one: Any, exact: bool) -> str:
    words = [f"column {one['name']}", _kind(one["type"]), "may be null" if one["nullable"] else ""]
    if exact:
        words += [f"default {one['default']}" if one["default"] is not None else "", str(one.get("computed") or "")]
    return " ".join(filter(None, words))


def _kind(type_: TypeEngine[Any]) -> str:
    """As which Python type a value comes back: what the two kinds of database have in common."""
    try:
        return type_.python_type.__name__
    except NotImplementedError:
        return "of no known type"


def _index(one: Any, exact: bool) -> str:
    where = str(one.get("dialect_options", {}).get("sqlite_where", "")) if exact else ""
    return f"{'unique ' if one['unique'] else ''}index {_list(one['column_names'])} {where}".rstrip()


def _list(columns: Iterable[str | None]) -> str:
    return f"({', '.join(column or 'an expression' for column in columns)})"


def first_difference(found: Shape, expected: Shape) -> str | None:
    """What is different, in a few words; None where nothing is."""
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            return f"the table {shown(name)} is missing"
        if name not in expected:
            return f"the table {shown(name)} does not belong there"
        for part in fields(Table):
            here, there = getattr(found[name], part.name), getattr(expected[name], part.name)
            if missing := sorted(there - here):
                return f"the table {shown(name)} lacks: {shown(missing[0])}"
            if extra := sorted(here - there):
                return f"the table {shown(name)} has what does not belong there: {shown(extra[0])}"
    return None
