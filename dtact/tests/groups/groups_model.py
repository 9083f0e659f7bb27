"""What scopes, groups, requests and locks should come to: a model without tasks, for the state machine.

An actor is a stack of blocks and waits for its next command in the innermost one. `settle` repeats what must happen
until nothing more does; the order it does it in does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(eq=False)
class Scope:
    parent: Scope | None
    shield: bool = False
    requests: int = 0
    called: bool = False
    caught: bool = False
    left: bool = False

    @property
    def effective(self) -> bool:
        """Whether a wait inside is refused."""
        return self.called or (not self.shield and self.parent is not None and self.parent.effective)


@dataclass(eq=False)
class Group(Scope):
    limit: int | None = None
    errors: bool = False
    waited: bool = False
    exc: str | None = None  # what its body ended with
    body_caught: bool = False
    interrupted: bool = False  # by a request, while it waited for its children
    children: list[Actor] = field(default_factory=list)
    services: list[Actor] = field(default_factory=list)
    serving: Scope | None = None

    def live(self, actors: list[Actor]) -> list[Actor]:
        """Those that have not ended."""
        return [actor for actor in actors if actor.state != "done"]

    def running(self) -> int:
        """How many places are taken."""
        return sum(actor.state not in ("held", "done") for actor in self.children)


@dataclass(eq=False)
class Lock:
    holder: Actor | None = None
    queue: list[Actor] = field(default_factory=list)

    def release(self) -> None:
        """Hand it to the next."""
        self.holder = self.queue.pop(0) if self.queue else None
        if self.holder is not None:
            self.holder.frames.append(self)
            self.holder.state = "idle"


@dataclass(eq=False)
class Try:
    """Swallows errors, not cancellations."""


@dataclass(eq=False)
class Actor:
    scope: Scope | None
    group: Group | None = None
    state: str = "new"  # held, new, idle, lock, join, done
    outcome: str = ""  # of a finished one: ok, cancelled, failed
    requests: int = 0
    pending: bool = False  # a request that is to be delivered at the next wait
    frames: list[Scope | Lock | Try] = field(default_factory=list)


class Model:
    def __init__(self) -> None:
        self.actors: list[Actor] = []
        self.scopes: list[Scope] = []
        self.locks = [Lock(), Lock()]

    # ------------------------------------------------------------ commands

    def start(self, group: Group | None, service: bool) -> Actor:
        """A new actor, in a group or in none."""
        actor = Actor(group, group)
        self.actors.append(actor)
        if group is None:
            return actor
        if service:
            if group.serving is None:
                group.serving = Scope(group, shield=True)
            actor.scope = group.serving
            group.services.append(actor)
            return actor
        if group.limit is not None and group.running() >= group.limit:
            actor.state = "held"
        group.children.append(actor)
        return actor

    def enter(self, actor: Actor, frame: Scope | Try) -> None:
        """Enter a block."""
        actor.frames.append(frame)
        if isinstance(frame, Scope):
            frame.parent, frame.requests = actor.scope, actor.requests
            actor.scope = frame
            self.scopes.append(frame)

    def acquire(self, actor: Actor, lock: Lock) -> None:
        """Enter the block of a lock, or stand in its line."""
        if lock.holder is None:
            lock.holder = actor
            actor.frames.append(lock)
        else:
            lock.queue.append(actor)
            actor.state = "lock"

    def exit(self, actor: Actor) -> None:
        """Leave the innermost block, or end."""
        self.unwind(actor, None)

    def request(self, actor: Actor) -> None:
        """What `task.cancel()` does."""
        actor.requests += 1
        if actor.state == "join":
            group = actor.frames[-1]
            assert isinstance(group, Group)
            group.called = group.interrupted = True
        elif actor.state in ("held", "new"):
            self.end(actor, "cancelled")
        else:
            self.interrupt(actor)

    # ------------------------------------------------------------ what follows

    def settle(self) -> None:
        """Let everything happen that must."""
        while any(self.advance(actor) for actor in self.actors):
            pass

    def advance(self, actor: Actor) -> bool:
        """Let something happen to one actor, if it must."""
        refused = actor.scope is not None and actor.scope.effective
        if actor.state in ("idle", "lock") and (refused or actor.pending):
            actor.pending = False
            self.interrupt(actor)
        elif actor.state in ("held", "new") and refused:
            self.end(actor, "cancelled")
        elif actor.state == "new":
            actor.state = "idle"
        elif actor.state == "held":
            group = actor.group
            assert group is not None
            assert group.limit is not None
            first = next(other for other in group.children if other.state == "held")
            if first is not actor or group.running() >= group.limit:
                return False
            actor.state = "new"
        elif actor.state == "join":
            return self.join(actor)
        else:
            return False
        return True

    def join(self, actor: Actor) -> bool:
        """A group whose body has ended: stop the services when the children have ended; then leave."""
        group = actor.frames[-1]
        assert isinstance(group, Group)
        if group.live(group.children):
            return False
        if group.live(group.services):
            assert group.serving is not None
            stopped, group.serving.called = group.serving.called, True
            return not stopped
        actor.frames.pop()
        actor.scope, group.left = group.parent, True
        exc = None
        if group.errors:
            exc = "boom"
            actor.pending = actor.pending or actor.requests > group.requests
        elif group.interrupted or (group.exc == "cancel" and not group.body_caught):
            exc = "cancel"
        elif group.exc == "cancel":
            group.caught = True
        elif group.waited and group.parent is not None and group.parent.effective:
            exc = "cancel"
        elif group.waited and group.called:
            group.caught = True
        actor.state = "idle"
        if exc is not None:
            self.unwind(actor, exc)
        return True

    def interrupt(self, actor: Actor) -> None:
        """A wait ends by CancelledError."""
        for lock in self.locks:
            if actor in lock.queue:
                lock.queue.remove(actor)
        self.unwind(actor, "cancel")

    def unwind(self, actor: Actor, exc: str | None) -> None:
        """Leave blocks: all that an exception passes, or one."""
        actor.state = "idle"
        while actor.frames:
            frame = actor.frames[-1]
            if isinstance(frame, Group):
                self.begin_join(actor, frame, exc)
                return
            actor.frames.pop()
            if isinstance(frame, Lock):
                frame.release()
            elif isinstance(frame, Scope):
                if exc == "cancel" and self.catches(actor, frame):
                    frame.caught, exc = True, None
                actor.scope, frame.left = frame.parent, True
            elif exc == "boom":
                exc = None
            if exc is None:
                return
        self.end(actor, {None: "ok", "cancel": "cancelled", "boom": "failed"}[exc])

    def begin_join(self, actor: Actor, group: Group, exc: str | None) -> None:
        group.exc = exc
        group.body_caught = exc == "cancel" and self.catches(actor, group)
        group.errors = group.errors or exc == "boom"
        group.called = group.called or exc is not None
        group.waited = bool(group.live(group.children) or group.live(group.services))
        actor.state = "join"

    @staticmethod
    def catches(actor: Actor, scope: Scope) -> bool:
        outer = not scope.shield and scope.parent is not None and scope.parent.effective
        return scope.called and not outer and actor.requests <= scope.requests

    def end(self, actor: Actor, outcome: str) -> None:
        actor.state, actor.outcome, actor.scope = "done", outcome, None
        if outcome == "failed" and actor.group is not None:
            actor.group.errors = actor.group.called = True
