"""The web page: Gradio Blocks around `conversation`. Nothing of a visitor is kept outside the visitor's own session."""

import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from markupsafe import Markup

from qa.records import Answer
from qa.service.service import LONGEST_QUESTION, Service
from qa.web.assets import head_html, style_sheets
from qa.web.conversation import Step, asking, checked_html, checking, conversation_html, restored, saved_questions, turns_on_the_page
from qa.web.interface import BROWSER_LOCALES, LANGUAGES, Interface, browser_language, interface, known_language
from qa.web.mcp_tools import offer_tools
from qa.web.menus import menus_html
from qa.web.render import message_line
from qa.web.tables import audit_html, cards_html, evidence_html, study_numbers

STATIC = Path(__file__).parent / "static"
QUIET = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1"}
CONCURRENT = 16  # visitors served at once; Gradio's default is one
MOST_QUEUED = 200  # visitors who wait for their turn; the next is told to come back
FONTS = ("system-ui", "-apple-system", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")
# what only the browser knows: the questions of its link or this tab, and the language chosen earlier (`static/remembered.js`)
REMEMBERED = (STATIC / "remembered.js").read_text("utf-8")
# a question goes with those that the page shows: a server that was started anew, or a tab that slept, has lost them
WITH_THE_SHOWN = "(...given) => [...given.slice(0, -1), document.querySelector('.conversation')?.dataset.questions ?? '']"


def build_app(service: Service) -> Any:
    """Return the page as `gradio.Blocks`, ready to be mounted."""
    os.environ.update(QUIET)
    import gradio as gr

    def html(name: str, script: str | None = None) -> Any:
        return gr.HTML(elem_id=name, js_on_load=script, apply_default_css=False)

    i18n = _i18n()
    with gr.Blocks(title=interface("zh-Hans")("page_title"), analytics_enabled=False) as page:
        offer_tools(service)  # first: the page's own functions must not take the names
        turns = gr.State(())
        checked = gr.State(None)
        kept = gr.State([])
        remembered = gr.Textbox(visible=False)
        chosen = gr.Textbox(visible=False)
        on_the_page = gr.Textbox(visible=False)
        with gr.Row(elem_id="top"):
            header = html("header")
            names = [(interface(name)("language_name"), name) for name in LANGUAGES]
            language = gr.Radio(
                names, value="zh-Hans", label=i18n("language"), elem_id="language", container=False, min_width=200
            )
        status = html("status")
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap"):
            with gr.Tab(i18n("tab_ask"), id="ask") as ask_tab:
                new_button = gr.Button(i18n("new_conversation"), size="sm", elem_id="new", visible=False)
                conversation = html("conversation", (STATIC / "ask_this.js").read_text("utf-8"))
                with gr.Row(elem_id="composer"):
                    box = gr.Textbox(
                        label=i18n("question"),
                        placeholder=i18n("question_placeholder"),
                        max_lines=5,
                        max_length=LONGEST_QUESTION,
                        scale=8,
                        min_width=120,
                        elem_id="question",
                    )
                    ask_button = gr.Button(i18n("ask"), variant="primary", scale=0, min_width=72, elem_id="ask")
            with gr.Tab(i18n("tab_check"), id="check") as check_tab:
                hint = html("check-hint")
                claim = gr.Textbox(
                    label=i18n("claim"),
                    placeholder=i18n("claim_placeholder"),
                    lines=2,
                    max_length=LONGEST_QUESTION,
                    elem_id="claim",
                )
                check_button = gr.Button(i18n("check"), variant="primary", elem_id="check")
                result = html("check-result")
            with gr.Tab(i18n("tab_evidence"), id="evidence") as evidence_tab:
                evidence = html("evidence")
            with gr.Tab(i18n("tab_audit"), id="audit") as audit_tab:
                audit = html("audit")
        cards = html("study-cards")
        disclaimer = html("disclaimer")

        spoken = (
            ask_tab,
            check_tab,
            evidence_tab,
            audit_tab,
            language,
            box,
            ask_button,
            new_button,
            claim,
            check_button,
        )
        filled = (header, hint, disclaimer, status, evidence, audit, cards)

        def labels(words: Interface) -> dict[Any, Any]:
            return {
                ask_tab: gr.update(label=words("tab_ask")),
                check_tab: gr.update(label=words("tab_check")),
                evidence_tab: gr.update(label=words("tab_evidence")),
                audit_tab: gr.update(label=words("tab_audit")),
                language: gr.update(value=words.language, label=words("language")),
                box: gr.update(label=words("question"), placeholder=words("question_placeholder")),
                ask_button: gr.update(value=words("ask")),
                new_button: gr.update(value=words("new_conversation")),
                claim: gr.update(label=words("claim"), placeholder=words("claim_placeholder")),
                check_button: gr.update(value=words("check")),
            }

        def texts(words: Interface) -> dict[Any, Any]:
            return dict(zip(filled, page_texts(service, words), strict=True))

        def shown(step: Step) -> dict[Any, Any]:
            return {
                conversation: step.html,
                turns: step.turns,
                box: step.box,
                new_button: gr.update(visible=bool(step.turns)),
            }

        def open_page(saved: str, stored: str, request: gr.Request) -> dict[Any, Any]:
            words = interface(known_language(stored) or browser_language(request.headers.get("accept-language", "")))
            earlier = saved_questions(saved)
            first = message_line(words("restoring")) if earlier else conversation_html(service, (), words)
            ready = {
                ask_button: gr.update(value=words("ask"), interactive=not earlier),
                kept: earlier,
                conversation: first,
            }
            return labels(words) | texts(words) | ready

        def fill_page(name: str) -> dict[Any, Any]:
            service.opening.settle(service.wait_seconds)
            return texts(spoken_in(name))

        def restore(earlier: list[str], name: str) -> dict[Any, Any]:
            free = {ask_button: gr.update(interactive=True)}
            return shown(restored(service, earlier, spoken_in(name))) | free if earlier else free

        def speak(name: str, given: tuple[Answer, ...], last: Answer | None) -> dict[Any, Any]:
            words = spoken_in(name)
            again = checked_html(service, last, words) if last else ""
            return (
                labels(words) | texts(words) | {conversation: conversation_html(service, given, words), result: again}
            )

        def ask(question: str, given: tuple[Answer, ...], name: str, seen: str) -> Iterator[dict[Any, Any]]:
            words = spoken_in(name)
            for step in asking(service, question, turns_on_the_page(service, given, seen, words), words):
                yield shown(step)

        def ask_this(given: tuple[Answer, ...], name: str, seen: str, event: gr.EventData) -> Iterator[dict[Any, Any]]:
            yield from ask(str(event.question), given, name, seen)

        def reopen(name: str, event: gr.EventData) -> dict[Any, Any]:
            return shown(restored(service, saved_questions(str(event.questions)), spoken_in(name)))

        def start_again(name: str) -> dict[Any, Any]:
            return shown(Step(conversation_html(service, (), spoken_in(name)), (), ""))

        def check(text: str, name: str) -> Iterator[dict[Any, Any]]:
            for html, answer in checking(service, text, spoken_in(name)):
                yield {result: html, checked: answer}

        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        talk = [conversation, turns, box, new_button]
        opened = page.load(
            open_page, [remembered, chosen], [*spoken, *filled, conversation, kept], js=REMEMBERED, **quiet
        )
        opened.then(fill_page, language, list(filled), **quiet)
        opened.then(restore, [kept, language], [*talk, ask_button], **quiet)
        language.input(speak, [language, turns, checked], [*spoken, *filled, conversation, result], **quiet)
        gr.on([box.submit, ask_button.click], ask, [box, turns, language, on_the_page], talk, js=WITH_THE_SHOWN, **quiet)
        conversation.select(ask_this, [turns, language, on_the_page], talk, js=WITH_THE_SHOWN, **quiet)
        conversation.undo(reopen, language, talk, **quiet)
        new_button.click(start_again, language, talk, **quiet)
        gr.on([claim.submit, check_button.click], check, [claim, language], [result, checked], **quiet)
    page.queue(default_concurrency_limit=CONCURRENT, max_size=MOST_QUEUED)
    return page


def spoken_in(name: object) -> Interface:
    """Return the words of a language that a browser named; English if it is none of ours."""
    return interface(known_language(name) or "en")


def page_texts(service: Service, words: Interface) -> tuple[Markup, ...]:
    """Return header, check hint, disclaimer, status, evidence table, audit and study cards, as far as they are known now."""
    state = service.opening.state
    subtitle, status = words("subtitle_loading"), Markup("")
    tables = (message_line(words("preparing")),) * 2 + (Markup(""),)
    if state == "ready":
        index = service.assistant().index
        tables = (evidence_html(index, words), audit_html(index, words), cards_html(index, words))
        years = [facts["year"] for facts in index.studies.values() if facts.get("year")]
        subtitle = words("subtitle_plain", count=len(index.documents))
        if years:
            subtitle = words("subtitle", count=len(study_numbers(index)), first=min(years), last=max(years))
    elif state == "loading":
        status = message_line(words("status_loading"))
    else:
        status = Markup('<div class="card card-problem" role="alert"><h3>{}</h3><p>{}</p><p>{}</p></div>').format(
            words("problem"), service.opening.problem(), words("problem_hint")
        )
        tables = (Markup(""),) * 3
    header = Markup(
        '<div class="page-title" data-language="{}" data-title="{title}" data-close="{close}"><h1>{title}</h1><p>{}</p></div>{}'
    ).format(words.language, subtitle, menus_html(words), title=words("page_title"), close=words("close"))
    hint = Markup("<p>{}</p>").format(words("check_hint"))
    return header, hint, Markup('<p role="note">{}</p>').format(words("disclaimer")), status, *tables


def mount_app(app: FastAPI, service: Service) -> None:
    """Put the page at the root of a FastAPI app."""
    # in a loop, for Gradio makes one for each of its locks, never closed, unless one is running;
    # in a thread, for the caller may have a loop already
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _mount(app, service)).result()


async def _mount(app: FastAPI, service: Service) -> None:
    page = build_app(service)
    import gradio as gr

    fonts = [gr.themes.Font(name) for name in FONTS]
    theme = gr.themes.Base(primary_hue="teal", neutral_hue="slate", font=fonts, font_mono=[gr.themes.Font("monospace")])
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=True,
        favicon_path=str(STATIC / "icon.png"),
        i18n=_i18n(),
        theme=theme,
        css_paths=style_sheets(),
        head=head_html(),
    )


def _i18n() -> Any:
    """Return the page's words for Gradio's own translation, which follows the browser until a language is chosen."""
    import gradio as gr

    return gr.I18n(**{BROWSER_LOCALES[name]: interface(name).words for name in LANGUAGES})
