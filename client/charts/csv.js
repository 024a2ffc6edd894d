/** Tables for spreadsheets (RFC 4180); a text is never taken for a formula. Pure. */

/** What spreadsheets would calculate. */
const FORMULA = /^[=+\-@\t\r]/;

/** @param {string | number | null} value */
function cell(value) {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** @param {readonly (readonly (string | number | null)[])[]} rows @returns {string} */
export function toCsv(rows) {
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
