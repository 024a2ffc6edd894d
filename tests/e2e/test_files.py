"""Video files: every frame of them, or at live speed; and files that are none."""

from pathlib import Path

from playwright.sync_api import Page

from tests.e2e.conftest import Watch, wait_state
from tests.e2e.film import CLIP_FRAMES


def choose(page: Page, mode: str, file: Path) -> None:
    """Choose how files are counted, and one of them."""
    page.get_by_label(mode).check()
    page.locator("#file").set_input_files(file)


def test_every_frame_reports_exactly_its_number_of_frames(studio: Page, clip: Path) -> None:
    choose(studio, "Every frame", clip)
    studio.locator("#progress-text", has_text=f"of {CLIP_FRAMES}").wait_for()
    wait_state(studio, "ended", seconds=60)
    assert studio.locator("#summary-frames").get_attribute("data-frames") == str(CLIP_FRAMES)
    assert studio.locator("#dropped").text_content() == "0"
    assert studio.locator("#rejected").text_content() == "0"
    assert int(studio.locator("#summary-peak").inner_text()) >= 3
    assert studio.locator("#summary-duration").inner_text() == "0:05", "60 frames at 10 a second"


def test_every_frame_can_be_paused_and_stopped(studio: Page, clip: Path) -> None:
    choose(studio, "Every frame", clip)
    wait_state(studio, "live")
    studio.keyboard.press(" ")
    studio.locator("#studio[data-paused]").wait_for()
    studio.wait_for_timeout(1200)  # what is on its way arrives
    before = studio.locator("#processed").text_content()
    studio.wait_for_timeout(700)
    assert studio.locator("#processed").text_content() == before
    studio.locator("#pause").click()
    studio.wait_for_function("before => document.querySelector('#processed').textContent !== before", arg=before)
    studio.locator("#stop").click()
    wait_state(studio, "ended")
    assert 0 < int(studio.locator("#summary-frames").inner_text()) < CLIP_FRAMES


def test_live_speed_plays_to_the_end(studio: Page, clip: Path) -> None:
    choose(studio, "At live speed", clip)
    wait_state(studio, "live", "full", "slow")
    assert studio.locator("#seek").is_visible()
    wait_state(studio, "ended", seconds=40)
    assert 3 <= int(studio.locator("#summary-frames").inner_text()) <= CLIP_FRAMES
    studio.get_by_role("button", name="Count it again").click()
    wait_state(studio, "live", "full", "slow")


def test_seeking_back_counts_anew(studio: Page, clip: Path) -> None:
    choose(studio, "At live speed", clip)
    wait_state(studio, "live", "full", "slow")
    studio.wait_for_function("() => document.querySelector('#preview').currentTime > 2.5")
    studio.locator("#seek").focus()
    studio.keyboard.press("Home")
    studio.locator("#status", has_text="Counting starts again").wait_for()
    wait_state(studio, "ended", seconds=40)
    assert studio.locator("#rejected").text_content() == "0", "no frame had a time that falls"


def test_a_dropped_file_is_counted(studio: Page, clip: Path) -> None:
    transfer = studio.evaluate_handle(
        """async url => {
          const bytes = await (await fetch(url)).blob();
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], "gate.webm", { type: "video/webm" }));
          return transfer;
        }""",
        _serve(studio, clip),
    )
    studio.locator("#stage").dispatch_event("dragover", {"dataTransfer": transfer})
    studio.locator("#drop").wait_for()
    studio.locator("#stage").dispatch_event("drop", {"dataTransfer": transfer})
    wait_state(studio, "live", "full", "slow")


def _serve(page: Page, clip: Path) -> str:
    """A URL of this site under which the test hands out the file."""
    page.route("**/clip-of-the-test", lambda route: route.fulfill(path=clip, content_type="video/webm"))
    return "/clip-of-the-test"


def test_a_file_that_is_no_video_says_what_can_be_done(studio: Page, tmp_path: Path, watch: Watch) -> None:
    for mode in ("At live speed", "Every frame"):
        broken = tmp_path / "holiday.mp4"
        broken.write_bytes(b"this is no video" * 100)
        choose(studio, mode, broken)
        wait_state(studio, "error")
        assert studio.locator("#studio").get_attribute("data-problem") == "unplayable_file"
        notice = studio.locator("#notice")
        assert "holiday.mp4" in notice.inner_text()
        assert "ffmpeg" in notice.inner_text()
        assert notice.get_by_role("button", name="Choose a video file").is_visible()
        studio.reload()
