"""Side-by-side measurements that anyone can repeat: `python -m bench --help`."""
