"""``python -m bench [--peers]``: compare, every recording, the tracker alone, many streams, and one for long."""

import sys

from bench import association, compare, endurance, scaling, table

if __name__ == "__main__":
    sys.exit(compare.main() or table.main([]) or association.main([]) or scaling.main([]) or endurance.main([]))
