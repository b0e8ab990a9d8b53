// A question that takes long, or whose connection breaks: the page says so, and the question goes back into the box.
(() => {
  "use strict";
  const SLOW = 8000; // milliseconds until the page says that it is still working
  const DOUBT = 2500; // milliseconds until it asks whether the server is still there
  const LOST = 120000; // longer than the server waits for anything: nothing will come
  const UNSENT = "qa-unsent"; // tab and text of what got no answer, while the page is loaded anew
  const FORMS = [
    { box: "#question textarea", before: "#composer", waiting: "#conversation .turn-waiting" },
    { box: "#claim textarea", before: "#check-result", waiting: "#check-result .turn-waiting" },
  ]; // in the order of the tabs
  const [ASK, CHECK] = FORMS;
  const $ = (selector, root = document) => root.querySelector(selector);
  const says = (key) => JSON.parse($(".menus").dataset.words)[key];
  const real = window.fetch;
  let form = ASK;
  let asked = ""; // the question or claim under way
  let since = 0;
  let waited = false;

  function keep(text) {
    try {
      text ? sessionStorage.setItem(UNSENT, JSON.stringify([FORMS.indexOf(form), text])) : sessionStorage.removeItem(UNSENT);
    } catch {
      // nothing is kept
    }
  }
  function fill(text) {
    const area = $(form.box);
    if (!area || area.value.trim()) return;
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(area, text);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function start(next, text) {
    if (!text.trim()) return;
    [form, asked, since, waited] = [next, text.trim(), Date.now(), false];
    keep("");
    $("#lost")?.remove();
  }
  function note(key, role) {
    $("#lost")?.remove();
    const line = Object.assign(document.createElement("p"), { id: "lost", className: "lost card card-problem", textContent: says(key) });
    line.setAttribute("role", role);
    $(form.before).before(line);
  }
  function lost(key = "no_connection") {
    if (!asked) return;
    note(key, "alert");
    $(form.waiting)?.remove();
    fill(asked);
    asked = "";
    if (key === "no_connection") setTimeout(back, 2000);
  }
  // Gradio takes no more questions after a break: the page loads anew, as Gradio does itself where it has noticed
  function back() {
    real("healthz", { cache: "no-store" }).then(() => $("#lost") && location.reload(), () => setTimeout(back, 2000));
  }
  addEventListener("pagehide", () => $("#lost") && keep($(form.box)?.value.trim()));

  // the ways to ask; capture, for Gradio empties the box as soon as it has sent
  document.addEventListener("click", (event) => {
    if (event.target.closest("#ask")) start(ASK, $(ASK.box)?.value || "");
    if (event.target.closest("#check")) start(CHECK, $(CHECK.box)?.value || "");
    const ready = event.target.closest("[data-ask]");
    if (ready) start(ASK, ready.dataset.ask);
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target === $(ASK.box)) start(ASK, event.target.value);
  }, true);

  // requests of Gradio's that can't reach the server, or whose answer breaks off; a page that is left aborts them itself
  const broken = (error) => asked && error?.name !== "AbortError" && setTimeout(lost, 300);
  window.fetch = async (...request) => {
    const url = String(request[0]?.url || request[0]);
    try {
      const response = await real(...request);
      if (!url.includes("/queue/data") || !response.body) return response;
      const { readable, writable } = new TransformStream();
      response.body.pipeTo(writable).catch(broken);
      return new Response(readable, response);
    } catch (error) {
      if (url.includes("/queue/")) broken(error);
      throw error;
    }
  };

  const heard = new WeakSet();
  const alive = () => real("healthz", { cache: "no-store" }); // any reply will do; none means that nobody is there
  setInterval(() => {
    if (!asked) return;
    const passed = Date.now() - since;
    const message = [...document.querySelectorAll(".toast-body.error")].find((toast) => !heard.has(toast));
    if (message) {
      heard.add(message); // Gradio's own words are in English, and hidden: too many are waiting, or no connection
      return alive().then(() => lost("failed"), () => lost());
    }
    const waiting = $(`${form.waiting} .message`);
    if (!waiting) {
      if (waited || (passed > 1500 && $(".turn") && $(form.box)?.value === "")) asked = "";
      return;
    }
    waited = true;
    if (passed >= SLOW && !$(".slow-note")) {
      const slow = Object.assign(document.createElement("p"), { className: "slow-note", textContent: says("still_working") });
      slow.setAttribute("role", "status");
      waiting.after(slow);
    }
    if (passed > LOST) lost();
    else if (passed > DOUBT) alive().catch(() => lost());
  }, 1000);

  // ---- after the page was loaded anew: the question is in the box again
  let unsent = null;
  try {
    unsent = JSON.parse(sessionStorage.getItem(UNSENT));
  } catch {
    // nothing was kept
  }
  const refill = unsent && setInterval(() => {
    if (asked) return clearInterval(refill);
    if (!$("#ask:not([disabled])") || !$(".conversation")) return; // the earlier conversation comes first
    form = FORMS[unsent[0]];
    if (!$(form.box)) return document.querySelectorAll("[role=tab]")[unsent[0]]?.click();
    clearInterval(refill);
    document.querySelectorAll("[role=tab]")[unsent[0]]?.click();
    keep("");
    fill(unsent[1]);
    note("connection_back", "status");
  }, 200);
})();
