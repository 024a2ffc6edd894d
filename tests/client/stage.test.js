import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { shadeOf } from "../../client/core/colour.js";
import { letterbox, withinSide } from "../../client/core/fit.js";
import { Trails } from "../../client/core/trails.js";
import { heatPixels, heatRamp } from "../../client/canvas/heat.js";
import { boxOnStage, mirrored, platePlace } from "../../client/canvas/overlay.js";

describe("letterbox", () => {
  for (const [name, picture, stage, expected] of /** @type {const} */ ([
    ["the same shape fills it", [640, 360], [1280, 720], [0, 0, 1280, 720]],
    ["a taller picture has bars at the sides", [600, 600], [800, 400], [200, 0, 400, 400]],
    ["a wider one above and below", [800, 400], [400, 400], [0, 100, 400, 200]],
    ["a phone upright on a wide stage", [720, 1280], [1280, 720], [437.5, 0, 405, 720]],
  ])) {
    it(name, () => {
      const { x, y, width, height } = letterbox(picture[0], picture[1], stage[0], stage[1]);
      assert.deepEqual([x, y, width, height], expected);
    });
  }
});

describe("the size that is sent", () => {
  for (const [width, height, side, expected] of /** @type {const} */ ([
    [1920, 1080, 960, [960, 540]],
    [1080, 1920, 960, [540, 960]],
    [640, 480, 960, [640, 480]],
    [1000, 1, 100, [100, 1]],
  ])) {
    it(`${width}×${height} within ${side}`, () => {
      const size = withinSide(width, height, side);
      assert.deepEqual([size.width, size.height], expected);
    });
  }
});

/** Relative luminance (WCAG 2.2) of an HSL colour. @param {{hue: number, saturation: number, lightness: number}} shade */
function luminance({ hue, saturation, lightness }) {
  const s = saturation / 100;
  const l = lightness / 100;
  const channel = (/** @type {number} */ n) => {
    const k = (n + hue / 30) % 12;
    const value = l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(0) + 0.7152 * channel(8) + 0.0722 * channel(4);
}

describe("the colour of an identity", () => {
  it("leaves the plate's dark text readable, for everyone", () => {
    const text = luminance({ hue: 200, saturation: 12, lightness: 5 });
    for (let id = 1; id <= 2000; id += 1) {
      const contrast = (luminance(shadeOf(id)) + 0.05) / (text + 0.05);
      assert.ok(contrast >= 4.5, `identity ${id}: ${contrast.toFixed(2)}`);
    }
  });

  it("tells neighbours apart", () => {
    for (let id = 1; id <= 500; id += 1) {
      for (const other of [id + 1, id + 2]) {
        const apart = Math.abs(shadeOf(id).hue - shadeOf(other).hue);
        assert.ok(Math.min(apart, 360 - apart) > 40, `${id} and ${other}`);
      }
    }
  });
});

describe("boxes on the stage", () => {
  const place = { x: 100, y: 0, width: 400, height: 300 };

  it("lie where the picture lies", () => {
    const box = boxOnStage({ id: 1, score: 1, box: [0, 0.5, 0.25, 1] }, place);
    assert.deepEqual(box, { x: 100, y: 150, width: 100, height: 150 });
  });

  it("are mirrored within the picture, and twice is as before", () => {
    const box = { x: 100, y: 150, width: 100, height: 150 };
    assert.equal(mirrored(box, place).x, 400);
    assert.deepEqual(mirrored(mirrored(box, place), place), box);
  });

  for (const [name, box, expected] of /** @type {const} */ ([
    ["above the box", { x: 200, y: 100, width: 50, height: 100 }, { x: 199, y: 82 }],
    ["inside, where there is no room above", { x: 200, y: 5, width: 50, height: 100 }, { x: 199, y: 5 }],
    ["inside the picture, where the box is cut off", { x: 80, y: -20, width: 50, height: 100 }, { x: 100, y: 0 }],
    ["not beyond the right edge", { x: 490, y: 100, width: 10, height: 50 }, { x: 470, y: 82 }],
  ])) {
    it(`the plate is ${name}`, () => assert.deepEqual(platePlace(box, place, 30), expected));
  }
});

describe("Trails", () => {
  const at = (/** @type {number} */ id, /** @type {number} */ x) => ({ id, score: 1, box: /** @type {[number, number, number, number]} */ ([x, 0.2, x + 0.1, 0.6]) });

  it("follow the feet", () => {
    const trails = new Trails();
    trails.add([at(1, 0.3)], 0, 1);
    assert.deepEqual(trails.of(1), [{ x: 0.35, y: 0.6, t: 0 }]);
  });

  it("are short in time, whatever the rate", () => {
    const trails = new Trails(1000);
    for (let t = 0; t <= 5000; t += 100) trails.add([at(1, 0.1)], t, 1);
    assert.equal(trails.of(1)[0].t, 4000);
  });

  it("die with their person", () => {
    const trails = new Trails(1000);
    trails.add([at(1, 0.1), at(2, 0.5)], 0, 1);
    for (let t = 100; t <= 2000; t += 100) trails.add([at(2, 0.5)], t, 1);
    assert.equal(trails.size, 1);
  });

  it("do not join identities of two epochs", () => {
    const trails = new Trails();
    trails.add([at(1, 0.1)], 0, 1);
    trails.add([at(1, 0.9)], 100, 2);
    assert.equal(trails.of(1).length, 1);
  });
});

describe("the heatmap's colours", () => {
  it("show nothing where nobody was", () => {
    assert.equal(heatRamp()[3], 0);
    assert.equal(heatPixels(new Uint8Array([0]).buffer)[3], 0);
  });

  it("grow lighter and less transparent with every level", () => {
    const ramp = heatRamp();
    for (let level = 1; level < 256; level += 1) {
      const sum = (/** @type {number} */ at) => ramp[at * 4] + ramp[at * 4 + 1];
      assert.ok(ramp[level * 4 + 3] >= ramp[(level - 1) * 4 + 3], `opacity at ${level}`);
      assert.ok(sum(level) >= sum(level - 1), `light at ${level}`);
    }
  });

  it("take bytes as Socket.IO hands them over, row by row", () => {
    const pixels = heatPixels(new Uint8Array([0, 255]).buffer);
    assert.equal(pixels.length, 8);
    assert.deepEqual([...pixels.slice(4)], [...heatRamp().slice(255 * 4)]);
  });
});
