"""What people are told when nothing can be stored."""

from server.words.mark import N_

UNAVAILABLE = N_("Nothing can be stored just now. Try again when the disk is mended.")
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
    "OTHER": N_("The database cannot be written."),
}


def trouble_text(name: str) -> str:
    """Two sentences about a `Trouble` of the database, by its name."""
    return f"{TROUBLES[name]} {MEANWHILE}"
