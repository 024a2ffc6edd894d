"""``python -m bench``: compare, then measure the tracker alone."""

import sys

from bench import association, compare

if __name__ == "__main__":
    sys.exit(compare.main() or association.main([]))
