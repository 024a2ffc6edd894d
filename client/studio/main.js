import "../site/main.js";
