"""Which devices came by which invitation: one is one camera, and an address has few."""

from collections import OrderedDict
from hashlib import sha256

from server.common.addresses import network_of

MOST_INVITES = 2000
"""Invitations that are remembered; those that were used longest ago are forgotten."""


class JoinBook:
    """In memory, of this web process."""

    def __init__(self) -> None:
        self._guests: OrderedDict[str, dict[str, tuple[str, str]]] = OrderedDict()

    def find(self, invite_id: str, device: str) -> str | None:
        """The guest that this device became by the invitation."""
        found = self._guests.get(invite_id, {}).get(device)
        return found[1] if found else None

    def of_address(self, invite_id: str, address: str) -> list[str]:
        """The guests that came from an address by the invitation."""
        network = network_of(address)
        return [guest for where, guest in self._guests.get(invite_id, {}).values() if where == network]

    def note(self, invite_id: str, device: str, address: str, guest_id: str) -> None:
        """The device is this guest from now on."""
        self._guests.setdefault(invite_id, {})[device] = (network_of(address), guest_id)
        self._guests.move_to_end(invite_id)
        while len(self._guests) > MOST_INVITES:
            self._guests.popitem(last=False)


def name_of_device(mark: str | None, address: str, program: str) -> str:
    """What distinguishes a device from others: its mark, or, for a program without one, where it is and what it says:
    what it calls itself, and the name of its camera."""
    said = f"mark {mark}" if mark else f"at {network_of(address)} {program}"
    return sha256(said.encode(errors="replace")).hexdigest()
