"""Charts after hours: the time that one draw takes, next to that of a small chart, in a real browser."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.alone

ROOT = Path(__file__).resolve().parents[2]
MODULES = """
export { ZoneChart } from "../../client/zones/chart.js";
export { Trends } from "../../client/zones/trends.js";
export { HistoryChart } from "../../client/history/chart.js";
"""
LIVE = """(async () => {
  const zones = Array.from({ length: 10 }, (_, n) => ({ id: `z${n}`, name: `Zone ${n}`, colour: "#2f81f7" }));
  const medianOf = async (drawn, seconds, range) => {
    const trends = new charts.Trends();
    const chart = new charts.ZoneChart(trends, () => range, () => 0);
    let t = 0;
    const add = (step) => {
      t += step;
      trends.add(t, drawn.map(({ id }, n) => ({ id, occupancy: Math.round(10 + 8 * Math.sin(t / 60000 + n)) })));
    };
    while (t < seconds * 1000) add(1000);
    const took = [];
    for (let n = 0; n < 15; n += 1) {
      add(500);
      const begun = performance.now();
      chart.render(drawn, n * 1000);
      await null;  // the library paints when the script ends
      took.push(performance.now() - begun);
    }
    return took.slice(3).sort((a, b) => a - b)[6];
  };
  const small = await medianOf(zones.slice(0, 1), 60, "60");
  const hours = await medianOf(zones, 4 * 3600, "all");
  return { small, hours, canvases: document.querySelectorAll("#zone-chart canvas").length };
})()"""
STORED = """(async () => {
  const from = Date.parse("2026-06-01T08:00:00Z");
  const series = (count, points) => Array.from({ length: count }, (_, n) => ({
    zone: n ? { id: `z${n}`, name: `Zone ${n}` } : null,
    points: Array.from({ length: points }, (_, i) => {
      return { t: new Date(from + i * 10000).toISOString(), mean: 10 + 8 * Math.sin(i / 9 + n) };
    }),
  }));
  const chart = new charts.HistoryChart();
  const medianOf = async (found) => {
    const span = { from: new Date(from), to: new Date(from + found[0].points.length * 10000) };
    const took = [];
    for (let n = 0; n < 9; n += 1) {
      const begun = performance.now();
      chart.draw(found, "mean", 10, span);
      await null;
      took.push(performance.now() - begun);
    }
    return took.slice(2).sort((a, b) => a - b)[3];
  };
  return { small: await medianOf(series(1, 60)), hours: await medianOf(series(11, 1440)) };
})()"""


def measure(page: Page, script: str) -> dict[str, Any]:
    """Run a script beside the page's own, past its policy, with the charts as `charts`."""
    built = subprocess.run(
        [ROOT / "node_modules/.bin/esbuild", "--bundle", "--format=iife", "--global-name=charts"],
        input=MODULES,
        cwd=ROOT / "tests" / "e2e",
        capture_output=True,
        check=True,
        text=True,
    )
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": built.stdout})
    answer = session.send("Runtime.evaluate", {"expression": f"{script}.then(JSON.stringify)", "awaitPromise": True})
    assert "exceptionDetails" not in answer, answer
    found: dict[str, Any] = json.loads(answer["result"]["value"])
    return found


def test_ten_zones_after_four_hours_draw_like_a_small_chart(studio: Page) -> None:
    """Ten times the lines, 240 times the time: what is drawn is bounded, so it costs about as much as its lines."""
    found = measure(studio, LIVE)
    assert found["canvases"] >= 1
    assert found["hours"] < 12 * max(found["small"], 0.5), found


def test_four_hours_of_ten_second_steps_draw_at_once(studio: Page) -> None:
    """Eleven lines of 1,440 points against one of 60: 264 times the points, for less than four draws a line."""
    studio.goto("/history")
    studio.locator("#history-choice").wait_for()
    studio.evaluate("() => { document.querySelector('#history-shown').hidden = false; }")
    found = measure(studio, STORED)
    assert found["hours"] < 44 * max(found["small"], 0.5), found
