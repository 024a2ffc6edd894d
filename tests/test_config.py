"""The settings object."""

import sys
import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr

from server.config import Settings, SettingsError, load_settings
from server.process.listening import StartError
from server.process.serve import prepare


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CROWDCOUNT_PORT", "9000")
    monkeypatch.setenv("CROWDCOUNT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CROWDCOUNT_ALLOWED_ORIGINS", "https://a.example/, https://b.example")
    settings = load_settings(host="0.0.0.0")
    assert (settings.host, settings.port, settings.data_dir) == ("0.0.0.0", 9000, tmp_path)
    assert settings.allowed_origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("CROWDCOUNT_PORT", "http"),
        ("CROWDCOUNT_PORT", "70000"),
        ("CROWDCOUNT_INPUT_SIDE", "641"),
        ("CROWDCOUNT_WORKERS", "0"),
        ("CROWDCOUNT_LOG_LEVEL", "loud"),
        ("CROWDCOUNT_TYPO", "1"),
        ("CROWDCOUNT_DATABASE_URL", "mysql://a:s3cret@db/count"),
        ("CROWDCOUNT_DATABASE_URL", "postgresql://a:s3cret@db"),
        ("CROWDCOUNT_DATABASE_URL", "postgresql://a:s3/cret@db/count"),
        ("CROWDCOUNT_DATABASE_URL", "postgresql://a:s3#cret@db/count"),
        ("CROWDCOUNT_DATABASE_URL", "postgresql://[a/count"),
    ],
)
def test_a_wrong_value_names_its_key(monkeypatch: pytest.MonkeyPatch, key: str, value: str) -> None:
    monkeypatch.setenv(key, value)
    with pytest.raises(SettingsError, match=key) as error:
        load_settings()
    shown = "".join(traceback.format_exception(error.value))
    assert "s3cret" not in shown
    assert "cret@" not in shown


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_database_elsewhere_is_named_without_its_password(scheme: str) -> None:
    settings = Settings(database_url=SecretStr(f"{scheme}://ada:s3cret@db.example.org:5433/count?sslmode=require"))
    assert str(settings.database) == "PostgreSQL database count at db.example.org:5433"
    assert "s3cret" not in repr(settings) + repr(settings.database)
    assert Settings().database == Settings().database_path


def test_without_its_package_the_start_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in sys.modules if name.startswith("server.storage.engine.postgres_start")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    settings = Settings(data_dir=tmp_path, database_url=SecretStr("postgresql://a:b@db/count"))
    with pytest.raises(StartError, match=r"DRIVER_MISSING: CROWDCOUNT_DATABASE_URL .* pip install"):
        prepare(settings, serves=True)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]
