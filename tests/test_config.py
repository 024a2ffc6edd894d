"""The settings object."""

from pathlib import Path

import pytest

from server.config import Settings, SettingsError, load_settings


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
    ],
)
def test_a_wrong_value_names_its_key(monkeypatch: pytest.MonkeyPatch, key: str, value: str) -> None:
    monkeypatch.setenv(key, value)
    with pytest.raises(SettingsError, match=key):
        load_settings()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]
