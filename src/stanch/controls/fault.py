"""The one way in which a control plane fails."""

from pydantic import ValidationError


class PlaneFault(Exception):
    """The message is one sentence for a person at 03:00: no secret, no body, and what to do if that is known.

    `sent`: it may have happened (a 5xx, no or an unreadable answer to a write): read before anything is repeated.
    `permanent`: asking again cannot help. `retry_after` in seconds, where the plane named them. `status` of HTTP, 0
    where there was no answer.
    """

    def __init__(
        self,
        message: str,
        *,
        sent: bool,
        permanent: bool = False,
        retry_after: float | None = None,
        request_id: str = "",
        status: int = 0,
    ) -> None:
        super().__init__(message)
        self.sent = sent
        self.permanent = permanent
        self.retry_after = retry_after
        self.request_id = request_id
        self.status = status


def unusable(wrong: ValidationError) -> PlaneFault:
    """A target that `stanch check` would have refused."""
    first = wrong.errors(include_input=False, include_url=False)[0]
    where = ".".join(map(str, first["loc"])) or "it"
    return PlaneFault(
        f"The control's target cannot be used as it stands in the catalogue ({where}: {first['msg']}).",
        sent=False,
        permanent=True,
    )
