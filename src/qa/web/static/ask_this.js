// Runs inside the conversation component: a question button asks its question; back, forward and history reopen questions.
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ask]");
  if (button) trigger("select", { question: button.dataset.ask });
});
addEventListener("qa-reopen", (event) => trigger("undo", { questions: event.detail }));
