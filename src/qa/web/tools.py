"""The buttons below an answer: copy, print, save, link, and feedback where it is switched on. `static/tools.js` acts."""

import json

from markupsafe import Markup

from qa.records import Answer
from qa.web.interface import Interface
from qa.web.saving import answer_parts, markdown, plain_text

BUTTONS = ("copy", "print", "save_text", "save_pdf", "copy_link")
REPLIES = ("copied", "not_copied", "link_copied", "saving", "saved", "not_saved", "feedback_thanks", "feedback_failed")


def tools_html(answer: Answer, words: Interface, history: tuple[str, ...] = (), feedback: bool = False) -> Markup:
    """Return the buttons of one answer, with its text to copy and to save.

    Args:
        history: the earlier questions of the conversation, which a link and the PDF need to give this answer again.
        feedback: whether the thumbs are shown.
    """
    parts = answer_parts(answer, words)
    asked = {"question": answer.question, "history": history, "mode": "check" if answer.verdict else "ask"}
    names = [name for name in BUTTONS if name != "copy_link" or not answer.verdict]
    buttons = Markup("").join(Markup('<button type="button" data-tool="{}">{}</button>').format(name, words(name)) for name in names)
    return Markup(
        '<section class="tools"><div role="group" aria-label="{}" data-plain="{}" data-markdown="{}" data-asked="{}" data-replies="{}">{}</div>'
        '{}<p class="tool-reply" role="status"></p></section>'
    ).format(
        words("tools"),
        plain_text(parts),
        markdown(parts),
        json.dumps({**asked, "interface": words.language}, ensure_ascii=False),
        json.dumps({name: words(name) for name in REPLIES}, ensure_ascii=False),
        buttons,
        _feedback(answer, words) if feedback else "",
    )


def _feedback(answer: Answer, words: Interface) -> Markup:
    """Return thumbs and a note; nothing leaves the browser before "send" is pressed."""
    said = {"outcome": answer.verdict or answer.outcome, "passages": [quote.passage for quote in answer.quotes]}
    return Markup(
        '<form class="feedback" data-answer="{}"><fieldset><legend>{}</legend>'
        '<button type="button" data-rating="1" aria-pressed="false"><span aria-hidden="true">\N{THUMBS UP SIGN}</span> {}</button>'
        '<button type="button" data-rating="-1" aria-pressed="false"><span aria-hidden="true">\N{THUMBS DOWN SIGN}</span> {}</button>'
        '</fieldset><div class="feedback-more" hidden><label>{}<textarea name="note" maxlength="1000" rows="2"></textarea></label>'
        '<p>{}</p><button type="submit">{}</button></div></form>'
    ).format(
        json.dumps(said, ensure_ascii=False),
        *(words(f"feedback{name}") for name in ("", "_yes", "_no", "_note", "_about", "_send")),
    )
