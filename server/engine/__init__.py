"""Where vision runs: supervised worker processes behind one small interface."""
