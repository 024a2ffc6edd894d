/** Names of the Lucide icons that the pages use; the build puts them into one sprite. */
export const ICONS = [
  "activity", "arrow-up-down", "bell", "camera", "camera-off", "chart-line", "check", "chevron-left", "circle-alert",
  "circle-check", "circle-stop", "clock", "copy", "cpu", "download", "ellipsis-vertical", "eye", "eye-off",
  "file-video", "file-x", "hourglass", "image", "info", "keyboard", "languages", "layers", "loader-circle", "lock", "log-out", "mail", "maximize",
  "minimize", "monitor", "moon", "move-right", "pause", "pencil", "pentagon", "play", "plus", "redo-2", "refresh-cw",
  "rotate-ccw", "ruler", "settings", "shield-alert", "square", "sun", "switch-camera", "trash-2", "triangle-alert",
  "undo-2", "upload", "user", "users", "video", "webhook", "wifi", "wifi-off", "x",
];
