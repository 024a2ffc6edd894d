"""`crowdcount users` and `crowdcount keys`, as an operator types them."""

import io
import json
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import bcrypt
import pytest

from server.cli.main import main
from server.storage.engine import sqlite

Run = Callable[..., tuple[int, str, str]]
GOOD = "three random words\n"


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory of its own."""
    monkeypatch.setenv("CROWDCOUNT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CROWDCOUNT_BCRYPT_COST", "4")
    return tmp_path / "data"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command with something on standard input; returns status, output and errors."""

    def command(*words: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        status = main(list(words))
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return command


def create(run: Run, name: str, *more: str, password: str = GOOD) -> tuple[int, str, str]:
    """Make an account."""
    words = ("users", "create", name, f"{name}@example.org", "--password-stdin", *more)
    return run(*words, stdin=password)


def accounts(run: Run) -> dict[str, dict[str, object]]:
    """The accounts by name."""
    status, out, _ = run("users", "list", "--json")
    assert status == 0
    return {one["username"]: one for one in json.loads(out)}


def test_accounts_are_made_and_listed(run: Run, data_dir: Path) -> None:
    assert create(run, "ada") == (0, "created ada, an administrator\n", "")
    assert create(run, "bob") == (0, "created bob\n", "")
    assert create(run, "eve", "--admin")[1] == "created eve, an administrator\n"
    assert {name: one["role"] for name, one in accounts(run).items()} == {
        "ada": "administrator", "bob": "user", "eve": "administrator",
    }  # fmt: skip
    out = run("users", "list")[1]
    assert [line.split("\t")[0] for line in out.splitlines()] == ["ada", "bob", "eve"]
    assert stat.S_IMODE((data_dir / "crowdcount.sqlite3").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "password", "message"),
    [
        ("ada", GOOD, "already"),
        ("a", GOOD, "3 to 40"),
        ("bob", "short\n", "at least 8"),
        ("bob", "password123\n", "tried first"),
        ("bob", "", "at least 8"),
    ],
)
def test_what_cannot_be_made(run: Run, name: str, password: str, message: str) -> None:
    create(run, "ada")
    status, out, err = create(run, name, password=password)
    assert (status, out) == (1, "")
    assert message in err
    assert err.startswith("crowdcount: ")
    assert err.count("\n") == 1
    assert list(accounts(run)) == ["ada"]


def test_accounts_are_changed(run: Run, data_dir: Path) -> None:
    create(run, "ada")
    create(run, "bob")
    assert run("users", "disable", "BOB@example.org")[:2] == (0, "disabled bob\n")
    assert accounts(run)["bob"]["disabled"] is True
    run("users", "enable", "bob")
    assert accounts(run)["bob"]["disabled"] is False
    run("users", "set-role", "bob", "administrator")
    assert accounts(run)["bob"]["role"] == "administrator"
    reset = run("users", "reset-password", "bob", "--password-stdin", stdin="quite another one\n")
    assert reset[0] == 0
    with sqlite3.connect(data_dir / "crowdcount.sqlite3") as connection:
        hashed = connection.execute("SELECT password_hash FROM users WHERE username = 'bob'").fetchone()[0]
        actions = [row[0] for row in connection.execute("SELECT action FROM audit WHERE device LIKE 'command line%'")]
    connection.close()
    assert bcrypt.checkpw(b"quite another one", hashed.encode())
    assert actions == [
        "registered", "registered", "account_disabled", "account_enabled", "role_changed", "password_changed",
    ]  # fmt: skip


@pytest.mark.parametrize("words", [("disable", "nobody"), ("enable", "nobody"), ("set-role", "nobody", "user")])
def test_unknown_accounts(run: Run, words: tuple[str, ...]) -> None:
    status, _, err = run("users", *words)
    assert (status, err) == (1, "crowdcount: There is no account named nobody.\n")


def test_keys_are_rotated(run: Run, data_dir: Path) -> None:
    create(run, "ada")
    assert run("keys", "rotate")[0] == 0
    first = (data_dir / "secret.key").read_text().split()
    assert run("keys", "rotate")[0] == 0
    second = (data_dir / "secret.key").read_text().split()
    assert len(second) == 2
    assert second[1] == first[0]
    assert second[0] not in first


def test_a_password_is_asked_for_twice(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(["three random words", "three random wrods", "three random words", "three random words"])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    status, _, err = run("users", "create", "ada", "ada@example.org")
    assert (status, err) == (1, "crowdcount: The two passwords differ.\n")
    assert run("users", "create", "ada", "ada@example.org")[0] == 0


@pytest.mark.parametrize("words", [("create", "ad\udcff", "ada@example.org"), ("disable", "\udcff")])
def test_bytes_that_are_no_text_are_refused_in_one_line(run: Run, words: tuple[str, ...]) -> None:
    assert run("users", *words) == (1, "", "crowdcount: What was typed is not UTF-8 text.\n")


def test_a_password_that_is_no_text_is_refused_in_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("users", "create", "ada", "ada@example.org", "--password-stdin")
    refusal = (1, "", "crowdcount: What was typed is not UTF-8 text.\n")
    assert run(*words, stdin="three random w\udcffrds\n") == refusal

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"three \xff words\n"), encoding="utf-8"))
    assert (main(list(words)), *capsys.readouterr()) == refusal


def test_who_gives_no_password_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", ended)
    assert run("users", "create", "ada", "ada@example.org") == (1, "", "crowdcount: No password was typed.\n")


def test_a_database_that_another_writes_to_for_too_long_is_told(
    run: Run, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(run, "ada")
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 50)
    with closing(sqlite3.connect(data_dir / "crowdcount.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        status, out, err = run("users", "disable", "ada")
    assert (status, out) == (1, "")
    assert err == "crowdcount: The database cannot be used just now: database is locked.\n"


def test_a_wrong_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROWDCOUNT_AUDIT_DAYS", "0")
    status, _, err = run("users", "list")
    assert status == 1
    assert "CROWDCOUNT_AUDIT_DAYS" in err
