import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Lifeline } from "../../client/live/heartbeat.js";

/** @param {boolean[]} answers of the server, one for each question; `look` is given how long the socket has been silent */
function scripted(answers) {
  const told = { asked: 0, revived: 0 };
  const lifeline = new Lifeline(
    () => void (told.revived += 1),
    async () => answers[told.asked++] ?? true,
  );
  return { told, look: (/** @type {number} */ now, /** @type {number} */ silentMs) => lifeline.look(now, silentMs) };
}

describe("Lifeline", () => {
  it("asks nothing while answers come", async () => {
    const { told, look } = scripted([]);
    for (let now = 0; now < 60000; now += 500) await look(now, 2000);
    assert.deepEqual(told, { asked: 0, revived: 0 });
  });

  it("takes another connection as soon as the server answers again", async () => {
    const { told, look } = scripted([false, false, true]);
    for (let now = 0; now < 4000; now += 500) await look(now, 5000 + now);
    assert.equal(told.revived, 1);
    assert.equal(told.asked, 3);
  });

  it("leaves a slow answer alone, but not for ever", async () => {
    const { told, look } = scripted([]);
    await look(0, 6000);
    assert.equal(told.revived, 0);
    await look(4500, 10500);
    assert.equal(told.revived, 1);
  });

  it("does not connect over and over on a narrow way", async () => {
    const { told, look } = scripted([false, true, false, true, false, true]);
    for (let now = 0; now < 14000; now += 500) await look(now, 6000);
    assert.equal(told.revived, 1);
  });

  it("has one question on its way at a time", async () => {
    let asked = 0;
    const lifeline = new Lifeline(
      () => undefined,
      () => {
        asked += 1;
        return new Promise(() => undefined);
      },
    );
    for (let now = 0; now < 3000; now += 500) void lifeline.look(now, 6000);
    await Promise.resolve();
    assert.equal(asked, 1);
  });
});
