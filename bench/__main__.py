"""``python -m bench [--peers]``: comparison, all recordings, tracker only, scaling, and endurance."""

import sys

from bench import association, compare, endurance, scaling, table

if __name__ == "__main__":
    sys.exit(compare.main() or table.main([]) or association.main([]) or scaling.main([]) or endurance.main([]))
