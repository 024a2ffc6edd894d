/** Names of the Lucide icons that the pages use; the build puts them into one sprite. */
export const ICONS = [
  "activity", "camera", "camera-off", "chart-line", "check", "circle-alert", "circle-check", "circle-stop", "clock",
  "cpu", "ellipsis-vertical", "eye", "eye-off", "file-video", "file-x", "hourglass", "info", "keyboard", "layers",
  "loader-circle", "lock", "log-out", "maximize", "minimize", "monitor", "moon", "pause", "pencil", "play", "plus",
  "refresh-cw", "rotate-ccw", "settings", "shield-alert", "sun", "switch-camera", "trash-2", "triangle-alert", "upload",
  "user", "users", "video", "wifi", "wifi-off", "x",
];
