// Links that reopen questions, the back button, and the history. All of it stays in this browser.
(() => {
  "use strict";
  const HISTORY = "qa-history";
  const PLACES = "qa-places";
  const MOST = 50; // conversations kept
  const $ = (selector, root = document) => root.querySelector(selector);

  // a browser may keep nothing at all: then each of these is as if empty
  const read = (store, key, otherwise) => {
    try {
      return JSON.parse(store().getItem(key)) ?? otherwise;
    } catch {
      return otherwise;
    }
  };
  const write = (store, key, value) => {
    try {
      store().setItem(key, JSON.stringify(value));
    } catch {
      // nothing is kept
    }
  };
  const session = () => sessionStorage;
  const local = () => localStorage;

  // ---- one place in the browser's own history for each state of the conversation. The address itself never holds
  // a question: the browser would keep it, and send it, beyond what "clear all" can reach.
  let shown = null; // JSON of the questions on the page
  let going = null; // JSON of the questions that back, forward or the history asked for
  function place(questions) {
    const places = read(session, PLACES, []);
    places.push(questions);
    write(session, PLACES, places);
    return { qa: places.length - 1 };
  }
  function follow() {
    const conversation = $(".conversation");
    if (!conversation || conversation.dataset.questions === shown) return;
    const questions = conversation.dataset.questions;
    if (going === questions) going = null; // where back or forward led: the browser's history has it already
    else if (shown === null) history.replaceState(place(questions), "");
    else history.pushState(place(questions), "", location.pathname);
    shown = questions;
    remember(JSON.parse(questions));
  }
  function go(questions) {
    if (questions === shown) return;
    going = questions;
    dispatchEvent(new CustomEvent("qa-reopen", { detail: questions }));
  }
  addEventListener("popstate", (event) => go(read(session, PLACES, [])[event.state?.qa] ?? "[]"));

  // ---- history
  function remember(questions) {
    if (!questions.length) return;
    const begins = (a, b) => a.length <= b.length && a.every((q, i) => q === b[i]);
    const others = read(local, HISTORY, []).filter((visit) => !begins(visit.questions, questions));
    if (others.some((visit) => begins(questions, visit.questions))) return; // an earlier state of one that is kept
    write(local, HISTORY, [{ questions, at: Date.now() }, ...others].slice(0, MOST));
  }
  function clear() {
    for (const [store, key] of [[local, HISTORY], [session, PLACES], [session, "qa-questions"], [session, "qa-unsent"]]) {
      try {
        store().removeItem(key);
      } catch {
        // nothing is kept
      }
    }
    history.replaceState({}, "", location.pathname);
    go("[]");
  }

  const dialog = Object.assign(document.createElement("dialog"), { id: "visits" });
  dialog.setAttribute("aria-labelledby", "visits-title");
  function list(note) {
    const says = JSON.parse($(".menus").dataset.words);
    const make = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text, ...more });
    const head = document.createElement("header");
    const close = make("button", "\u00d7", { type: "button", onclick: () => dialog.close() });
    close.setAttribute("aria-label", says.close);
    head.append(make("h2", says.history, { id: "visits-title" }), close);
    const visits = read(local, HISTORY, []);
    const rows = document.createElement("ol");
    for (const { questions } of visits) {
      const row = make("button", questions[0], { type: "button", onclick: () => (dialog.close(), go(JSON.stringify(questions))) });
      if (questions.length > 1) row.append(make("small", says.history_more.replace("{count}", questions.length - 1)));
      rows.append(document.createElement("li"));
      rows.lastChild.append(row);
    }
    const told = make("p", note || (visits.length ? says.history_about : says.history_none));
    told.setAttribute("role", "status");
    const forget = make("button", says.history_clear, { type: "button", id: "visits-clear", onclick: () => (clear(), list(says.history_cleared)) });
    dialog.replaceChildren(head, told, ...(visits.length ? [rows, forget] : []));
  }
  document.addEventListener("click", (event) => {
    if (event.target === dialog) return dialog.close();
    if (!event.target.closest("#history")) return;
    list("");
    dialog.showModal();
  });

  const begin = () => {
    document.body.append(dialog);
    new MutationObserver(follow).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-questions"] });
  };
  document.body ? begin() : document.addEventListener("DOMContentLoaded", begin);
})();
