"""The settings: one typed object, read from `CROWDCOUNT_*` once at the start."""

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from server.common.resources import default_data_dir
from server.core.bounds import Bounds
from server.core.precision import Precision
from server.models.paths import default_models_dir
from server.storage.engine.postgres_url import PostgresUrl, read_url
from server.storage.history.retention import Retention
from server.vision.settings import VisionSettings

PREFIX = "CROWDCOUNT_"
LOCK_FILE = "server.lock"
"""In the data directory; the server that runs holds a lock on it."""
TRANSPORT_BYTES = 1_000_000
"""Largest message on a socket; the same for Engine.IO and for the ASGI server."""


SENDER = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")


class SettingsError(Exception):
    """A setting has a wrong value; the message names its key."""


class Settings(BaseSettings):
    """Every setting, its default and its bounds. Documented for operators in docs/deployment.md."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True, hide_input_in_errors=True
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    tls: bool = Field(False, description="Serve HTTPS with the certificate of `crowdcount certs`.")
    authority_port: int = Field(
        0, ge=0, le=65535, description="Port of the page without TLS that hands out the authority; 0 is the next one."
    )
    data_dir: Path = Field(default_factory=default_data_dir, description="Where the database and the secrets live.")
    database_url: SecretStr = Field(
        SecretStr(""), description="PostgreSQL database to use; without it SQLite in the data directory."
    )
    models_dir: Path = Field(default_factory=default_models_dir, description="Where prepared models live.")
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Origins besides the server's own that may open sockets and send forms, comma-separated.",
    )
    secure_cookies: bool = Field(
        False, description="Mark cookies Secure always, not just where the request came over TLS."
    )
    session_days: int = Field(30, ge=1, le=365, description="A session ends after this many days.")
    access_token_s: int = Field(600, ge=1, le=900, description="An access token is valid for this long, in seconds.")
    audit_days: int = Field(365, ge=1, le=3650, description="Entries of the audit log are kept for this many days.")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Addresses or networks of proxies whose forwarded headers are believed, comma-separated.",
    )
    sign_ins_per_minute: int = Field(30, ge=5, le=10_000, description="Attempts to sign in from one address.")
    sign_ups_per_hour: int = Field(100, ge=1, le=10_000, description="New accounts from one address.")
    requests_per_minute: int = Field(
        1200, ge=60, le=100_000, description="Requests to one route from one address; ten open pages fit."
    )
    large_answers_ms_per_minute: int = Field(
        20_000, ge=1_000, le=60_000, description="Processor time of history, exports and the like, one user, in ms."
    )
    requests_per_second: int = Field(
        200, ge=10, le=100_000, description="Requests of all kinds from one address; what is more waits."
    )
    connections: int = Field(
        10_000, ge=16, le=1_000_000, description="Open connections, silent ones included; fewer where files are few."
    )
    connections_per_address: int = Field(256, ge=1, le=100_000, description="Open sockets of one address.")
    connections_per_user: int = Field(64, ge=1, le=10_000, description="Open sockets of one user.")
    bcrypt_cost: int = Field(12, ge=4, le=16, description="Work factor of password hashes.")
    model: str = Field("yolo26n", description="Default model for new streams.")
    input_side: int = Field(640, ge=160, le=1920, multiple_of=32, description="Long side of the detector's input.")
    precision: Precision = Field(
        Precision.AUTO, description="Precision of the detector: auto, fp32, bf16, fp16 or int8."
    )
    device: str = Field(
        "auto", pattern="^(auto|cpu|gpu)$", description="What the detector runs on; auto takes a CUDA card that works."
    )
    workers: int = Field(1, ge=1, le=64, description="Vision processes.")
    threads: int = Field(0, ge=0, le=256, description="Threads of each vision process; 0 takes all cores.")
    frame_timeout_s: float = Field(10, ge=1, le=60, description="A vision process that takes longer is replaced.")
    max_pixels: int = Field(8_300_000, ge=10_000, le=100_000_000, description="Largest frame, in pixels.")
    decode_timeout_s: float = Field(
        2, ge=0.2, le=60, description="Processor time for decoding a frame; beyond it the vision process is replaced."
    )
    max_bytes: int = Field(900_000, ge=10_000, le=TRANSPORT_BYTES - 1_000, description="Largest frame, in bytes.")
    max_side: int = Field(
        960, ge=160, le=3840, description="Longer side that clients are asked to send; a third more with `accurate`."
    )
    max_fps: int = Field(30, ge=1, le=120, description="Frames a second that clients are asked to send at most.")
    streams_per_user: int = Field(4, ge=1, le=100, description="Open streams of one user.")
    cameras_per_room: int = Field(32, ge=1, le=1000, description="Cameras of one room, guests' phones included.")
    cameras_per_address: int = Field(
        24, ge=1, le=1000, description="Guests' cameras by one invitation from one network address."
    )
    cameras_per_user: int = Field(100, ge=1, le=10_000, description="Cameras of one user.")
    keep_ten_seconds_days: int = Field(3, ge=0, le=36_500, description="Days that history of ten-second steps is kept.")
    keep_minutes_days: int = Field(90, ge=0, le=36_500, description="Days that history of minutes is kept.")
    keep_hours_days: int = Field(
        1825, ge=0, le=36_500, description="Days that history of hours is kept; 0 is for ever."
    )
    keep_heatmap_days: int = Field(30, ge=0, le=36_500, description="Days that heatmaps of hours are kept.")
    keep_stills_days: int = Field(7, ge=0, le=36_500, description="Days that pictures of alerts are kept.")
    keep_records_days: int = Field(
        730, ge=0, le=36_500, description="Days that alerts and totals of streams are kept; 0 is for ever."
    )
    alert_floor_s: float = Field(
        1, ge=0, le=60, description="Least hold, clear and cooldown of limits, seconds; shorter ones count as this."
    )
    alerts_per_hour: int = Field(600, ge=10, le=100_000, description="Alerts of one user's cameras that are stored.")
    alert_pictures_mb_per_hour: float = Field(
        20, ge=1, le=10_000, description="Pictures of alerts of one user's cameras, MB; at most 1 MB a minute."
    )
    public_url: str = Field("", description="Where people reach this server, for links in messages.")
    smtp_host: str = Field("", description="Mail server; without it nothing is sent by mail.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: str = Field("starttls", pattern="^(starttls|tls|none)$", description="How mail is protected.")
    smtp_user: str = Field("", description="User name at the mail server; none without it.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password at the mail server.")
    smtp_from: str = Field("", validate_default=True, description="Sender of mails; needed with a mail server.")
    allow_private_hooks: bool = Field(
        False, description="Let web hooks use http and addresses of private networks and of this machine."
    )
    upload_file_mb: int = Field(
        4096, ge=0, le=1_000_000, description="Largest file of a recording, MB; 0 switches uploads off."
    )
    upload_user_mb: int = Field(
        8192, ge=0, le=10_000_000, description="Files of one user that are sent or wait to be counted, MB together."
    )
    upload_files: int = Field(5, ge=1, le=1000, description="How many such files one user may have.")
    upload_days: float = Field(3, ge=0.01, le=90, description="Days that a file is kept that is not sent to its end.")
    upload_spare_mb: int = Field(1024, ge=0, le=1_000_000, description="Room that uploads leave free on the disk, MB.")
    upload_runs: int = Field(2, ge=1, le=64, description="Recordings that are counted at a time; one of each user.")
    recordings_per_user: int = Field(500, ge=1, le=100_000, description="Recordings of one user.")
    resume_s: float = Field(60, ge=1, le=3600, description="How long a stream waits for its lost connection.")
    shutdown_s: int = Field(5, ge=1, le=60, description="Time that open requests get at shutdown.")
    log_format: str = Field("text", pattern="^(text|json)$", description="Lines for people, or JSON for machines.")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="How much is logged.")

    @field_validator("allowed_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("allowed_origins")
    @classmethod
    def _check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        origins = tuple(origin.rstrip("/") for origin in value)
        for origin in origins:
            parts = urlsplit(origin)
            if parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}":
                raise ValueError(f"{origin} is not an origin, such as https://count.example.org")
        return origins

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            read_url(value.get_secret_value())
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _check_proxies(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ip_network(network)  # raises ValueError with a sentence
        return value

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or value.rstrip("/") != f"{parts.scheme}://{parts.netloc}"):
            raise ValueError(f"{value} is not an address such as https://count.example.org")
        return value.rstrip("/")

    @field_validator("smtp_from")
    @classmethod
    def _check_sender(cls, value: str, info: ValidationInfo) -> str:
        if not value and not info.data.get("smtp_host"):
            return value
        if not SENDER.fullmatch(value):
            raise ValueError("with a mail server the sender's address is needed, such as crowdcount@example.org")
        return value

    @property
    def known_origins(self) -> tuple[str, ...]:
        """Origins that may open sockets and send forms, whatever the name that they call this server by."""
        return (*self.allowed_origins, self.public_url) if self.public_url else self.allowed_origins

    @property
    def site_url(self) -> str:
        """Where people reach this server, as far as it knows."""
        host = "localhost" if self.host in ("127.0.0.1", "::1", "0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        return self.public_url or f"http{'s' if self.tls else ''}://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def retention(self) -> Retention:
        """How long history is kept."""
        steps = {10: self.keep_ten_seconds_days, 60: self.keep_minutes_days, 3600: self.keep_hours_days}
        return Retention(steps, self.keep_heatmap_days, self.keep_stills_days, self.keep_records_days)

    @property
    def bounds(self) -> Bounds:
        """How many alerts and pictures of alerts there may be."""
        return Bounds(self.alert_floor_s, self.alerts_per_hour, self.alert_pictures_mb_per_hour)

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "crowdcount.sqlite3"

    @property
    def own_files(self) -> list[Path]:
        """Files of the server's own, which no command may overwrite with anything else."""
        database = [self.database_path.with_name(self.database_path.name + end) for end in ("", "-wal", "-shm")]
        keys = [self.data_dir / name for name in ("secret.key", LOCK_FILE)]
        return [*database, *keys, *sorted((self.data_dir / "tls").glob("*.pem"))]

    @property
    def database(self) -> Path | PostgresUrl:
        """Where everything is stored."""
        url = self.database_url.get_secret_value()
        return read_url(url) if url else self.database_path


def vision_settings(settings: Settings) -> VisionSettings:
    """What vision needs to know of them, in a vision process or for a file."""
    return VisionSettings(
        models_dir=str(settings.models_dir),
        model=settings.model,
        input_side=settings.input_side,
        precision=settings.precision,
        device=settings.device,
        threads=settings.threads,
        max_pixels=settings.max_pixels,
        decode_timeout_s=settings.decode_timeout_s,
    )


def load_settings(**overrides: Any) -> Settings:
    """Read the settings from the environment.

    Parameters
    ----------
    **overrides
        Values that go before the environment, such as command-line flags.

    Raises
    ------
    SettingsError
        If a value is wrong or a `CROWDCOUNT_*` variable is not a setting; the message names the key.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for key in os.environ:
        if key.startswith(PREFIX) and key not in known and not key.startswith(PREFIX + "TEST_"):
            raise SettingsError(f"{key} is not a setting")
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "?"
        raise SettingsError(f"{PREFIX}{name.upper()}: {first['msg']}") from error
