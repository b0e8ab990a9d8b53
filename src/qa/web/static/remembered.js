() => {
  // What the page opens with: the questions of its link, or those of this tab; and the language that was chosen.
  const codes = { en: "en", zh: "zh-Hans", "zh-cn": "zh-Hans", "zh-hans": "zh-Hans", "zh-tw": "zh-Hant", "zh-hk": "zh-Hant", "zh-hant": "zh-Hant" };
  const query = new URLSearchParams(location.search);
  const linked = query.getAll("q").map((question) => question.trim()).filter(Boolean);
  let language = codes[(query.get("lang") || "").toLowerCase()] || "";
  let kept = "";
  try {
    language ||= localStorage.getItem("qa-language") || "";
    kept = sessionStorage.getItem("qa-questions") || "";
  } catch {
    // a browser that keeps nothing
  }
  return [linked.length ? JSON.stringify(linked) : kept, language];
}
