"""Requests in and refusals out, as JSON."""

from __future__ import annotations

import json
import uuid

from starlette.requests import Request
from starlette.responses import JSONResponse

from practice.ai.faults import Fault
from practice.ai.model import Json, Refused


def refusal(refused: Refused) -> JSONResponse:
    return JSONResponse({"error": str(refused)}, refused.status)


def faulty(fault: Fault) -> JSONResponse:
    headers = {} if fault.retry_after is None else {"retry-after": f"{fault.retry_after:g}"}
    return JSONResponse({"error": "this answer was asked for"}, int(fault.status), headers)


def request_id_of(request: Request) -> str:
    return request.headers.get("x-request-id") or str(uuid.uuid4())


async def body_of(request: Request) -> Json:
    return object_of((await request.body()).decode("utf-8", "replace"))


def object_of(raw: str) -> Json:
    """Raises Refused (422) for a body that is no JSON object; an empty one is an empty object."""
    body = as_json(raw or "{}")
    if not isinstance(body, dict):
        raise Refused(422, "the body must be a JSON object")
    return body


def as_json(raw: str) -> object:
    """The JSON value, or the text itself when it is none."""
    try:
        return json.loads(raw, parse_constant=no_number)
    except (ValueError, RecursionError):
        return raw


def no_number(word: str) -> object:
    raise ValueError(f"{word} is not JSON")
