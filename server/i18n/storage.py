"""What people are told when nothing can be stored."""

from server.i18n.markers import N_

UNAVAILABLE = N_("Nothing can be stored just now. Try again when the disk is mended.")
UNUSABLE = N_("The database cannot be used just now. Try again in a minute.")
OVER = N_("Counts and alerts are stored again.")
MEANWHILE = N_("Counting goes on; counts and alerts are not stored until it is mended.")
TROUBLES = {
    "FULL": N_("The disk is full."),
    "READ_ONLY": N_("The database cannot be written."),
    "BUSY": N_("The database is busy."),
    "FAULTY": N_("The disk does not take what is written."),
    "CLOSED": N_("The database cannot be opened."),
    "DAMAGED": N_("The database is damaged. Whoever runs this server has to restore a backup."),
    "OVERWRITTEN": N_("The database is damaged. Whoever runs this server has to restore a backup."),
    "AWAY": N_("The database server does not answer."),
    "TAKEN": N_("Another server uses the database. Whoever runs this one has to end one of the two."),
    "OTHER": N_("The database cannot be written."),
}


def unavailable_text(*, elsewhere: bool) -> str:
    """Why what somebody asked for cannot be done now; `elsewhere`: it is no disk of this machine."""
    return UNUSABLE if elsewhere else UNAVAILABLE


def trouble_text(name: str) -> str:
    """Two sentences about a `Trouble` of the database, by its name."""
    return f"{TROUBLES[name]} {MEANWHILE}"
