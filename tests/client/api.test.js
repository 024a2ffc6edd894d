import assert from "node:assert/strict";
import { afterEach, describe, it, mock } from "node:test";

import { api } from "../../client/ui/api.js";

describe("a session that ended", () => {
  afterEach(() => mock.restoreAll());

  it("leads to the sign-in page and back to all of the address", async () => {
    /** @type {string[]} */
    const visited = [];
    const location = { pathname: "/history", search: "?camera=cam_1", hash: "#day", assign: (/** @type {string} */ to) => visited.push(to) };
    Object.assign(globalThis, { location });
    mock.method(globalThis, "fetch", async () => new Response("{}", { status: 401, headers: { "content-type": "application/json" } }));
    await assert.rejects(api("GET", "/api/cameras"));
    assert.deepEqual(visited, [`/login?next=${encodeURIComponent("/history?camera=cam_1#day")}`]);
  });
});
