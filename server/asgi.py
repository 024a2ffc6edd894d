"""The application for an ASGI server of your choice: `uvicorn server.asgi:app`."""

from server.config import load_settings
from server.process.serve import build

app = build(load_settings())
