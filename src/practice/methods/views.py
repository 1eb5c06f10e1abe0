"""views.*: modals and the Home tab."""

from __future__ import annotations

from practice import views
from practice.errors import SlackError
from practice.limits import check_view
from practice.methods.base import Call, Handler
from practice.model import Json


def answer(view: Json) -> Json:
    return {"ok": True, "view": views.shown(view)}


def trigger(call: Call) -> str:
    """Raises invalid_arguments without one; ``interactivity_pointer`` is the same thing by another name."""
    return call.args.text("trigger_id") or call.args.text("interactivity_pointer") or call.args.required("trigger_id")


def open_(call: Call) -> Json:
    return answer(views.open_modal(call.workspace, trigger(call), call.args.raw("view")))


def push(call: Call) -> Json:
    """On top of the modal whose button or form gave the trigger."""
    trigger_id = trigger(call)
    check_view(call.args.raw("view"))
    user = views.use_trigger(call.workspace, trigger_id)
    below = call.workspace.views.get(call.workspace.triggers[trigger_id].view_id or "")
    if below is None or below["practice_user"] != user:
        raise SlackError("not_found")
    return answer(views.push(call.workspace, below, call.args.raw("view")))


def update(call: Call) -> Json:
    view_id, external_id = call.args.text("view_id"), call.args.text("external_id")
    if not (view_id or external_id):
        raise SlackError("invalid_arguments", ["[ERROR] missing required field: view_id or external_id"])
    old = call.workspace.views.get(view_id)
    if not view_id:
        old = next((one for one in call.workspace.views.values() if one["external_id"] == external_id), None)
    if old is None:
        check_view(call.args.raw("view"), ("modal", "home"))
        raise SlackError("not_found")
    if call.args.given("hash") and call.args.text("hash") != old["hash"]:
        raise SlackError("hash_conflict")
    return answer(views.update(call.workspace, old, call.args.raw("view")))


def publish(call: Call) -> Json:
    if not call.app.home_tab:
        raise SlackError("not_enabled")
    user = call.args.required("user_id")
    if user not in call.workspace.users:
        raise SlackError("invalid_arguments", ["[ERROR] invalid user_id [json-pointer:/user_id]"])
    old = views.home(call.workspace, user)
    if call.args.given("hash") and (old is None or call.args.text("hash") != old["hash"]):
        raise SlackError("hash_conflict")
    return answer(views.publish(call.workspace, user, call.args.raw("view")))


METHODS: dict[str, Handler] = {
    "views.open": open_,
    "views.publish": publish,
    "views.push": push,
    "views.update": update,
}
