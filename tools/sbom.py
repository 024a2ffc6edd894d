#!/usr/bin/env python3
"""Generate the software bill of materials from the lock files only: ``make sbom`` writes docs/sbom.cdx.json.

CycloneDX 1.6. Each package has its version, the checksums of the locks, and its use (`crowdcount:lock`): `core`
serves, `postgres` is the container, `models` prepares models, `dev` tests, `client` is shipped to browsers,
`client-dev` builds the client.
"""

import argparse
import base64
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "sbom.cdx.json"
LOCKS = {
    "core": "requirements.lock",
    "postgres": "requirements-postgres.lock",
    "models": "requirements-models.lock",
    "dev": "requirements-dev.lock",
}
IN_THE_CLIENT = ("socket.io-client", "uplot", "mediabunny", "lucide-static")
"""Packages whose code or images the build includes in static/dist."""
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+?)(?: ; (.+?))?(?: \\)?$")
NEVER = "sys_platform == 'never'"

Component = dict[str, Any]


def python_packages() -> dict[str, Component]:
    """Return the packages of the Python locks by purl. A package in several locks is listed once, with all of them."""
    found: dict[str, Component] = {}
    for lock, name in LOCKS.items():
        current: Component | None = None
        for line in (ROOT / name).read_text("utf-8").splitlines():
            if match := PIN.match(line):
                package, version, marker = match.groups()
                current = None if marker == NEVER else _component(found, "pypi", package.lower(), version, lock)
                if current is not None and marker:
                    _property(current, "crowdcount:where", marker)
            elif current is not None and line.strip().startswith("--hash=sha256:"):
                digest = line.strip().removeprefix("--hash=sha256:").removesuffix("\\").strip()
                if (one := {"alg": "SHA-256", "content": digest}) not in current["hashes"]:
                    current["hashes"].append(one)
    return found


def client_packages() -> dict[str, Component]:
    """Return the packages of package-lock.json by purl."""
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    shipped = _closure(packages, IN_THE_CLIENT)
    found: dict[str, Component] = {}
    for path, entry in packages.items():
        if not path:
            continue
        name = path.rpartition("node_modules/")[2]
        lock = "client" if name in shipped else "client-dev"
        component = _component(found, "npm", name.replace("@", "%40"), entry["version"], lock)
        component["name"] = name
        if isinstance(entry.get("license"), str):
            component["licenses"] = [{"expression": entry["license"]}]
        algorithm, _, value = entry.get("integrity", "").partition("-")
        if algorithm == "sha512":
            component["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(value).hex()}]
    return found


def _closure(packages: dict[str, Any], roots: tuple[str, ...]) -> set[str]:
    """Return these packages with their transitive dependencies."""
    waiting, reached = list(roots), set()
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += packages.get(f"node_modules/{name}", {}).get("dependencies", {})
    return reached


def _component(found: dict[str, Component], kind: str, name: str, version: str, lock: str) -> Component:
    purl = f"pkg:{kind}/{name}@{version}"
    fresh: Component = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "hashes": [],
    }
    component = found.setdefault(purl, fresh | {"properties": []})
    _property(component, "crowdcount:lock", lock)
    return component


def _property(component: Component, name: str, value: str) -> None:
    if (one := {"name": name, "value": value}) not in component["properties"]:
        component["properties"].append(one)


def bill() -> str:
    """Return the document; deterministic for given locks."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    components = python_packages() | client_packages()
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "crowdcount",
                "name": project["name"],
                "version": _version(),
                "licenses": [{"expression": project["license"]}],
            }
        },
        "components": [components[purl] for purl in sorted(components)],
    }
    return json.dumps(document, indent=1) + "\n"


def _version() -> str:
    found = re.search(r'^__version__ = "(.+)"$', (ROOT / "server" / "__init__.py").read_text("utf-8"), re.M)
    if found is None:
        raise SystemExit("server/__init__.py has no version")
    return found[1]


def main() -> int:
    """Write the document, or check that it is up to date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if it is out of date")
    if not parser.parse_args().check:
        TARGET.write_text(bill(), "utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text("utf-8") == bill():
        return 0
    print(f"{TARGET.relative_to(ROOT)} is out of date; run make sbom", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
