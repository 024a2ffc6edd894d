import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

import { ICONS } from "../../client/icons.mjs";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** @param {string} folder @param {string} ending @returns {Promise<[string, string][]>} name and text of each file */
async function texts(folder, ending) {
  const names = (await readdir(path.join(ROOT, folder), { recursive: true })).filter((name) => name.endsWith(ending));
  return Promise.all(names.map(async (name) => /** @type {[string, string]} */ ([`${folder}/${name}`, await readFile(path.join(ROOT, folder, name), "utf8")])));
}

/** @param {[string, string][]} files @param {RegExp} pattern @returns {string[]} where it occurs */
function found(files, pattern) {
  return files.flatMap(([name, text]) => [...text.matchAll(pattern)].map((match) => `${name}: ${match[0]}`));
}

describe("rules of the client", () => {
  /** @type {[string, string][]} */
  let scripts;
  /** @type {[string, string][]} */
  let templates;

  before(async () => {
    scripts = await texts("client", ".js");
    templates = await texts("server/templates", ".html");
    assert.ok(scripts.length > 20 && templates.length > 5);
  });

  it("text is text: nothing becomes markup", () => {
    assert.deepEqual(found(scripts, /\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|eval\()/g), []);
  });

  it("pages hold no script, style or handler of their own: the policy forbids them", () => {
    assert.deepEqual(found(templates, /<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|javascript:/g), []);
  });

  it("what a person wrote is never marked as safe in a template", () => {
    assert.deepEqual(found(templates, /\|\s*safe\b|autoescape\s+false/g), []);
  });

  it("every icon that is used is in the sprite", () => {
    const used = [
      ...found(templates, /icon\("[a-z0-9-]+"\)/g),
      ...found(scripts, /\bicon: "[a-z0-9-]+"|\bicon\("[a-z0-9-]+"/g),
    ].map((match) => /** @type {string} */ (/"([a-z0-9-]+)"/.exec(match)?.[1]));
    assert.ok(used.length > 20);
    assert.deepEqual(used.filter((name) => !ICONS.includes(name)), []);
  });

  it("the pure parts know no page, no clock and no chance", () => {
    const pure = scripts.filter(([name]) => name.startsWith("client/core/") || /live\/(pace|verdict|deliver)\.js/.test(name));
    assert.ok(pure.length > 8);
    assert.deepEqual(found(pure, /\b(document|window|performance|localStorage)\.|Date\.now|new Date\(\)|Math\.random/g), []);
  });

  it("every element that the studio asks for by id is in its page", () => {
    const source = (/** @type {string} */ file) => templates.find(([name]) => name.endsWith(file))?.[1] ?? "";
    const page = source("/studio.html") + source("/chart_tools.html").replaceAll("{{ chart }}", "chart");
    const ids = found(scripts.filter(([name]) => name.startsWith("client/studio/")), /byId\("[a-z-]+"/g).map((match) => /"([a-z-]+)"/.exec(match)?.[1]);
    assert.ok(ids.length > 30);
    assert.deepEqual(ids.filter((id) => !page.includes(`id="${id}"`)), []);
  });
});
