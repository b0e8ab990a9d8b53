// A question that takes long, or whose connection breaks: the page says so, and the question goes back into the box.
(() => {
  "use strict";
  const SLOW = 8000; // milliseconds until the page says that it is still working
  const LOST = 120000; // longer than the server waits for anything: nothing will come
  const $ = (selector, root = document) => root.querySelector(selector);
  const says = (key) => JSON.parse($(".menus").dataset.words)[key];
  let asked = ""; // the question under way
  let since = 0;

  const box = () => $("#question textarea");
  function fill(text) {
    const area = box();
    if (!area || area.value.trim()) return;
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(area, text);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function start(text) {
    if (!text.trim()) return;
    asked = text.trim();
    since = Date.now();
    $("#lost")?.remove();
  }
  function lost() {
    if (!asked || $("#lost")) return;
    const note = Object.assign(document.createElement("p"), { id: "lost", className: "lost card card-problem", textContent: says("no_connection") });
    note.setAttribute("role", "alert");
    $("#composer").before(note);
    $(".turn-waiting")?.remove();
    fill(asked);
    asked = "";
  }

  // the three ways to ask; capture, for Gradio empties the box as soon as it has sent
  document.addEventListener("click", (event) => {
    if (event.target.closest("#ask")) start(box()?.value || "");
    const ready = event.target.closest("[data-ask]");
    if (ready) start(ready.dataset.ask);
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target === box()) start(event.target.value);
  }, true);

  // a request of Gradio's that can't reach the server
  const real = window.fetch;
  window.fetch = (...request) =>
    real(...request).catch((error) => {
      const url = String(request[0]?.url || request[0]);
      if (asked && url.includes("/queue/") && error.name !== "AbortError") setTimeout(lost, 300);
      throw error;
    });

  setInterval(() => {
    const waiting = $(".turn-waiting .message");
    if (!waiting) {
      if (Date.now() - since > 1500 && document.querySelectorAll(".turn").length && $("#question textarea")?.value === "") asked = "";
      return;
    }
    const passed = Date.now() - since;
    if (!asked || passed < SLOW) return;
    if (!$(".slow-note")) {
      const note = Object.assign(document.createElement("p"), { className: "slow-note", textContent: says("still_working") });
      note.setAttribute("role", "status");
      waiting.after(note);
    }
    if (passed > LOST) lost();
    else real("healthz", { cache: "no-store" }).catch(lost); // any reply will do; none means that nobody is there
  }, 2000);
})();
