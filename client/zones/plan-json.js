/** Plans as the JSON of docs/zones.md: a GeoJSON FeatureCollection in normalised coordinates. Pure. */
import { t } from "../ui/words.js";
import { isSimple, samePoint } from "./geometry.js";
import { calibrationProblem } from "./ground.js";
import { nameProblem } from "./names.js";
import { isSet } from "./rules.js";
import { DEFAULT_LIMITS, FIGURES, MAX_POINTS, MAX_SHAPES, makeShape, tidy } from "./shape.js";

/**
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {import("./shape.js").Plan} Plan
 * @typedef {import("./shape.js").Shape} Shape
 * @typedef {import("./shape.js").Zone} Zone
 * @typedef {import("./shape.js").Limits} Limits
 * @typedef {Record<string, unknown>} Json
 */

const SECONDS = /** @type {const} */ (["entry_s", "exit_s", "revisit_s"]);
/** What a file means that says nothing, here as everywhere else that reads it (docs/zones.md). */
const UNSAID = { entry_s: 0.2, exit_s: 0.5, revisit_s: 10 };
const LINE_COLOUR = "#d29922";
const ZONE_COLOUR = "#2f81f7";

/** A document that is no plan; its message is for a person. */
export class PlanError extends Error {}

/** @param {Limits} limits @returns {Json} what is set */
function encodeLimits(limits) {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== null));
}

/** @param {Shape} shape @returns {Json} */
function encodeShape(shape) {
  const { id, name, colour, points } = shape;
  if (shape.kind === "line") return feature(id, { type: "LineString", coordinates: points }, { name, colour, mode: shape.mode });
  const { anchor, entry_s, exit_s, revisit_s, counts } = shape;
  const set = FIGURES.flatMap((figure) => {
    const limits = shape.limits[figure];
    return counts && limits && isSet(limits) ? [[figure, encodeLimits(limits)]] : [];
  });
  const limits = set.length ? { limits: Object.fromEntries(set) } : {};
  return feature(id, { type: "Polygon", coordinates: [[...points, points[0]]] }, { name, colour, anchor, entry_s, exit_s, revisit_s, counts, ...limits });
}

/** @param {string} id @param {Json} geometry @param {Json} properties @returns {Json} */
function feature(id, geometry, properties) {
  return { type: "Feature", id, geometry, properties };
}

/** @param {Plan} plan @returns {Json} */
export function encodePlan({ shapes, calibration, aspect = null }) {
  return { type: "FeatureCollection", features: shapes.map(encodeShape), ...(calibration && { calibration }), ...(aspect !== null && { aspect }) };
}

/** @param {unknown} value @param {string} where @returns {Json} */
function mapping(value, where) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new PlanError(t("{where} must be an object.", { where }));
  return /** @type {Json} */ (value);
}

/** @param {unknown} value @param {string} where @returns {unknown[]} */
function sequence(value, where) {
  if (!Array.isArray(value)) throw new PlanError(t("{where} must be a list.", { where }));
  return value;
}

/** @param {unknown} value @param {string} where @returns {number} */
function number(value, where) {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new PlanError(t("{where} must be a number.", { where }));
  return value;
}

/** @param {unknown} value @param {string} where @returns {Point[]} */
function points(value, where) {
  return sequence(value, where).map((item, index) => {
    const pair = sequence(item, `${where}[${index}]`);
    if (pair.length !== 2) throw new PlanError(t("{where}[{i}] must be two numbers.", { where, i: index }));
    return [number(pair[0], `${where}[${index}]`), number(pair[1], `${where}[${index}]`)];
  });
}

/** @param {unknown} value @param {string} where @returns {Zone["limits"]} */
function decodeLimits(value, where) {
  /** @type {Zone["limits"]} */
  const limits = { people: null, density: null, dwell: null };
  if (value === undefined || value === null) return limits;
  for (const [figure, given] of Object.entries(mapping(value, where))) {
    if (figure !== "people" && figure !== "density" && figure !== "dwell") throw new PlanError(t("{where} has no {what}.", { where, what: figure.slice(0, 40) }));
    limits[figure] = { ...DEFAULT_LIMITS };
    for (const [name, amount] of Object.entries(mapping(given, `${where}.${figure}`))) {
      if (!(name in DEFAULT_LIMITS)) throw new PlanError(t("{where}.{figure} has no {what}.", { where, figure, what: name.slice(0, 40) }));
      if (amount !== null) limits[figure][/** @type {keyof Limits} */ (name)] = number(amount, `${where}.${figure}.${name}`);
    }
  }
  return limits;
}

/** @param {Zone} zone @param {Json} properties @param {string} where @returns {Zone} */
function decodeZone(zone, properties, where) {
  const { anchor = "feet", counts = true } = properties;
  if (typeof counts !== "boolean") throw new PlanError(t("{where}.properties.counts must be true or false.", { where }));
  if (anchor !== "feet" && anchor !== "centre" && anchor !== "overlap") throw new PlanError(t("{where}.properties.anchor must be feet, centre or overlap.", { where }));
  /** @type {Zone} */
  const decoded = { ...zone, ...UNSAID, anchor, counts, limits: decodeLimits(properties.limits, `${where}.properties.limits`) };
  for (const name of SECONDS) if (name in properties) decoded[name] = number(properties[name], `${where}.properties.${name}`);
  return decoded;
}

/** @param {import("./shape.js").Line} line @param {Json} properties @param {string} where @returns {import("./shape.js").Line} */
function decodeLine(line, { mode = "every" }, where) {
  if (mode !== "every" && mode !== "once") throw new PlanError(t("{where}.properties.mode must be every or once.", { where }));
  return { ...line, mode };
}

/** @param {unknown} value @param {string} where @returns {Point[]} of a polygon, its first corner once */
function outline(value, where) {
  const rings = sequence(value, where);
  if (rings.length !== 1) throw new PlanError(t("{where} must have one outline and no holes.", { where }));
  const ring = points(rings[0], `${where}[0]`);
  const open = ring.length > 1 && samePoint(ring[0], ring[ring.length - 1]) ? ring.slice(0, -1) : ring;
  if (open.length < 3 || open.length > MAX_POINTS) throw new PlanError(t("{where}: a zone has 3 to {n} points.", { where, n: MAX_POINTS }));
  if (!isSimple(open)) throw new PlanError(t("{where}: the outline of a zone must not cross or touch itself.", { where }));
  return open;
}

/** @param {unknown} item @param {string} where @param {readonly Shape[]} before @returns {Shape} */
function decodeShape(item, where, before) {
  const given = mapping(item, where);
  const geometry = mapping(given.geometry, `${where}.geometry`);
  const properties = mapping(given.properties, `${where}.properties`);
  const { name } = properties;
  if (typeof name !== "string") throw new PlanError(t("{where}.properties.name must be a text.", { where }));
  const { id = name } = given;
  if ((typeof id !== "string" && typeof id !== "number") || String(id) === "") throw new PlanError(t("{where}.id must be a short text.", { where }));
  if (before.some((shape) => shape.id === String(id))) throw new PlanError(t("{where}: two shapes have the same id.", { where }));
  const wrong = nameProblem(name, String(id), before);
  if (wrong) throw new PlanError(`${where}: ${wrong}`);
  const isZone = geometry.type === "Polygon";
  if (!isZone && geometry.type !== "LineString") throw new PlanError(t("{where}.geometry.type must be Polygon or LineString.", { where }));
  const { colour = isZone ? ZONE_COLOUR : LINE_COLOUR } = properties;
  if (typeof colour !== "string" || !/^#[0-9a-f]{6}$/.test(colour)) throw new PlanError(t("{where}: a colour looks like #2f81f7.", { where }));
  const place = `${where}.geometry.coordinates`;
  const found = isZone ? outline(geometry.coordinates, place) : points(geometry.coordinates, place);
  if (!isZone && (found.length !== 2 || samePoint(found[0], found[1]))) throw new PlanError(t("{where}: a line has two different points.", { where }));
  if (!found.flat().every((value) => value >= 0 && value <= 1)) throw new PlanError(t("{where}: points lie between 0 and 1 of the frame.", { where }));
  // As they are: rounding points that another program wrote would move them.
  const shape = { ...makeShape(isZone ? "zone" : "line", String(id), name, colour, []), points: found };
  return shape.kind === "zone" ? decodeZone(shape, properties, where) : decodeLine(shape, properties, where);
}

/** @param {unknown} value */
function decodeCalibration(value) {
  if (value === undefined || value === null) return null;
  const given = mapping(value, "calibration");
  const calibration = { points: points(given.points, "calibration.points").map(tidy), metres: points(given.metres, "calibration.metres") };
  const count = calibration.points.length;
  if ((count !== 2 && count !== 4) || calibration.metres.length !== count) throw new PlanError(t("calibration must have two or four points, each with its place in metres."));
  const wrong = calibrationProblem(calibration);
  if (wrong) throw new PlanError(`calibration: ${wrong}`);
  return calibration;
}

/** @param {unknown} document @returns {Plan} @throws {PlanError} */
export function decodePlan(document) {
  const body = mapping(document, t("The document"));
  if (body.type !== "FeatureCollection") throw new PlanError(t("type must be FeatureCollection."));
  const items = sequence(body.features, "features");
  if (items.length > MAX_SHAPES) throw new PlanError(t("A camera has at most {n} zones and lines.", { n: MAX_SHAPES }));
  /** @type {Shape[]} */
  const shapes = [];
  items.forEach((item, index) => shapes.push(decodeShape(item, `features[${index}]`, shapes)));
  const { aspect = null } = body;
  return { shapes, calibration: decodeCalibration(body.calibration), ...(aspect !== null && { aspect: number(aspect, "aspect") }) };
}
