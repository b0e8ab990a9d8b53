// The staff's tabs: a study's page and the page of an original in a dialog, filters and search, copying a citation.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // ---- a document of this server, shown in a dialog; it has an address of its own for a new window
  const sheet = document.createElement("dialog");
  sheet.id = "sheet";
  sheet.setAttribute("aria-labelledby", "sheet-title");
  sheet.innerHTML =
    '<header><h2 id="sheet-title"></h2><button type="button" id="sheet-close">×</button></header><div id="sheet-body" tabindex="0"></div>';
  const ready = (run) => (document.body ? run() : document.addEventListener("DOMContentLoaded", run));
  ready(() => document.body.append(sheet));
  let wanted = 0;

  async function openDocument(address) {
    const mine = ++wanted;
    const words = $(".page-title");
    const body = $("#sheet-body");
    const say = (text) => {
      const line = document.createElement("p");
      line.setAttribute("role", "status");
      line.textContent = text;
      body.replaceChildren(line);
    };
    $("#sheet-close").setAttribute("aria-label", words ? words.dataset.close : "Close");
    const told = $(".staff-words");
    $("#sheet-title").textContent = "";
    say(told ? told.dataset.opening : "…");
    if (!sheet.open) sheet.showModal();
    let answer, text;
    try {
      answer = await fetch(address);
      text = await answer.text();
    } catch {
      if (mine === wanted) say(told ? told.dataset.failed : "…");
      return;
    }
    if (mine !== wanted) return; // another one was chosen, or the dialog was closed, while this one was on its way
    if (!answer.ok) {
      let detail = "";
      try {
        detail = JSON.parse(text).detail;
      } catch {
        // no problem document: the line below says enough
      }
      return say(`${told ? told.dataset.failed : ""} ${detail}`.trim());
    }
    const main = new DOMParser().parseFromString(text, "text/html").querySelector("main");
    $("#sheet-title").textContent = main.dataset.title;
    body.setAttribute("aria-label", main.dataset.title);
    body.replaceChildren(...main.childNodes);
    body.scrollTop = 0;
    const mark = $(".page-mark", body);
    const picture = $("img", body);
    if (mark) (picture.decode ? picture.decode().catch(() => {}) : Promise.resolve()).then(() => mark.scrollIntoView({ block: "center" }));
  }
  sheet.addEventListener("close", () => wanted++);

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("a[data-open]");
    if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      return openDocument(opener.href);
    }
    if (event.target.closest("#sheet-close") || event.target === sheet) return sheet.close();
    const copier = event.target.closest(".copy-citation");
    if (copier) return copy(copier);
    const only = event.target.closest(".only-study");
    if (only) {
      const choice = $("#audit-study");
      choice.value = only.dataset.study;
      choice.dispatchEvent(new Event("change", { bubbles: true }));
      choice.scrollIntoView({ block: "center" });
    }
  });

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      // no clipboard without https, or not allowed: the text is selected, ready for the keys that copy
      const range = document.createRange();
      range.selectNodeContents(button.parentElement.querySelector(".citation-text"));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      if (!document.execCommand("copy")) return;
    }
    button.textContent = button.dataset.copied;
    button.setAttribute("aria-live", "polite");
  }

  // ---- evidence table: search, type, source, all columns
  let found = null; // numbers of the studies that the search named; null: all
  let asked = 0;
  let due = 0;

  function showStudies() {
    const type = $("#study-type").value;
    const source = $("#study-source").value;
    const rows = all("table.evidence tbody tr");
    for (const row of rows) {
      row.hidden =
        (type && row.dataset.type !== type) || (source && row.dataset.source !== source) || (found !== null && !found.has(row.dataset.number));
    }
    const line = $(".studies-shown");
    const shown = rows.filter((row) => !row.hidden).length;
    line.textContent = line.dataset.template.replace("{shown}", shown).replace("{count}", rows.length);
  }

  async function searchStudies(text) {
    const mine = ++asked;
    let numbers = null;
    if (text.trim()) {
      try {
        const answer = await fetch(`/studies/search?${new URLSearchParams({ q: text })}`);
        if (!answer.ok) throw new Error(answer.status);
        numbers = new Set((await answer.json()).map(String));
      } catch {
        if (mine === asked) $(".studies-shown").textContent = $(".studies-shown").dataset.failed;
        return;
      }
    }
    if (mine !== asked) return;
    found = numbers;
    showStudies();
  }

  document.addEventListener("input", (event) => {
    if (event.target.id !== "find-study") return;
    clearTimeout(due);
    due = setTimeout(() => searchStudies(event.target.value), 250);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("#study-type, #study-source")) showStudies();
    if (event.target.id === "all-columns") $("table.evidence").classList.toggle("all-columns", event.target.checked);
  });
})();
