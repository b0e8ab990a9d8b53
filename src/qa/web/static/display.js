// Large type, high contrast and colours: kept in this browser, and put back whenever the page draws itself again.
(() => {
  "use strict";
  const KEY = "qa-display";
  let chosen = { large: false, contrast: false, colours: "auto" };
  try {
    chosen = { ...chosen, ...JSON.parse(localStorage.getItem(KEY)) };
  } catch {
    // nothing is kept
  }
  const system = matchMedia("(prefers-color-scheme: dark)");
  const more = matchMedia("(prefers-contrast: more)");

  function apply() {
    const root = document.documentElement.classList;
    root.toggle("qa-large", chosen.large);
    root.toggle("qa-contrast", chosen.contrast || more.matches);
    const dark = chosen.colours === "auto" ? system.matches : chosen.colours === "dark";
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
    if (document.body && document.body.classList.contains("dark") !== dark) document.body.classList.toggle("dark", dark);
    document.querySelectorAll("[data-display]").forEach((button) => {
      const [name, value] = button.dataset.display.split(":");
      const pressed = String(value ? chosen[name] === value : chosen[name]);
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    });
  }
  document.addEventListener("click", (event) => {
    const menu = event.target.closest(".menus details");
    document.querySelectorAll(".menus details[open]").forEach((open) => open !== menu && (open.open = false));
    const button = event.target.closest("[data-display]");
    if (!button) return;
    const [name, value] = button.dataset.display.split(":");
    chosen[name] = value || !chosen[name];
    try {
      localStorage.setItem(KEY, JSON.stringify(chosen));
    } catch {
      // nothing is kept
    }
    apply();
    dispatchEvent(new Event("resize")); // the line at the foot has another height now
  });
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && document.querySelector(".menus details[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
  system.addEventListener("change", apply);
  more.addEventListener("change", apply);
  const begin = () => {
    apply();
    new MutationObserver(apply).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["class", "data-display"] });
  };
  document.body ? begin() : document.addEventListener("DOMContentLoaded", begin);
})();
