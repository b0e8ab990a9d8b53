// What the page does without the server: side panel, sorting, filters, remembering. No library, no request.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // ---- side panel: the study card of a citation
  const panel = document.createElement("dialog");
  panel.id = "panel";
  panel.setAttribute("aria-labelledby", "panel-title");
  panel.innerHTML =
    '<header><h2 id="panel-title"></h2><button type="button" id="panel-close">×</button></header><div id="panel-body" tabindex="0"></div>';
  const ready = (run) => (document.body ? run() : document.addEventListener("DOMContentLoaded", run));
  ready(() => document.body.append(panel));

  function openCard(id) {
    const source = document.getElementById(id);
    if (!source) return;
    const words = $(".page-title");
    $("#panel-title", panel).textContent = source.dataset.title;
    $("#panel-close", panel).setAttribute("aria-label", words ? words.dataset.close : "Close");
    const copies = [...source.childNodes].map((node) => node.cloneNode(true));
    const body = $("#panel-body", panel);
    body.setAttribute("aria-label", source.dataset.title);
    body.replaceChildren(...copies);
    panel.showModal();
    body.scrollTop = 0;
    const mark = $("mark", body);
    if (mark) mark.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-card]");
    if (opener) return openCard(opener.dataset.card);
    if (event.target.closest("#panel-close") || event.target === panel) return panel.close();
    const sorter = event.target.closest("button.sort");
    if (sorter) sort(sorter);
  });

  // ---- evidence table: sort by a column, a second time the other way; unknown values always last
  function sort(button) {
    const heading = button.closest("th");
    const body = $("tbody", heading.closest("table"));
    const down = heading.getAttribute("aria-sort") === "ascending";
    const column = Number(button.dataset.column);
    const value = (row) => row.children[column].dataset.sort ?? row.children[column].textContent.trim();
    const compare = (a, b) => {
      if (a === "" || b === "") return (a === "") - (b === "");
      const order = Number(a) - Number(b) || a.localeCompare(b, document.documentElement.lang || "en");
      return down ? -order : order;
    };
    all("th[aria-sort]", heading.parentElement).forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    body.append(...[...body.children].sort((a, b) => compare(value(a), value(b))));
  }

  // ---- audit: show the claims of one study, or of one verdict
  document.addEventListener("change", (event) => {
    if (!event.target.matches("#audit-study, #audit-verdict")) return;
    const study = $("#audit-study").value;
    const verdict = $("#audit-verdict").value;
    const rows = all("table.audit tbody tr");
    for (const row of rows) {
      row.hidden = (study && row.dataset.study !== study) || (verdict && row.dataset.verdict !== verdict);
    }
    const line = $("p.shown");
    const shown = rows.filter((row) => !row.hidden).length;
    line.textContent = line.dataset.template.replace("{shown}", shown).replace("{count}", rows.length);
  });

  // ---- what this browser keeps: the questions of this tab until it closes, and the language
  function remember(store, key, value) {
    try {
      store().setItem(key, value);
    } catch {
      // a browser that keeps nothing: the page works all the same
    }
  }

  let turns = 0;
  let last = "";
  let language = "";
  function follow() {
    const title = $(".page-title");
    if (title && title.dataset.language !== language) {
      language = title.dataset.language;
      document.documentElement.lang = language;
      document.title = title.dataset.title;
      remember(() => localStorage, "qa-language", language);
    }
    const conversation = $(".conversation");
    if (conversation) {
      const now = all(".turn", conversation);
      const newest = now[now.length - 1];
      const kind = newest ? newest.className : "";
      // a new question, or its answer in place of the waiting line: the question goes to the top of the window
      if (now.length === turns + 1 || (now.length === turns && kind !== last && now.length > 0)) {
        const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
        newest.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
      }
      turns = now.length;
      last = kind;
      remember(() => sessionStorage, "qa-questions", conversation.dataset.questions);
    }
    const note = $("#disclaimer");
    if (note) document.documentElement.style.setProperty("--disclaimer", `${note.offsetHeight}px`);
  }
  let due = false;
  const later = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      follow();
    });
  };
  ready(() => new MutationObserver(later).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-questions", "data-language"] }));
  addEventListener("resize", later);
})();
