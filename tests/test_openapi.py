"""Every request that our OpenAPI document allows, and many that it does not, is answered as the document says."""

from typing import Any

import pytest
from fake_assistant import FakeAssistant
from hypothesis import HealthCheck, given, settings

from qa.http.options import Options
from qa.http.server import create_app

# its own pytest plugin would load it for every test; what is used here needs none of that
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def described() -> Any:
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed; pip install schemathesis")
    app = create_app(FakeAssistant, Options(per_minute=0))
    app.state.service.assistant()
    return schemathesis.openapi.from_asgi("/openapi.json", app)


def test_every_answer_is_as_the_document_says(described: Any) -> None:
    tried = []
    for operation in (found.ok() for found in described.get_all_operations()):

        @settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def answered(case: Any) -> None:
            if "crash" not in repr(case.body):  # the word at which the small assistant fails on purpose
                case.call_and_validate()

        answered()
        tried.append(f"{operation.method.upper()} {operation.path}")
    assert {"POST /api/ask", "POST /api/check", "GET /api/studies", "GET /api/document/{document_id}"} <= set(tried)
