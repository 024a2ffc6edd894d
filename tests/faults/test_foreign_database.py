"""Row 15: a database from elsewhere is refused in one sentence, before anything of it is run or changed."""

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from server.cli.main import main
from server.config import Settings
from server.process.backup import back_up
from server.process.serve import prepare
from server.storage.engine.backend import Where
from server.storage.engine.migrate import migrate
from server.storage.engine.shape import ForeignDatabaseError
from tests.faults.figures import note
from tests.faults.processes import crowdcount, serving
from tests.support.postgres import Cluster

pytestmark = pytest.mark.timeout(240)
VIEW = "CREATE VIEW seen AS SELECT * FROM users"
ROOT = "CREATE TRIGGER own AFTER INSERT ON users BEGIN UPDATE users SET is_admin = 1; END"
CHANGES = {
    "newer": ("UPDATE alembic_version SET version_num = '9999'", "newer version of crowdcount"),
    "another program's": ("UPDATE alembic_version SET version_num = 'ab12cd34'", "is none of crowdcount"),
    "a name that writes to the terminal": ("UPDATE alembic_version SET version_num = char(27)||'[2J'", "\ufffd[2J"),
    "no version": ("DELETE FROM alembic_version", "no row"),
    "two versions": ("INSERT INTO alembic_version VALUES ('0001')", "more than one row"),
    "a version that it has not": ("UPDATE alembic_version SET version_num = '0003'", "does not belong there"),
    "no column": ("ALTER TABLE cameras DROP COLUMN name", "the table cameras lacks: column name"),
    "one more column": ("ALTER TABLE users ADD COLUMN more TEXT", "column more"),
    "a column of another type": (
        "ALTER TABLE cameras DROP COLUMN name; ALTER TABLE cameras ADD COLUMN name INTEGER NOT NULL DEFAULT 1",
        "the table cameras lacks: column name str",
    ),
    "a computed column": (
        "ALTER TABLE cameras DROP COLUMN name; ALTER TABLE cameras ADD COLUMN name VARCHAR(80) NOT NULL AS (id)",
        "column name str",
    ),
    "no table": ("DROP TABLE samples", "the table samples is missing"),
    "one more table": ("CREATE TABLE mine (id INTEGER)", "the table mine does not belong there"),
    "no index": ("DROP INDEX ix_room_log_key", "lacks: unique index (key)"),
    "an index of an expression": ("CREATE INDEX odd ON users (upper(username))", "index odd"),
    "a view": (VIEW, "seen is a view"),
    "a view for a table": ("ALTER TABLE samples RENAME TO away; CREATE VIEW samples AS SELECT 1", "is a view"),
    "a trigger": (ROOT, "the trigger own"),
}


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A data directory for commands of this process; returned with a database in it."""
    data = tmp_path / "data"
    data.mkdir()
    monkeypatch.setenv("CROWDCOUNT_DATA_DIR", str(data))
    migrate(data / "crowdcount.sqlite3")
    return data


def change(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


@pytest.mark.parametrize("kind", CHANGES)
def test_what_the_migrations_did_not_make_is_refused(
    kind: str, quiet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script, words = CHANGES[kind]
    path, copy = quiet / "crowdcount.sqlite3", tmp_path / "copy.sqlite3"
    back_up(path, copy)
    change(copy, script)
    before = path.read_bytes()
    assert main(["restore", str(copy)]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert "\x1b" not in said
    assert path.read_bytes() == before
    assert [one.name for one in quiet.iterdir()] == [path.name], "nothing is left behind"
    change(path, script)
    before = path.read_bytes()
    with pytest.raises(ForeignDatabaseError, match="Nothing was changed"):
        prepare(Settings(data_dir=quiet))
    assert path.read_bytes() == before
    assert main(["check"]) == 2
    assert words in capsys.readouterr().err


def test_serve_ends_with_one_sentence(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for kind, words in (("newer", ()), ("no column", ()), ("a trigger", ("--alone",))):
        path = data / "crowdcount.sqlite3"
        path.unlink(missing_ok=True)
        migrate(path)
        change(path, CHANGES[kind][0])
        done = crowdcount(data, "serve", "--port", "0", *words)
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.splitlines()[-1].startswith("crowdcount: DATABASE_")
    note(
        15,
        "`serve` with a newer database, one without a column, one with a trigger",
        "one sentence, status 2",
        "refused",
    )


def test_a_database_that_was_exchanged_meanwhile_is_no_reason_to_try_for_ever(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as running:
        change(tmp_path / "data" / "crowdcount.sqlite3", CHANGES["newer"][0])
        os.kill(running.web, signal.SIGKILL)
        assert running.parent.wait(30) == 2
    assert running.log.read_text().count("DATABASE_NEWER") == 1


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "crowdcount.sqlite3"
    change(path, "CREATE TABLE users (id INTEGER, name TEXT)")
    before = path.read_bytes()
    with pytest.raises(ForeignDatabaseError, match="the table users"):
        prepare(Settings(data_dir=tmp_path))
    assert path.read_bytes() == before


@pytest.mark.parametrize("start", ["empty", "0002", "0013"])
def test_a_migration_that_is_cut_short_changes_nothing(tmp_path: Path, start: str) -> None:
    path = tmp_path / "crowdcount.sqlite3"
    if start != "empty":
        migrate(path, start)
    at = "CREATE TABLE streams" if start == "empty" else "UPDATE alembic_version SET version_num='0014'"

    def fail(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        if at in statement.replace("\n", " ") and armed:
            raise RuntimeError

    migrate(tmp_path / "other.sqlite3")  # what is compared with is there already
    armed = [True]
    event.listen(Engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(RuntimeError):
            migrate(path)
    finally:
        armed.clear()
        event.remove(Engine, "before_cursor_execute", fail)
    with closing(sqlite3.connect(path)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert (tables == set()) is (start == "empty")
        assert not [name for name in tables if name.startswith("_alembic")]
        if tables:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(start,)]
    migrate(path)


POSTGRES_CHANGES = {
    "newer": ("UPDATE alembic_version SET version_num = '9999'", "newer version of crowdcount"),
    "no column": ("ALTER TABLE cameras DROP COLUMN name", "the table cameras lacks: column name"),
    "another type": ("ALTER TABLE users ALTER COLUMN created_at TYPE text", "column created_at float"),
    "no unique": ("ALTER TABLE users DROP CONSTRAINT uq_users_email_key", "lacks: unique (email_key)"),
    "no foreign key": ("ALTER TABLE alerts DROP CONSTRAINT fk_alerts_camera_id", "lacks: foreign key (camera_id)"),
    "a view for a table": ("ALTER TABLE samples RENAME TO away; CREATE VIEW samples AS SELECT 1 AS a", "is a view"),
    "a rule": ("CREATE RULE own AS ON INSERT TO alerts DO ALSO DELETE FROM audit", "the trigger own"),
    "a trigger": (
        "CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE TRIGGER own BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION own()",
        "the trigger own",
    ),
    "no versions": ("DROP TABLE alembic_version", "no alembic_version"),
}


@pytest.mark.parametrize("kind", POSTGRES_CHANGES)
def test_the_same_with_postgresql(postgres: Cluster, kind: str) -> None:
    script, words = POSTGRES_CHANGES[kind]
    name = postgres.furnished()
    where: Where = postgres.where(name)
    migrate(where)
    postgres.ask(script, name)
    with pytest.raises(ForeignDatabaseError) as error:
        migrate(where)
    assert words in error.value.message


def test_neighbours_in_a_postgresql_database_are_no_fault(postgres: Cluster) -> None:
    name = postgres.empty()
    postgres.ask("CREATE TABLE spatial_ref_sys (id integer); CREATE VIEW pg_stat_now AS SELECT 1 AS a", name)
    migrate(postgres.where(name))
    migrate(postgres.where(name))
