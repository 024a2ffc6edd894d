"""The promises of crowdcount under load, faults and abuse, each broken on purpose; `rows.py` lists them."""
