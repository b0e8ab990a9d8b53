// Explains a word of a quote when it is pointed at, touched or focused. The quote itself is never changed.
(() => {
  "use strict";
  const note = Object.assign(document.createElement("div"), { id: "term-note", hidden: true });
  note.setAttribute("role", "tooltip");
  let term = null;
  let leaving = 0;

  function show(next) {
    clearTimeout(leaving);
    if (next === term) return;
    hide();
    term = next;
    const name = document.createElement("b");
    name.textContent = term.dataset.name;
    note.replaceChildren(name, term.dataset.explains);
    note.lang = document.documentElement.lang;
    note.hidden = false;
    term.setAttribute("aria-describedby", note.id);
    const at = term.getClientRects()[0];
    const left = Math.max(12, Math.min(at.left, innerWidth - note.offsetWidth - 12));
    const above = at.top - note.offsetHeight - 8;
    note.style.left = `${left}px`;
    note.style.top = `${above > 8 ? above : at.bottom + 8}px`;
  }
  function hide() {
    clearTimeout(leaving);
    if (term) term.removeAttribute("aria-describedby");
    term = null;
    note.hidden = true;
  }
  const later = () => (leaving = setTimeout(hide, 300));

  document.addEventListener("pointerover", (event) => {
    const over = event.target.closest?.(".term, #term-note");
    if (over?.matches(".term")) show(over);
    else if (over) clearTimeout(leaving);
    else if (term && term !== document.activeElement) later();
  });
  document.addEventListener("focusin", (event) => (event.target.matches(".term") ? show(event.target) : hide()));
  document.addEventListener("click", (event) => {
    const touched = event.target.closest(".term");
    if (touched) show(touched);
    else if (!event.target.closest("#term-note")) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
    if ((event.key === "Enter" || event.key === " ") && event.target.matches?.(".term")) {
      event.preventDefault();
      event.target === term ? hide() : show(event.target);
    }
  });
  addEventListener("scroll", hide, { passive: true });
  const begin = () => document.body.append(note);
  document.body ? begin() : document.addEventListener("DOMContentLoaded", begin);
})();
