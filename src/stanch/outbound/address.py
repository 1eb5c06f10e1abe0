"""What can be spoken to at all: looked at when it is set, and again before each request."""

from urllib.parse import urlsplit


def address_fault(url: str, *, password: bool = True) -> str:
    """Why this is no address to send to, in a few words; empty where it is one. `password`: it may hold one."""
    try:
        parsed = urlsplit(url)
        port = parsed.port
    except ValueError:
        return "is no address"
    if parsed.scheme not in ("http", "https") or not parsed.hostname or port == 0:
        return "is no http or https address"
    if not url.isascii() or not url.isprintable() or " " in url:
        return "holds a character that no address has"
    if any(not 0 < len(label) < 64 for label in parsed.hostname.rstrip(".").split(".")):
        return "names no host"
    return "holds a password" if "@" in parsed.netloc and not password else ""


def header_fault(value: str) -> str:
    """The same for the value of a header, a secret most of all: the value is not in the words."""
    if not value.isascii() or not value.isprintable():
        return "holds a character that no header can carry"
    return "begins or ends with a space" if value != value.strip() else ""
