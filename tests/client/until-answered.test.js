import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../client/ui/api.js";
import { untilAnswered } from "../../client/ui/until-answered.js";

const lost = () => new ApiError(0, "UNREACHABLE", "away");

/** @param {Array<Error | string>} answers */
function scripted(answers) {
  /** @type {string[]} */
  const told = [];
  let now = 0;
  const ask = async () => {
    const next = answers.shift();
    if (next instanceof Error) throw next;
    return next;
  };
  const sleep = async (/** @type {number} */ ms) => void (now += ms);
  return { told, run: () => untilAnswered(ask, (error) => told.push(error.message), sleep, () => now), left: answers };
}

test("what is answered is sent once", async () => {
  const one = scripted(["done"]);
  assert.equal(await one.run(), "done");
  assert.deepEqual(one.told, []);
});

test("what does not arrive is sent again, and said once", async () => {
  const one = scripted([lost(), new ApiError(503, "STORAGE_UNAVAILABLE", "full"), lost(), "done"]);
  assert.equal(await one.run(), "done");
  assert.deepEqual(one.told, ["away"]);
});

test("a refusal is not tried again", async () => {
  const one = scripted([new ApiError(409, "ALERT_TAKEN", "eve did"), "done"]);
  await assert.rejects(one.run(), /eve did/);
  assert.deepEqual(one.left, ["done"]);
});

test("it is given up some time", async () => {
  const one = scripted(Array.from({ length: 1000 }, lost));
  await assert.rejects(one.run(), /away/);
  assert.equal(one.left.length > 600, true);
});
