"""Recordings as cameras, editors and full disks leave them, counted in both ways of the studio.

The first table is of recordings that are not in the repository, with what is right for them. The second one is of films
made here, so that every kind is tested everywhere.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import odd_films
from tests.e2e.answers import Answers
from tests.e2e.conftest import wait_state
from tests.e2e.test_files import choose
from tests.media import find_clip, read_vtest

EVERY, LIVE = "Every frame", "At live speed"
RUN_S = 90
"""A run of a busy machine takes that long at most."""
STEP_S = 0.15
"""Two frames and a rounding."""


@dataclass(frozen=True)
class Case:
    """A recording and what is right for it.

    Attributes
    ----------
    frames : tuple of int
        Least and most that are counted of it, frame by frame.
    last_s : float
        When its last picture is shown.
    size : tuple of int
        As it is shown.
    people : tuple of float or None
        Least and most mean number of people in a frame.
    unique : tuple of int or None
        Least and most identities, frame by frame.
    said : str
        What the summary says, a regular expression; empty where it must say nothing.
    marks : int
        So many frames are enough; 0 for all.
    """

    name: str
    frames: tuple[int, int]
    last_s: float
    size: tuple[int, int] = (640, 360)
    people: tuple[float, float] | None = None
    unique: tuple[int, int] | None = None
    said: str = ""
    marks: int = 0


CORRIDOR = (9.0, 12.0)
CASES = [
    Case("trimmed.mp4", (48, 48), 1.96, unique=(3, 5)),
    # Two of the 60 that are whole lie behind one that is not: a decoder with threads gives 58.
    Case("cut-off.mp4", (58, 60), 2.5, people=CORRIDOR, said=r"ended early: (58|59|60) of about 120 frames"),
    Case("damaged.mp4", (115, 115), 4.96, people=CORRIDOR, said=r"is damaged: (115 of about 120 frames|\d+ s of it)"),
    Case("interlaced.mp4", (72, 72), 2.96, people=CORRIDOR, unique=(10, 15)),
    Case("non-square.mp4", (40, 120), 4.96, people=(9.0, 12.5), marks=40),
    Case("unix-time.mkv", (24, 24), 0.96),
    Case("ten-hours.webm", (24, 24), 0.96),
    Case("twelve-seconds-apart.mp4", (8, 24), 276.0, (512, 384), (4.5, 6.5), marks=8),
]

Make = Callable[[Path], Path]
VTEST = (768, 576)
MADE: list[tuple[Case, Make]] = [
    (Case("trim.mp4", (20, 20), 1.9, VTEST), lambda path: odd_films.trimmed(path, 18, 20)),
    (
        Case("cut.mp4", (19, 24), 2.3, VTEST, said=r"ended early: (\d\d) of about 48 frames"),
        lambda path: odd_films.cut_off(path, 48, 0.55),
    ),
    (
        # The lost key frame costs those that need it, which no decoder shows.
        Case("damage.mp4", (39, 39), 4.7, VTEST, said=r"is damaged: (39 of about 48 frames|\d+ s of it)"),
        lambda path: odd_films.damaged(path, 48, range(11, 14)),
    ),
    (Case("gap.mp4", (20, 20), 7200 + 1.9, VTEST), lambda path: odd_films.with_gap(path, 10, 7200)),
    (Case("clock.mkv", (16, 16), 1.5, VTEST), lambda path: odd_films.late_clock(path, 16, 1_790_000_000)),
    (Case("narrow.mp4", (12, 12), 1.1, VTEST), lambda path: odd_films.narrow(path, 12)),
    # Whole frames of the same moments show 4.8; woven as they are decoded 3.8.
    (Case("woven.mp4", (48, 48), 4.7, VTEST, people=(4.4, 5.3)), lambda path: odd_films.woven(path, 48)),
]


@pytest.fixture
def answers(studio: Page) -> Answers:
    """What the studio's streams are answered."""
    return Answers(studio)


def count(page: Page, answers: Answers, mode: str, film: Path, marks: int) -> str:
    """Count a film to its end, or until there are so many frames; returns what the summary says about it."""
    choose(page, mode, film)
    if marks:
        processed = "marks => Number(document.querySelector('#processed').textContent) >= marks"
        page.wait_for_function(processed, arg=marks, timeout=RUN_S * 1000)
        page.locator("#stop").click()
    wait_state(page, "ended", seconds=RUN_S)
    expect(page.locator("#summary-frames")).to_have_attribute("data-frames", str(len(answers.results)))
    return page.locator("#summary-note").text_content() or ""


def check(case: Case, mode: str, answers: Answers, said: str) -> None:
    """Compare a run with what is right."""
    assert answers.refused == []
    assert {(result["width"], result["height"]) for result in answers.results} == {case.size}
    times = answers.times
    assert times[0] == 0, "the clock begins with the first picture"
    assert times == sorted(times)
    assert times[-1] <= case.last_s + STEP_S
    if mode == EVERY:
        assert case.frames[0] <= len(times) <= case.frames[1] + 2 * bool(case.marks)
        assert case.marks or times[-1] == pytest.approx(case.last_s, abs=STEP_S)
    if case.people and len(times) > 5:
        # A machine that is busy counts few frames at live speed, and less of the film.
        slack = 0 if mode == EVERY else 1.5
        assert case.people[0] - slack <= answers.mean <= case.people[1] + slack
    if case.unique and mode == EVERY:
        assert case.unique[0] <= answers.results[-1]["unique"] <= case.unique[1]
    assert re.search(case.said, said) if case.said else said == ""


@pytest.mark.parametrize("mode", [EVERY, LIVE])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_recording_is_counted_as_it_is_shown(studio: Page, answers: Answers, case: Case, mode: str) -> None:
    film = find_clip(f"cases/{case.name}")
    marks = case.marks if mode == EVERY else min(case.marks, 5)
    check(case, mode, answers, count(studio, answers, mode, film, marks))


@pytest.mark.parametrize("mode", [EVERY, LIVE])
@pytest.mark.parametrize(("case", "make"), MADE, ids=[case.name for case, _ in MADE])
def test_a_film_of_its_kind_is_counted_as_it_is_shown(
    studio: Page, answers: Answers, tmp_path: Path, case: Case, make: Make, mode: str
) -> None:
    check(case, mode, answers, count(studio, answers, mode, make(tmp_path / case.name), case.marks))


def test_both_sides_of_a_gap_are_counted_at_live_speed(studio: Page, answers: Answers, tmp_path: Path) -> None:
    film = odd_films.with_gap(tmp_path / "gap.mp4", 10, 7200)
    count(studio, answers, LIVE, film, 0)
    assert min(answers.times) < 1
    assert max(answers.times) >= 7200


def test_a_film_that_ends_early_says_so_at_once(studio: Page, tmp_path: Path) -> None:
    film = odd_films.cut_off(tmp_path / "cut.mp4", 48, 0.55)
    choose(studio, LIVE, film)
    # From the moment at which it cannot be played on.
    studio.wait_for_function("() => document.querySelector('#preview').error !== null", timeout=RUN_S * 1000)
    note = studio.locator("#summary-note")
    expect(note).to_have_text(re.compile("The file ended early"), timeout=3000)
    expect(studio.locator("#status-text")).not_to_have_text(re.compile("server"))


@pytest.mark.parametrize("mode", [EVERY, LIVE])
def test_frames_that_are_refused_say_why(studio: Page, answers: Answers, tmp_path: Path, mode: str) -> None:
    film = odd_films.with_gap(tmp_path / "days.mp4", 6, 25 * 3600)
    choose(studio, mode, film)
    wait_state(studio, "ended", seconds=RUN_S)
    assert set(answers.refused) == {"BAD_TIME"}
    note = studio.locator("#summary-note")
    expect(note).to_have_text(re.compile(r"\d frames? could not be counted. t is ahead of the clock."))


@pytest.mark.parametrize("mode", [EVERY, LIVE])
@pytest.mark.parametrize(("name", "text"), [("film.avi", "in the AVI format"), ("film.mp4", "holds mp4v video")])
def test_a_film_that_the_browser_cannot_read_says_why(
    studio: Page, tmp_path: Path, name: str, text: str, mode: str
) -> None:
    film = odd_films.write_film(tmp_path / name, read_vtest(4), codec="mpeg4")
    choose(studio, mode, film)
    wait_state(studio, "error")
    expect(studio.locator("#studio")).to_have_attribute("data-problem", "unplayable_file")
    expect(studio.locator("#notice-text")).to_contain_text(text)
