// The page without a connection: one language, and another try by the button, or as soon as the service replies.
(() => {
  "use strict";
  const TRADITIONAL = /^zh-(hant|tw|hk|mo)/i;
  const named = (tag) => (/^en/i.test(tag) ? "en" : TRADITIONAL.test(tag) ? "zh-Hant" : /^zh/i.test(tag) ? "zh-Hans" : "");
  let language = "";
  try {
    language = localStorage.getItem("qa-language") || "";
  } catch {
    // a browser that keeps nothing
  }
  language ||= navigator.languages.map(named).find(Boolean) || "en";
  const again = () => location.reload(); // the address, with the question of a link, is still that of the page

  addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("section").forEach((section) => {
      section.hidden = section.lang !== language;
      section.querySelector("button").addEventListener("click", again);
    });
    document.documentElement.lang = language;
    document.title = document.querySelector(`section[lang="${language}"]`).dataset.title;
  });
  addEventListener("online", again);
  setInterval(() => fetch("healthz", { cache: "no-store" }).then((reply) => reply.ok && again(), () => {}), 10000);
})();
