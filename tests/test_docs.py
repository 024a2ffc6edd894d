"""Every relative link in the documentation has its file, and its heading in that file."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)


def prose(text: str) -> str:
    """Return the text without its code blocks."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    found: set[str] = set()
    for heading in HEADING.findall(prose(text)):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        base = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        anchor, number = base, 0
        while anchor in found:
            number += 1
            anchor = f"{base}-{number}"
        found.add(anchor)
    return found


def has_target(page: Path, link: str) -> bool:
    """Return whether a link has its file and its heading. Links to other sites are not checked."""
    if re.match(r"[a-z]+:", link):
        return True
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.is_relative_to(ROOT) or not target.exists():
        return False
    return not anchor or (target.suffix == ".md" and anchor in anchors(target.read_text("utf-8")))


def broken(page: Path) -> list[str]:
    """Return the relative links of a page without a target."""
    text = re.sub(r"`[^`\n]*`", "", prose(page.read_text("utf-8")))
    return [link for link in LINK.findall(text) if not has_target(page, link)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_has_its_target(page: Path) -> None:
    assert broken(page) == []


def test_every_page_of_the_docs_is_linked() -> None:
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in PAGES
        for link in LINK.findall(page.read_text("utf-8"))
    }
    assert [str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md") if page not in linked] == []


def test_a_broken_link_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.test_docs.ROOT", tmp_path)
    (tmp_path / "a.md").write_text("# One `thing`, twice\n\n# One thing twice\n\n```\n# code\n```\n")
    page = tmp_path / "b.md"
    links = ("a.md#one-thing-twice", "a.md#one-thing-twice-1", "https://example.org/x", "#here")
    page.write_text("# Here\n" + "".join(f"[x]({link})\n" for link in links))
    assert broken(page) == []
    wrong = ["c.md", "a.md#code", "#there", "../b.md"]
    page.write_text("".join(f"[x]({link})\n" for link in wrong) + "`[x](code.md)`\n")
    assert broken(page) == wrong
