"""When something is tried again."""

FIRST_S = 5.0
MOST_S = 3600.0
SPREAD = 0.2
GIVE_UP_S = 86_400.0


def wait_s(attempts: int, chance: float) -> float:
    """Seconds until the next attempt: twice as long each time, an hour at most, spread so that not all come at once.

    Parameters
    ----------
    attempts : int
        How many there were.
    chance : float
        Random, 0 to 1.
    """
    base = min(MOST_S, FIRST_S * 2.0 ** min(attempts - 1, 20))
    return float(base * (1 + SPREAD * (2 * chance - 1)))
