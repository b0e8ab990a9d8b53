"""What programs may ask: the same answers as MCP tools and for `gradio_client`, as JSON text of the contract's form."""

import functools
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from qa.answering.answer import to_json
from qa.answering.cards import citation_card
from qa.commands.display import hit_row
from qa.errors import QAError, UsageError
from qa.service.service import LONGEST_QUESTION, MOST_HISTORY, Service
from qa.studies.audit import audit_rows

MOST_HITS = 50
Tool = Callable[..., Awaitable[str]]
logger = logging.getLogger(__name__)


def tools_of(service: Service) -> tuple[Tool, ...]:
    """Return the tools over one service. Their docstrings are what a program that chooses a tool reads."""

    async def ask(question: str, history: list[str] | None = None, lang: Literal["auto", "zh", "en"] = "auto") -> str:
        """Answer a question about stem-cell therapy for liver cirrhosis with whole sentences quoted from one review and
        the studies it cites, each with its citation. Nothing is generated: quote the sentences as they are and keep
        their citation numbers. An outcome of "not_covered" means that these sources do not answer; "emergency" means
        that the notices, which say whom to call, must be passed on first; "personal_advice" that only a doctor can
        decide. Always pass on the disclaimer.

        Args:
            question: One question in Chinese or English, at most 2000 characters.
            history: The user's earlier questions of the same conversation, oldest first, for follow-up questions.
            lang: The language of quotes and notices; auto takes that of the question.

        Returns:
            A JSON object with outcome, quotes, citations, notices and disclaimer.
        """
        earlier = [_written(text, "history") for text in history or []]
        if len(earlier) > MOST_HISTORY:
            raise UsageError(f"history: at most {MOST_HISTORY} earlier questions")
        return _json(to_json(await service.ask_soon(_written(question, "question"), earlier, lang)))

    async def check(claim: str, lang: Literal["auto", "zh", "en"] = "auto") -> str:
        """Check a claim about stem-cell therapy for liver cirrhosis against the review and the studies it cites: numbers,
        direction of an effect, who was compared with whom, and which study. A verdict of "not_found" means that these
        sources do not say it, not that it is false.

        Args:
            claim: One sentence in Chinese or English, best with the study or its year named, at most 2000 characters.
            lang: The language of quotes and notices; auto takes that of the claim.

        Returns:
            A JSON object with verdict (supported, differs or not_found), differences, quotes, citations and disclaimer.
        """
        return _json(to_json(await service.check_soon(_written(claim, "claim"), lang)))

    async def study(number: int, lang: Literal["zh", "en"] = "en") -> str:
        """Tell what is known of one cited study: its bibliographic entry, its structured facts (design, people, cells,
        outcomes, follow-up), and what the review says of it beside what the study's own source says. A fact that no
        source gives is null: say that it is not known.

        Args:
            number: The citation number as it stands in quotes, from 1.
            lang: The language of the bibliographic entry.

        Returns:
            A JSON object with citation, facts and audit.
        """

        def known(assistant: Any) -> dict[str, Any]:
            rows = audit_rows(assistant.index, number)
            facts = assistant.index.studies.get(number, {})
            return {"citation": citation_card(assistant.index, number, lang), "facts": facts, "audit": rows}

        return _json(await service.read_soon(known))

    async def search(question: str, k: int = 10, mode: Literal["hybrid", "dense", "lexical"] = "hybrid") -> str:
        """List the sentences of the review and its cited studies that are nearest to a question, best first, whether or
        not they answer it. For looking around; use ask for an answer, which also refuses and warns.

        Args:
            question: A question or keywords in Chinese or English, at most 2000 characters.
            k: How many sentences, 1 to 50.
            mode: hybrid ranks by meaning and words, dense by meaning alone, lexical by words alone.

        Returns:
            A JSON list with rank, score, text, citations and document of each sentence.
        """
        if not 1 <= k <= MOST_HITS:
            raise UsageError(f"k: {k} is not from 1 to {MOST_HITS}")
        text = _written(question, "question")
        return _json([hit_row(hit) for hit in await service.read_soon(lambda found: found.search(text, k, mode))])

    return ask, check, study, search


def offer_tools(service: Service) -> None:
    """Offer the tools in the Gradio page that is being built: by MCP and by name for `gradio_client`."""
    import gradio as gr

    for tool in tools_of(service):
        gr.api(_with_clear_errors(tool, gr.Error), api_name=tool.__name__, queue=False)


def _with_clear_errors(tool: Tool, shown: Any) -> Tool:
    """Return the tool with our errors as errors that Gradio passes on, and all others without their details."""

    @functools.wraps(tool)
    async def clear(*arguments: Any, **named: Any) -> str:
        try:
            return await tool(*arguments, **named)
        except QAError as error:
            raise shown(str(error), print_exception=False) from None
        except Exception as error:
            logger.error("a tool failed", exc_info=error)
            raise shown("something went wrong on our side; the server's log has it", print_exception=False) from None

    return clear


def _written(text: object, name: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise UsageError(f"{name}: a text is needed")
    if len(text) > LONGEST_QUESTION:
        raise UsageError(f"{name}: longer than {LONGEST_QUESTION} characters")
    return text


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False)
