"""The application for an ASGI server of your choice: `uvicorn server.asgi:app`."""

from server.config import load_settings
from server.process.data_lock import lock_data_dir
from server.process.serve import build

settings = load_settings()
lock_data_dir(settings)  # for as long as this process lives
app = build(settings)
