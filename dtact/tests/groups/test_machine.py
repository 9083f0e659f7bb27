"""Random programs of scopes, groups, shields, deadlines, requests and locks, in both grades, beside the model."""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial

import pytest
from groups_model import Group, Lock, Model, Scope, Try
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import dtact
from dtact.groups import CancelScope, TaskGroup
from dtact.scheduler import Waiter

TURNS = 60  # of the loop, after which everything has happened that must
BLOCKS = ("scope", "scope", "shield", "group0", "group1", "group2", "try", "lock0", "lock1")
KINDS = st.sampled_from(["cheap", "cheap", "asyncio", "service"])


class Boom(Exception):
    pass


class TinyLock:
    """First come, first served; who is cancelled in line gives its place up, or hands on what it was given."""

    def __init__(self):
        self.held, self.line = False, deque()

    async def __aenter__(self):
        if not self.held:
            self.held = True
            return
        waiter = Waiter()
        self.line.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.lost:
                self.release()
            raise

    async def __aexit__(self, *_):
        self.release()

    def release(self):
        while self.line:
            if self.line.popleft().wake():
                return
        self.held = False


class Player:
    """The real counterpart of an actor: a task that enters and leaves blocks as it is told."""

    def __init__(self):
        self.task, self.inbox, self.depth = None, None, 0

    async def play(self):
        self.depth += 1
        try:
            while True:
                self.inbox = Waiter()
                try:
                    kind, made, value = await self.inbox
                finally:
                    self.inbox = None
                if kind == "exit":
                    return
                if kind == "fail":
                    raise Boom
                if kind == "with":
                    with value as made[0]:
                        await self.play()
                elif kind == "async with":
                    async with value as made[0]:
                        await self.play()
                else:
                    try:
                        await self.play()
                    except* Boom:
                        pass
        finally:
            self.depth -= 1

    def tell(self, kind, value=None):
        assert self.inbox.wake((kind, [None], value))

    def state(self):
        if self.task.done():
            if self.task.cancelled():
                return "cancelled"
            return "failed" if self.task.exception() is not None else "ok"
        return "idle" if self.inbox is not None else "waiting"


class Machine(RuleBasedStateMachine):
    backend = "selector"

    def __init__(self):
        super().__init__()
        self.loop = dtact.new_event_loop(self.backend)
        self.model = Model()
        self.players = {}  # actor -> player
        self.real = {}  # scope -> the real one, which has cancel(), shield, cancelled_caught
        self.groups = {}
        self.locks = {lock: TinyLock() for lock in self.model.locks}

    def settle(self, *actions):
        """Do something, all of it before any task runs; then let everything happen that must."""

        async def turns():
            for action in actions:
                action()
            for _ in range(TURNS):
                await asyncio.sleep(0)

        self.model.settle()
        self.loop.run_until_complete(turns())

    def idle(self, data):
        return data.draw(st.sampled_from([a for a in self.model.actors if a.state == "idle"]), label="actor")

    def launch(self, start, group=None, service=False):
        player = Player()

        def begin():
            player.task = start(player.play())

        actor = self.model.start(group, service)
        self.players[actor] = player
        return actor, begin

    def begin_one(self, data, actor, begin):
        self.settle(begin)
        self.grow(data, actor)
        return actor

    def put_in(self, actor, block):
        """Let an actor enter a block, by its name."""
        player = self.players[actor]
        if block == "try":
            self.model.enter(actor, Try())
            player.tell("try")
        elif block in ("scope", "shield"):
            scope, real = Scope(None, shield=block == "shield"), CancelScope(shield=block == "shield")
            self.real[scope] = real
            self.model.enter(actor, scope)
            player.tell("with", real)
        elif block.startswith("group"):
            limit = int(block[-1]) or None
            group, real = Group(None, limit=limit), TaskGroup(limit=limit)
            self.real[group], self.groups[group] = real.scope, real
            self.model.enter(actor, group)
            player.tell("async with", real)
        else:
            lock = self.model.locks[int(block[-1])]
            self.model.acquire(actor, lock)
            player.tell("async with", self.locks[lock])
        self.settle()

    def grow(self, data, actor):
        for block in data.draw(st.lists(st.sampled_from(BLOCKS), max_size=3), label="blocks"):
            if actor.state == "idle":
                self.put_in(actor, block)

    def start_child(self, group, kind):
        real = self.groups[group]
        if kind == "service":
            return self.launch(real.start_service, group, True)
        return self.launch(real.create_task if kind == "asyncio" and not group.errors else real.spawn, group)

    @initialize(data=st.data())
    def begin(self, data):
        for start in (dtact.spawn, asyncio.ensure_future):
            actor = self.begin_one(data, *self.launch(start))
            if actor.state == "idle":
                self.put_in(actor, data.draw(st.sampled_from(["group0", "group1", "group2"])))
            group = actor.frames[-1] if actor.frames else None
            for kind in data.draw(st.lists(KINDS, max_size=3), label="children"):
                if isinstance(group, Group) and not group.left:
                    self.begin_one(data, *self.start_child(group, kind))

    @precondition(lambda self: sum(a.group is None and a.state != "done" for a in self.model.actors) < 2)
    @rule(data=st.data(), cheap=st.booleans())
    def begin_another(self, data, cheap):
        self.begin_one(data, *self.launch(dtact.spawn if cheap else asyncio.ensure_future))

    has_idle = precondition(lambda self: any(a.state == "idle" for a in self.model.actors))
    has_scope = precondition(lambda self: any(not s.left for s in self.model.scopes))

    # ------------------------------------------------------------ what actors do

    @has_idle
    @rule(data=st.data(), block=st.sampled_from(BLOCKS))
    def enter(self, data, block):
        self.put_in(self.idle(data), block)

    @has_idle
    @rule(data=st.data(), shield=st.booleans())
    def enter_a_scope_that_is_cancelled(self, data, shield):
        actor, scope, real = self.idle(data), Scope(None, shield=shield, called=True), CancelScope(shield=shield)
        real.cancel()
        self.real[scope] = real
        self.model.enter(actor, scope)
        self.players[actor].tell("with", real)
        self.settle()

    @has_idle
    @rule(data=st.data())
    def leave(self, data):
        actor = self.idle(data)
        self.model.exit(actor)
        self.players[actor].tell("exit")
        self.settle()

    @has_idle
    @rule(data=st.data())
    def fail(self, data):
        actor = self.idle(data)
        self.model.unwind(actor, "boom")
        self.players[actor].tell("fail")
        self.settle()

    # ------------------------------------------------------------ what comes from outside

    @precondition(lambda self: any(not group.left for group in self.groups))
    @rule(data=st.data(), kind=KINDS)
    def spawn(self, data, kind):
        group = data.draw(st.sampled_from([group for group in self.groups if not group.left]), label="group")
        self.begin_one(data, *self.start_child(group, kind))

    @has_scope
    @rule(data=st.data(), way=st.sampled_from(["cancel", "deadline"]))
    def cancel_scope(self, data, way):
        scope = data.draw(st.sampled_from([s for s in self.model.scopes if not s.left]), label="scope")
        scope.called = True
        if way == "cancel":
            self.real[scope].cancel()
        else:
            self.real[scope].deadline = self.loop.time()
        self.settle()

    @has_scope
    @rule(
        data=st.data(),
        kinds=st.lists(KINDS, max_size=1),
        doings=st.lists(st.sampled_from(["fail", "request"]), max_size=2),
    )
    def several_things_at_once(self, data, kinds, doings):
        """Before any task can run in between."""
        inside = [s for s in self.model.scopes if not s.left]
        groups = [group for group in inside if isinstance(group, Group)]
        # Who parks now; what the model moves on meanwhile, a lock handed over, has not happened to the task yet.
        states = {a: a.state for a in self.model.actors if a.state in ("idle", "lock", "join")}
        actions, touched = [], set()
        for kind in kinds:
            if groups:
                actor, begin = self.start_child(data.draw(st.sampled_from(groups), label="group"), kind)
                actions.append(begin)
        # Not both: whose wait ends first would decide what a scope catches, and that is not the model's business.
        most = 0 if doings else 3
        for scope in data.draw(st.lists(st.sampled_from(inside), max_size=most), label="scopes"):
            scope.called = True
            actions.append(self.real[scope].cancel)
        for doing in doings:
            parked = [a for a, state in states.items() if a not in touched and a.state == state]
            if doing == "fail":
                parked = [a for a in parked if a.state == "idle" and not (a.scope is not None and a.scope.effective)]
            if parked:
                actor = data.draw(st.sampled_from(parked), label=doing)
                touched.add(actor)
                if doing == "fail":
                    self.model.unwind(actor, "boom")
                    actions.append(partial(self.players[actor].tell, "fail"))
                else:
                    self.model.request(actor)
                    actions.append(self.players[actor].task.cancel)
        self.settle(*actions)
        self.take_over_what_was_caught()

    def take_over_what_was_caught(self):
        """Of two cancelled scopes, one around the other, either may catch: by whose task comes first."""
        for scope, real in self.real.items():
            if scope.caught != real.cancelled_caught:
                outer = scope.parent
                while outer is not None and not outer.called:
                    outer = outer.parent
                assert scope.called, scope
                assert outer is not None, scope
                scope.caught = real.cancelled_caught

    @has_scope
    @rule(data=st.data())
    def move_deadline(self, data):
        scope = data.draw(st.sampled_from([s for s in self.model.scopes if not s.left]), label="scope")
        self.real[scope].deadline = self.loop.time() + 1000

    @has_scope
    @rule(data=st.data(), shield=st.booleans())
    def set_shield(self, data, shield):
        plain = [s for s in self.model.scopes if not s.left and not isinstance(s, Group)]
        if plain:
            scope = data.draw(st.sampled_from(plain), label="scope")
            scope.shield = shield
            self.real[scope].shield = shield
            self.settle()

    @precondition(lambda self: any(a.state != "done" for a in self.model.actors))
    @rule(data=st.data())
    def request(self, data):
        actor = data.draw(st.sampled_from([a for a in self.model.actors if a.state != "done"]), label="actor")
        self.model.request(actor)
        self.players[actor].task.cancel()
        self.settle()

    # ------------------------------------------------------------ agreement

    @invariant()
    def actors_are_where_they_should_be(self):
        for number, (actor, player) in enumerate(self.players.items()):
            wanted = actor.outcome or ("idle" if actor.state == "idle" else "waiting")
            assert player.state() == wanted, (number, actor)
            if actor.state == "idle":
                assert player.depth == len(actor.frames) + 1, (number, actor)
            if actor.state != "done":
                assert player.task.cancelling() == actor.requests, (number, actor)
                assert player.task.scope_cancelled == self.waits_refused(actor), (number, actor)

    @staticmethod
    def waits_refused(actor):
        # A group that waits for its children does so under a shield.
        return actor.state != "join" and actor.scope is not None and actor.scope.effective

    @invariant()
    def scopes_and_locks_are_as_they_should_be(self):
        for scope, real in self.real.items():
            assert (real.cancel_called, real.cancelled_caught) == (scope.called, scope.caught), scope
        for lock, real in self.locks.items():
            assert real.held == (lock.holder is not None)

    def teardown(self):
        for player in self.players.values():
            if not player.task.done():
                player.task.cancel()
        for scope, real in self.real.items():
            if not scope.left:
                real.cancel()
        self.model.settle()
        self.loop.run_until_complete(asyncio.sleep(0.001))
        for player in self.players.values():
            if player.task.done() and not player.task.cancelled():
                player.task.exception()
        assert all(player.task.done() for player in self.players.values())
        self.loop.close()


class UvloopMachine(Machine):
    backend = "uvloop"


TestOnSelector = pytest.mark.timeout(300)(Machine.TestCase)
TestOnUvloop = pytest.mark.timeout(300)(UvloopMachine.TestCase)


def test_the_model_knows_a_lock_when_it_sees_one():
    assert isinstance(Model().locks[0], Lock)
