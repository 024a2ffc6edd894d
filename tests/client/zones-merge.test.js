import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { conflictText } from "../../client/zones/conflicts.js";
import { Editor } from "../../client/zones/editor.js";
import { applied, compare, same } from "../../client/zones/merge.js";
import { Saver } from "../../client/zones/plan-sync.js";
import { EMPTY_PLAN, GROUND, makeShape, rectangle, withShape, withoutShape } from "../../client/zones/shape.js";

/** @typedef {import("../../client/zones/shape.js").Plan} Plan */
/** @typedef {import("../../client/zones/shape.js").Shape} Shape */
/** @typedef {import("../../client/zones/plan-sync.js").Stored} Stored */

const corners = rectangle([0.1, 0.1], [0.3, 0.3]);
/** @param {string} id @param {string} name */
const zone = (id, name) => makeShape("zone", id, name, "#2f81f7", corners);
/** @param {...Shape} shapes @returns {Plan} */
const planOf = (...shapes) => ({ shapes, calibration: null });
/** @param {Plan} plan */
const names = ({ shapes }) => shapes.map(({ name }) => name);
/** @param {Plan} plan @param {string} id @param {string} name @returns {Plan} */
const renamed = (plan, id, name) => withShape(plan, { .../** @type {Shape} */ (plan.shapes.find((shape) => shape.id === id)), name });

/** The server: one plan, and versions. */
class Server {
  /** @type {Stored} */
  stored = { version: 0, plan: EMPTY_PLAN };
  puts = 0;
  answers = true;

  get = async () => structuredClone(this.stored);

  put = async (/** @type {Stored} */ { version, plan }) => {
    this.puts += 1;
    if (version !== this.stored.version) throw Object.assign(new Error("Changed."), { status: 409, code: "PLAN_CHANGED" });
    this.stored = structuredClone({ version: version + 1, plan });
    if (!this.answers) throw Object.assign(new Error("No answer."), { status: 0, code: "UNREACHABLE" });
    return structuredClone(this.stored);
  };
}

/** @param {Server} server @param {string} who */
async function operator(server, who) {
  let made = 0;
  const saver = new Saver(server, () => {}, (changes) => editor.receive(changes));
  const editor = new Editor((plan) => saver.take(plan), () => `${who} ${(made += 1)}`);
  editor.open(await saver.load());
  const draw = () => {
    editor.pen.add("rectangle", corners);
    return editor.state.plan.shapes[editor.state.plan.shapes.length - 1].id;
  };
  /** Until there is nothing left that goes by itself. */
  const saved = async () => {
    for (let i = 0; i < 5 && saver.state === "waiting"; i += 1) await saver.flush();
  };
  const rename = (/** @type {string} */ id, /** @type {string} */ name) => editor.change(renamed(editor.state.plan, id, name));
  return { saver, editor, draw, saved, rename };
}

describe("two plans", () => {
  const base = planOf(zone("a", "A"), zone("b", "B"));
  it("are the same whatever the order of their keys", () => {
    assert.ok(same({ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 }));
    for (const other of [{ a: 1 }, { a: 1, b: [] }, { a: 1, c: [{ c: null }] }, null, [1]]) assert.ok(!same({ a: 1, b: [{ c: null }] }, other));
  });
  it("changed in different shapes have no conflict", () => {
    const theirs = withoutShape(renamed(base, "b", "Bee"), "none");
    const { changes, conflicts } = compare(base, renamed(base, "a", "Ay"), theirs);
    assert.deepEqual([[...changes.keys()], conflicts], [["b"], []]);
    assert.deepEqual(names(applied(renamed(base, "a", "Ay"), changes)), ["Ay", "Bee"]);
  });
  it("changed in the same way are of one mind", () => assert.deepEqual(compare(base, renamed(base, "a", "X"), renamed(base, "a", "X")), { changes: new Map(), conflicts: [] }));
  for (const [what, mine, theirs, said] of /** @type {[string, Plan, Plan, string][]} */ ([
    ["names", renamed(base, "a", "X"), renamed(base, "a", "Y"), "X: changed here; there it is called Y"],
    ["mine deleted", withoutShape(base, "a"), renamed(base, "a", "Y"), "Y: deleted here, changed there"],
    ["theirs deleted", renamed(base, "a", "X"), withoutShape(base, "a"), "X: changed here, deleted there"],
    ["colours", withShape(base, { ...base.shapes[0], colour: "#000000" }), withShape(base, { ...base.shapes[0], colour: "#ffffff" }), "A: changed here and there"],
  ])) {
    it(`changed in one shape are a conflict: ${what}`, () => {
      const { changes, conflicts } = compare(base, mine, theirs);
      assert.equal(changes.size, 0);
      assert.deepEqual(conflicts.map(({ id }) => id), ["a"]);
      assert.equal(conflictText(conflicts[0]), said);
    });
  }
  it("keep the calibration apart from shapes", () => {
    const ground = { points: corners, metres: rectangle([0, 0], [4, 4]) };
    const { changes } = compare(base, renamed(base, "a", "X"), { ...base, calibration: ground });
    assert.deepEqual([...changes], [[GROUND, ground]]);
    assert.deepEqual(applied(base, changes).calibration, ground);
    assert.equal(applied(applied(base, changes), new Map([[GROUND, null]])).calibration, null);
  });
  it("with one name for two shapes: the stored one keeps it", () => {
    const mine = withShape(base, zone("mine", "Zone 1"));
    const { changes } = compare(base, mine, withShape(base, zone("theirs", "zone 1")));
    assert.deepEqual(names(applied(mine, changes)), ["A", "B", "Zone 2", "zone 1"]);
  });
});

describe("two operators", () => {
  it("who draw at the same time both find everything stored, each name once", async () => {
    const server = new Server();
    const [ann, bob] = [await operator(server, "ann"), await operator(server, "bob")];
    ann.draw();
    bob.draw();
    await Promise.all([ann.saved(), bob.saved()]);
    await Promise.all([ann.saver.peek(), bob.saver.peek()]);
    for (const plan of [server.stored.plan, ann.editor.state.plan, bob.editor.state.plan]) assert.deepEqual(names(plan).sort(), ["Zone 1", "Zone 2"]);
    assert.deepEqual([ann.saver.state, bob.saver.state], ["saved", "saved"]);
  });

  it("undo what is their own, never what the other did", async () => {
    const server = new Server();
    const [ann, bob] = [await operator(server, "ann"), await operator(server, "bob")];
    const first = ann.draw();
    await ann.saved();
    await bob.saver.peek();
    assert.equal(bob.editor.canUndo, false, "nothing of one's own to undo");
    bob.draw();
    await bob.saved();
    await ann.saver.peek();
    ann.editor.undo();
    await ann.saved();
    assert.deepEqual(names(server.stored.plan), ["Zone 2"], "one's own is gone, the other's is there");
    ann.editor.redo();
    await ann.saved();
    assert.deepEqual(names(server.stored.plan).sort(), ["Zone 1", "Zone 2"]);
    await bob.saver.peek();
    bob.rename(first, "Gate");
    await bob.saved();
    await ann.saver.peek();
    assert.equal(ann.editor.canUndo, false, "the other's changes to one's own shape are not undone either");
    assert.equal(ann.editor.shape(first)?.name, "Gate");
  });

  it("who change one shape are asked, and nothing is stored before", async () => {
    for (const keep of ["mine", "theirs"]) {
      const server = new Server();
      const [ann, bob] = [await operator(server, "ann"), await operator(server, "bob")];
      const id = ann.draw();
      await ann.saved();
      await bob.saver.peek();
      ann.rename(id, "Gate");
      await ann.saved();
      bob.rename(id, "Door");
      bob.draw();
      await bob.saved();
      assert.equal(bob.saver.state, "conflict");
      assert.deepEqual(bob.saver.conflicts.map(({ name }) => name), ["Door"]);
      bob.draw();
      await bob.saver.flush();
      assert.deepEqual(names(server.stored.plan), ["Gate"], "not before it is decided");
      if (keep === "theirs") bob.editor.yieldTo(bob.saver.conflicts[0]);
      await bob.saver.settle(id);
      assert.deepEqual([bob.saver.state, names(server.stored.plan).length], ["saved", 3]);
      assert.equal(server.stored.plan.shapes[0].name, keep === "mine" ? "Door" : "Gate");
      if (keep === "theirs") {
        bob.editor.undo();
        assert.equal(bob.editor.shape(id)?.name, "Door", "one's own is one undo away");
      }
      await bob.saved();
      await ann.saver.peek();
      assert.deepEqual(ann.editor.state.plan, server.stored.plan);
    }
  });

  it("take one's own that was stored without an answer for nobody else's", async () => {
    const server = new Server();
    const ann = await operator(server, "ann");
    const id = ann.draw();
    server.answers = false;
    await ann.saver.flush();
    assert.equal(ann.saver.state, "failed");
    server.answers = true;
    ann.rename(id, "Gate");
    await ann.saved();
    assert.deepEqual([ann.saver.state, names(server.stored.plan)], ["saved", ["Gate"]]);
  });
});

describe("while a shape is being dragged", () => {
  it("nothing is saved and nothing comes in; after it both do", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const server = new Server();
    const [ann, bob] = [await operator(server, "ann"), await operator(server, "bob")];
    const id = ann.draw();
    ann.saver.hold(true);
    ann.rename(id, "On its way");
    t.mock.timers.tick(60_000);
    await ann.saver.flush();
    assert.equal(server.puts, 0);
    bob.draw();
    await bob.saver.flush();
    await ann.saver.peek();
    assert.equal(ann.editor.state.plan.shapes.length, 1);
    ann.saver.hold(false);
    t.mock.timers.tick(1000);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(server.puts, 2);
    await ann.saved();
    assert.deepEqual(names(server.stored.plan).sort(), ["On its way", "Zone 1"]);
  });
});
