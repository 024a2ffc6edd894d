"""HTTP: pages and JSON."""
