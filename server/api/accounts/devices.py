"""What a User-Agent says, in two or three words."""

from server.i18n.markers import N_

# In this order: Edge and Opera also claim to be Chrome, and Chrome also claims to be Safari.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
MAX_CHARACTERS = 60
UNKNOWN = N_("unknown device")


def device_name(user_agent: str) -> str:
    """A short name of a device, such as "Firefox on Android"; a program's own words when it is no browser."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in SYSTEMS if mark in user_agent), None)
    if browser and system:
        return f"{browser} on {system}"
    printable = "".join(letter for letter in user_agent if letter.isprintable())[:MAX_CHARACTERS]
    return printable or UNKNOWN
