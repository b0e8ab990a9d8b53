"""What happens on the page when someone asks or checks: plain functions, each step a state of the page to be shown."""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from qa.errors import QAError
from qa.records import Answer
from qa.service.background import NotReadyError
from qa.service.service import LONGEST_QUESTION, Service
from qa.settings import feedback_folder
from qa.web.interface import Interface
from qa.web.render import check_html, message_html, question_buttons, turn_html
from qa.web.tools import tools_html

MOST_TURNS = 30  # older ones leave the page
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Step:
    """One state of the conversation: its HTML, the answers in it, and what the question box now holds."""

    html: Markup
    turns: tuple[Answer, ...]
    box: str


def asking(service: Service, question: str, turns: Sequence[Answer], words: Interface) -> Iterator[Step]:
    """Yield the page while a question is answered: waiting first, then the answer, or why there is none.

    A question that could not be answered stays in the box. Nothing is yielded for an empty one.
    """
    question, turns = question.strip(), tuple(turns)
    if not question:
        return
    key = f"turn-{len(turns) + 1}"
    if len(question) > LONGEST_QUESTION:
        shown = message_html(question[:200] + "…", words("too_long", limit=LONGEST_QUESTION), words, key, "failed")
        yield Step(conversation_html(service, turns, words, shown), turns, question)
        return
    waiting = words("searching") if service.opening.state == "ready" else words("loading")
    yield Step(
        conversation_html(service, turns, words, message_html(question, waiting, words, key, "waiting")), turns, ""
    )
    try:
        answer = service.ask(question, [turn.question for turn in turns])
    except Exception as error:
        shown = message_html(question, failure(error, words), words, key, "failed")
        yield Step(conversation_html(service, turns, words, shown), turns, question)
        return
    turns = (*turns, answer)[-MOST_TURNS:]
    yield Step(conversation_html(service, turns, words), turns, "")


def restored(service: Service, questions: Sequence[str], words: Interface) -> Step:
    """Return the conversation of a tab, a link or the history again, from its questions; one that fails goes into the box."""
    turns: list[Answer] = []
    for question in questions:
        try:
            turns.append(service.ask(question, [turn.question for turn in turns]))
        except Exception as error:
            said = message_html(question, failure(error, words), words, f"turn-{len(turns) + 1}", "failed")
            return Step(conversation_html(service, turns, words, said), tuple(turns), question)
    return Step(conversation_html(service, turns, words), tuple(turns), "")


def turns_on_the_page(service: Service, given: Sequence[Answer], seen: str, words: Interface) -> tuple[Answer, ...]:
    """Return the answers that the visitor sees: those of the session, or where it lost them, asked again.

    Args:
        given: the session's answers.
        seen: a JSON list of the questions on the page; "": not known, the session is believed.
    """
    questions = saved_questions(seen)
    if not seen or [turn.question for turn in given[: len(questions)]] == questions:
        return tuple(given[: len(questions)] if seen else given)
    return restored(service, questions, words).turns


def saved_questions(saved: str) -> list[str]:
    """Return the questions in a tab's JSON list; none if it is anything else."""
    try:
        questions = json.loads(saved or "[]")
    except ValueError:
        return []
    if not isinstance(questions, list):
        return []
    return [q for q in questions if isinstance(q, str) and 0 < len(q) <= LONGEST_QUESTION][-MOST_TURNS:]


def checking(service: Service, claim: str, words: Interface) -> Iterator[tuple[Markup, Answer | None]]:
    """Yield the page while a claim is checked: waiting first, then the result and its answer."""
    claim = claim.strip()
    if not claim:
        return
    if len(claim) > LONGEST_QUESTION:
        yield message_html(claim[:200] + "…", words("too_long", limit=LONGEST_QUESTION), words, "check", "failed"), None
        return
    waiting = words("checking") if service.opening.state == "ready" else words("loading")
    yield message_html(claim, waiting, words, "check", "waiting"), None
    try:
        answer = service.check(claim)
        yield checked_html(service, answer, words), answer
    except Exception as error:
        yield message_html(claim, failure(error, words), words, "check", "failed"), None


def checked_html(service: Service, answer: Answer, words: Interface) -> Markup:
    """Return a checked claim with the buttons below it."""
    return check_html(answer, service.assistant().index, words, tools=tools_html(answer, words))


def failure(error: Exception, words: Interface) -> str:
    """Return what the page says of an error: the mending command where there is one, never a traceback."""
    if isinstance(error, NotReadyError):
        return words("too_slow")
    if isinstance(error, QAError):
        return f"{words('problem')}\n{error}"
    logger.error("a question could not be answered", exc_info=error)
    return words("failed")


def conversation_html(
    service: Service, turns: Sequence[Answer], words: Interface, last: Markup | None = None
) -> Markup:
    """Return the whole conversation, `last` being a turn under way; example questions where there is none yet.

    `data-questions` is what the browser tab keeps for a reload (`static/page.js`).
    """
    questions, shown = tuple(turn.question for turn in turns), []
    for i, turn in enumerate(turns):
        tools = tools_html(turn, words, questions[:i], feedback_folder() is not None)
        shown.append(turn_html(turn, service.assistant().index, words, f"turn-{i + 1}", tools))
    shown += [last] if last else []
    kept = json.dumps(questions, ensure_ascii=False)
    body = Markup("").join(shown) if shown else welcome_html(service, words)
    return Markup('<div class="conversation" role="log" aria-label="{}" data-questions="{}">{}</div>').format(
        words("conversation"), kept, body
    )


def welcome_html(service: Service, words: Interface) -> Markup:
    """Return what an empty conversation shows: what this is, and questions to start with."""
    return Markup('<section class="welcome"><p>{}</p><h2>{}</h2>{}</section>').format(
        words("intro"), words("examples"), question_buttons(example_questions(service, words))
    )


def example_questions(service: Service, words: Interface, count: int = 6) -> tuple[str, ...]:
    """Return questions to start with: the project's own, or for another corpus some of its question bank."""
    if service.opening.state != "ready":
        return words.examples
    index = service.assistant().index
    if index.studies:
        return words.examples
    known = [q.text for q in index.bank if q.language == words.content]
    return tuple(words.script(q) for q in known[:: max(1, len(known) // count)][:count])
