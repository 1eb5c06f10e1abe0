"""Who was asked to take a seat, who answered, who was woken: a part of the fold."""

from dataclasses import dataclass, replace
from datetime import datetime

from stanch.core import events as e, seat_events as s
from stanch.core.chain import stamp
from stanch.core.draft_events import Subscribed
from stanch.core.payload import Payload

STANCH = "stanch"


@dataclass(frozen=True, slots=True)
class Ask:
    """A question that is open: `user` holds the seats by name, and has not answered."""

    user: str
    roles: tuple[str, ...]
    until: str
    step: int = 0
    anew: bool = False
    """In place of somebody else."""
    only_accept: bool = False
    """Whatever else they do is no yes."""


@dataclass(frozen=True, slots=True)
class Handover:
    role: str
    user: str
    asker: str
    until: str


@dataclass(frozen=True, slots=True)
class Page:
    """`state`: what was last owed, `trigger`, `acknowledge` or `resolve`. `step`: from 0. `n`: from 1."""

    step: int
    state: str
    taken: bool = False
    """Something that wakes people took it."""
    n: int = 1
    users: tuple[str, ...] = ()
    """Who was to be woken; empty: whoever is on call by then."""
    at: str = ""
    """When it was last triggered."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """A shift that is over. `until`: when it is offered again; empty: it waits for an answer."""

    role: str
    times: int
    until: str = ""


@dataclass(frozen=True, slots=True)
class Seating:
    """Times are ISO 8601 in UTC, empty for never; people are Slack user ids."""

    asks: tuple[Ask, ...] = ()
    handovers: tuple[Handover, ...] = ()
    out: tuple[tuple[str, str], ...] = ()
    """Role and person: who passed, or did not answer."""
    present: tuple[str, ...] = ()
    """Everybody who has done anything in it: that is an answer too."""
    steps: tuple[tuple[str, int], ...] = ()
    """Role → step of the escalation path that was asked last."""
    since: tuple[tuple[str, str, str], ...] = ()
    """Role, who holds it, and since when."""
    left: tuple[tuple[str, str, str, str], ...] = ()
    """Role, who held it, since when and until when: the seats that were left last."""
    extras: tuple[tuple[str, str], ...] = ()
    """What for, and who: whom the class adds."""
    missing: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()
    unwakeable: bool = False
    rotations: tuple[Rotation, ...] = ()
    silent: tuple[str, ...] = ()
    """Who did not answer in time, and has done nothing since."""
    emptied: tuple[tuple[str, str], ...] = ()
    """Role, and since when nobody holds what somebody held."""
    unsaid: tuple[tuple[str, str], ...] = ()
    """Role and person: who was asked in place of somebody else, and has not said yes."""
    ever: tuple[tuple[str, str], ...] = ()
    """Role and person: everybody who was asked, to take a seat or to take one over."""

    def ask(self, role: str) -> Ask | None:
        return next((one for one in self.asks if role in one.roles), None)

    def ask_of(self, user: str) -> Ask | None:
        """All that this person is asked for, as one question."""
        mine = [one for one in self.asks if one.user == user]
        roles = tuple(dict.fromkeys(role for one in mine for role in one.roles))
        return replace(mine[0], roles=roles) if mine else None

    def handover(self, role: str) -> Handover | None:
        return next((one for one in self.handovers if one.role == role), None)

    def step(self, role: str) -> int:
        return dict(self.steps).get(role, 0)

    def empty_since(self, role: str) -> str:
        return dict(self.emptied).get(role, "")

    def held_since(self, role: str) -> str:
        return next((at for held, _, at in self.since if held == role), "")

    def page(self, n: int) -> Page | None:
        return next((one for one in self.pages if one.n == n), None)

    def rotation(self, role: str) -> Rotation | None:
        return next((one for one in self.rotations if one.role == role), None)


ELSEWHERE = (
    e.Captured, e.CaptureEdited, e.CaptureDeleted, e.JoinAsked, e.Reminded, Subscribed, s.SeatPassed, s.HandoverEnded,
)  # fmt: skip
"""What somebody may be the author of without being here."""


def declines(state: Seating, payload: Payload, by: str) -> bool:
    """Whether somebody gives away here what they are asked for themselves."""
    asked = state.ask_of(by)
    given = isinstance(payload, e.RoleGiven | s.HandoverAsked) and payload.user != by
    return asked is not None and given and payload.role in asked.roles  # type: ignore[attr-defined]


def seated(state: Seating, payload: Payload, by: str, at: datetime) -> Seating:
    """The state after this event."""
    if by != STANCH and not isinstance(payload, ELSEWHERE) and not declines(state, payload, by):
        state = replace(state, present=tuple(dict.fromkeys((*state.present, by))))
    if by in state.silent:
        state = replace(state, silent=tuple(user for user in state.silent if user != by))
    match payload:
        case e.RoleGiven(role, user):
            return _given(state, role, user, by, at)
        case s.SeatAsked(user, roles, until, step, anew, only_accept):
            steps = {**dict(state.steps), **dict.fromkeys(roles, step)}
            asks = (*_without(state.asks, user, roles), Ask(user, roles, until, step, anew, only_accept))
            pairs = tuple((role, user) for role in roles)
            ever = tuple(dict.fromkeys((*state.ever, *pairs)))
            unsaid = tuple(dict.fromkeys((*state.unsaid, *pairs))) if anew else state.unsaid
            return replace(state, asks=asks, steps=tuple(steps.items()), unsaid=unsaid, ever=ever)
        case s.SeatHurried(user, roles, until):
            asks = tuple(replace(a, until=until) if a.user == user and a.roles == roles else a for a in state.asks)
            return replace(state, asks=asks)
        case s.SeatAccepted(user, roles):
            unsaid = tuple(one for one in state.unsaid if one[1] != user or one[0] not in roles)
            return replace(state, asks=_without(_begun(state.asks, user, roles), user, roles), unsaid=unsaid)
        case s.SeatOver(user, roles):
            return replace(state, asks=_without(state.asks, user, roles))
        case s.SeatPassed(user, roles) | s.SeatLapsed(user, roles):
            out = dict.fromkeys((*state.out, *((role, user) for role in roles)))
            silent = dict.fromkeys((*state.silent, *((user,) if isinstance(payload, s.SeatLapsed) else ())))
            return replace(state, asks=_without(state.asks, user, roles), out=tuple(out), silent=tuple(silent))
        case s.HandoverAsked(role, user, until):
            others = tuple(one for one in state.handovers if one.role != role)
            ever = tuple(dict.fromkeys((*state.ever, (role, user))))
            return replace(state, handovers=(*others, Handover(role, user, by, until)), ever=ever)
        case s.HandoverEnded(role):
            return replace(state, handovers=tuple(one for one in state.handovers if one.role != role))
        case e.Resolved() | e.Dismissed():
            left = tuple((*one, stamp(at)) for one in state.since)
            return replace(state, asks=(), handovers=(), rotations=(), left=left)
        case e.Reopened():
            since = tuple((role, user, stamp(at)) for role, user, _ in state.since)
            return replace(state, asks=(), handovers=(), rotations=(), out=(), steps=(), since=since, silent=())
    return _woken(state, payload, at)


def _woken(state: Seating, payload: Payload, at: datetime) -> Seating:
    match payload:
        case s.ExtrasNamed(whats, users, missing):
            extras = dict.fromkeys((*state.extras, *zip(whats, users, strict=False)))
            return replace(state, extras=tuple(extras), missing=missing)
        case s.PageOwed(action, step, users, n):
            known = state.page(n) or Page(step, action, n=n)
            if action == "trigger":
                known = replace(known, users=users, at=stamp(at))
            others = tuple(one for one in state.pages if one.n != n)
            return replace(state, pages=(*others, replace(known, state=action)))
        case s.Paged(_, _, _, n):
            pages = tuple(replace(one, taken=True) if one.n == n else one for one in state.pages)
            return replace(state, pages=pages)
        case s.NobodyToWake():
            return replace(state, unwakeable=True)
        case s.RotationOffered(role):
            shift = state.rotation(role)
            return _rotated(state, Rotation(role, shift.times if shift else 0))
        case s.RotationPutOff(role, until):
            shift = state.rotation(role)
            return _rotated(state, Rotation(role, (shift.times if shift else 0) + 1, until))
    return state


def _given(state: Seating, role: str, user: str | None, by: str, at: datetime) -> Seating:
    """What was asked about the role is over; who takes it by hand has not passed any more."""
    asks = state.asks
    if (ask := state.ask(role)) and ask.user != user:
        asks = _without(asks, ask.user, (role,))
    since = tuple(one for one in state.since if one[0] != role)
    left = tuple((*one, stamp(at)) for one in state.since if one[0] == role)
    emptied = tuple(one for one in state.emptied if one[0] != role)
    return replace(
        state,
        asks=asks,
        # Whoever is asked to take it over may still say yes to an empty seat.
        handovers=tuple(one for one in state.handovers if one.role != role or user is None),
        rotations=tuple(one for one in state.rotations if one.role != role),
        out=tuple(one for one in state.out if by == STANCH or one != (role, user)),
        unsaid=tuple(one for one in state.unsaid if one[0] != role),
        since=(*since, (role, user, stamp(at))) if user else since,
        left=left or state.left,
        emptied=emptied if user else (*emptied, (role, stamp(at))),
    )


def _rotated(state: Seating, one: Rotation) -> Seating:
    return replace(state, rotations=(*(other for other in state.rotations if other.role != one.role), one))


def _begun(asks: tuple[Ask, ...], user: str, roles: tuple[str, ...]) -> tuple[Ask, ...]:
    """Who has said yes to the first seat of a question works in that one: to its others only *Accept* is a yes."""
    return tuple(
        replace(a, only_accept=True) if a.user == user and a.anew and a.roles[0] in roles else a
        for a in asks
    )  # fmt: skip


def _without(asks: tuple[Ask, ...], user: str, roles: tuple[str, ...]) -> tuple[Ask, ...]:
    left = (
        replace(a, roles=tuple(r for r in a.roles if r not in roles)) if a.user == user else a
        for a in asks
    )  # fmt: skip
    return tuple(one for one in left if one.roles)
