/** Names of the Lucide icons that the pages use; the build puts them into one sprite. */
export const ICONS = [
  "activity", "arrow-down", "arrow-right", "arrow-up", "arrow-up-down", "battery-low", "bell", "camera", "camera-off",
  "chart-line", "check", "chevron-left", "circle-alert", "circle-check", "circle-question-mark", "circle-stop", "clock", "copy", "cpu",
  "download", "ellipsis-vertical", "eye", "eye-off", "file-video", "file-x", "globe", "grid-3x3", "hand", "hourglass",
  "image", "info", "keyboard", "languages", "layers", "layout-grid", "link", "loader-circle", "lock", "log-out",
  "mail", "maximize", "minimize", "monitor", "moon", "move-right", "pause", "pencil", "pentagon", "play", "plus",
  "qr-code", "redo-2", "refresh-cw", "rotate-ccw", "ruler", "send", "settings", "shield-alert", "smartphone",
  "square", "sun", "switch-camera", "trash-2", "triangle-alert", "undo-2", "upload",
  "user", "user-plus", "users", "video", "volume-2", "volume-x", "webhook", "wifi", "wifi-off", "x",
];
