"""Delivery of alerts: web hooks, mail and web push. Never on the frame path."""
