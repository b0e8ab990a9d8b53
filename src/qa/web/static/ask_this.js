// Runs inside the conversation component: a question button asks its question.
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ask]");
  if (button) trigger("select", { question: button.dataset.ask });
});
