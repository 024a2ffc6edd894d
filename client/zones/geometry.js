/** Points, segments and simple polygons, by the same formulas and in the same order as `server/core/geometry.py`. Pure. */

/** @typedef {[number, number]} Point x, y; each 0..1 of the frame as displayed */

/** Twice the signed area of the triangle; 0 when the points are in line. @param {Point} a @param {Point} b @param {Point} c */
function orientation(a, b, c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/** Whether `p`, which is in line with a and b, lies between them. @param {Point} a @param {Point} b @param {Point} p */
function onSegment(a, b, p) {
  return Math.min(a[0], b[0]) <= p[0] && p[0] <= Math.max(a[0], b[0]) && Math.min(a[1], b[1]) <= p[1] && p[1] <= Math.max(a[1], b[1]);
}

/** @param {Point} a @param {Point} b */
export function samePoint(a, b) {
  return a[0] === b[0] && a[1] === b[1];
}

/** Whether the closed segments a-b and c-d share a point (Cormen et al., ch. 33.1). @param {Point} a @param {Point} b @param {Point} c @param {Point} d */
export function segmentsTouch(a, b, c, d) {
  const [o1, o2, o3, o4] = [orientation(c, d, a), orientation(c, d, b), orientation(a, b, c), orientation(a, b, d)];
  if (o1 > 0 !== o2 > 0 && o3 > 0 !== o4 > 0 && o1 !== 0 && o2 !== 0 && o3 !== 0 && o4 !== 0) return true;
  return (
    (o1 === 0 && onSegment(c, d, a)) || (o2 === 0 && onSegment(c, d, b)) || (o3 === 0 && onSegment(a, b, c)) || (o4 === 0 && onSegment(a, b, d))
  );
}

/** Whether two edges from the same corner lie on top of each other. @param {Point} corner @param {Point} a @param {Point} b */
function foldsBack(corner, a, b) {
  const towards = (a[0] - corner[0]) * (b[0] - corner[0]) + (a[1] - corner[1]) * (b[1] - corner[1]);
  return orientation(corner, a, b) === 0 && towards > 0;
}

/** Whether the closed polygon neither crosses nor touches itself and has no doubled point. @param {readonly Point[]} points */
export function isSimple(points) {
  const n = points.length;
  if (n < 3 || new Set(points.map(String)).size < n) return false;
  for (let i = 0; i < n; i += 1) {
    const [a, b] = [points[i], points[(i + 1) % n]];
    for (let j = i + 1; j < n; j += 1) {
      const [c, d] = [points[j], points[(j + 1) % n]];
      if (j - i === 1 && n > 2) {
        if (foldsBack(b, a, d)) return false;
      } else if (j - i === n - 1) {
        if (foldsBack(a, b, c)) return false;
      } else if (segmentsTouch(a, b, c, d)) return false;
    }
  }
  return true;
}

/** Whether a path may go on to `next` without crossing or touching itself. @param {readonly Point[]} path @param {Point} next */
export function mayGoOn(path, next) {
  const n = path.length;
  if (n === 0) return true;
  if (path.some((point) => samePoint(point, next))) return false;
  if (n > 1 && foldsBack(path[n - 1], path[n - 2], next)) return false;
  for (let i = 0; i < n - 2; i += 1) if (segmentsTouch(path[i], path[i + 1], path[n - 1], next)) return false;
  return true;
}

/** Whether the corners turn the same way all round (as `_convex` of the server). @param {readonly Point[]} points */
export function isConvex(points) {
  const n = points.length;
  const turns = points.map((point, i) => orientation(point, points[(i + 1) % n], points[(i + 2) % n]));
  return turns.every((turn) => turn > 1e-9) || turns.every((turn) => turn < -1e-9);
}

/** Area in the square of the coordinates' unit (shoelace formula). @param {readonly Point[]} points */
export function area(points) {
  const n = points.length;
  return Math.abs(points.reduce((sum, [x, y], i) => sum + x * points[(i + 1) % n][1] - y * points[(i + 1) % n][0], 0)) / 2;
}

/** Even-odd rule. @param {readonly Point[]} points @param {Point} at */
export function contains(points, [x, y]) {
  let inside = false;
  points.forEach(([ax, ay], i) => {
    const [bx, by] = points[(i + 1) % points.length];
    if (ay > y !== by > y && x < ax + ((y - ay) * (bx - ax)) / (by - ay)) inside = !inside;
  });
  return inside;
}

/** @param {Point} p @param {Point} a @param {Point} b @returns {number} distance of p to the segment a-b */
export function distanceToSegment(p, a, b) {
  const [ex, ey] = [b[0] - a[0], b[1] - a[1]];
  const length2 = Math.max(ex * ex + ey * ey, 1e-18);
  const along = Math.min(1, Math.max(0, ((p[0] - a[0]) * ex + (p[1] - a[1]) * ey) / length2));
  return Math.hypot(p[0] - a[0] - along * ex, p[1] - a[1] - along * ey);
}

/** @param {Point} a @param {Point} b @returns {Point} */
export function middle(a, b) {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}
