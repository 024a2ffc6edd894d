/** Cameras: which there are, and a stream of one. */
import { t } from "../ui/words.js";
import { problemOfCamera, problemOfPlace } from "./problem.js";

/** @typedef {import("./problem.js").Problem} Problem */

/**
 * @typedef {object} CameraChoice
 * @property {string} [deviceId]
 * @property {"user" | "environment"} [facing]
 *
 * @typedef {object} Device
 * @property {string} id
 * @property {string} label
 */

/** A failure that a person can be told about. */
export class ProblemError extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.text);
    this.problem = problem;
  }
}

/** Why this page can have no camera at all; null where it may. @returns {Problem | null} */
export function cameraObstacle() {
  return problemOfPlace(place());
}

/** @returns {import("./problem.js").Place} */
function place() {
  return {
    secure: window.isSecureContext,
    hasCamera: typeof navigator.mediaDevices?.getUserMedia === "function",
    agent: navigator.userAgent,
    host: location.host,
  };
}

/** Enough for the server's input and light on a phone; `ideal` never fails. */
const SIZE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/** @param {CameraChoice} choice @returns {MediaTrackConstraints} */
function constraints({ deviceId, facing }) {
  if (deviceId) return { ...SIZE, deviceId: { exact: deviceId } };
  return { ...SIZE, facingMode: { ideal: facing ?? "environment" } };
}

/**
 * @param {CameraChoice} choice
 * @returns {Promise<MediaStream>}
 * @throws {ProblemError}
 */
export async function openCamera(choice) {
  const blocked = cameraObstacle();
  if (blocked) throw new ProblemError(blocked);
  try {
    return await navigator.mediaDevices.getUserMedia({ video: constraints(choice), audio: false });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // A remembered camera that is not connected today is no reason to fail.
    if (choice.deviceId && error.name === "OverconstrainedError") return openCamera({});
    throw new ProblemError(problemOfCamera(error, place()));
  }
}

/** Cameras that the browser names; it names none before one was allowed. @returns {Promise<Device[]>} */
export async function listCameras() {
  if (!navigator.mediaDevices?.enumerateDevices) return [];
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter((device) => device.kind === "videoinput" && device.deviceId)
    .map((device, index) => ({ id: device.deviceId, label: device.label || t("Camera {n}", { n: index + 1 }) }));
}

/** @param {() => void} listener called when a camera is connected or removed */
export function watchCameras(listener) {
  navigator.mediaDevices?.addEventListener?.("devicechange", listener);
}
