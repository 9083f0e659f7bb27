"""Random programs of scopes, groups, shields, deadlines, requests and locks, in both grades, beside the model."""

from __future__ import annotations

import asyncio
from collections import deque

import pytest
from groups_model import Group, Lock, Model, Scope, Try
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import dtact
from dtact.groups import CancelScope, TaskGroup
from dtact.scheduler import Waiter

TURNS = 60  # of the loop, after which everything has happened that must


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

    def settle(self):
        async def turns():
            for _ in range(TURNS):
                await asyncio.sleep(0)

        self.model.settle()
        self.loop.run_until_complete(turns())

    def idle(self, data):
        return data.draw(st.sampled_from([a for a in self.model.actors if a.state == "idle"]), label="actor")

    def launch(self, start, group=None, service=False):
        player = Player()

        async def begin():
            player.task = start(player.play())

        actor = self.model.start(group, service)
        self.players[actor] = player
        self.loop.run_until_complete(begin())
        self.settle()

    @initialize()
    def begin(self):
        self.launch(dtact.spawn)
        self.launch(asyncio.ensure_future)

    @precondition(lambda self: all(a.state == "done" for a in self.model.actors))
    @rule(cheap=st.booleans())
    def begin_another(self, cheap):
        self.launch(dtact.spawn if cheap else asyncio.ensure_future)

    has_idle = precondition(lambda self: any(a.state == "idle" for a in self.model.actors))
    has_scope = precondition(lambda self: any(not s.left for s in self.model.scopes))

    # ------------------------------------------------------------ what actors do

    @has_idle
    @rule(data=st.data(), shield=st.booleans(), cancelled=st.sampled_from([False, False, True]))
    def enter_scope(self, data, shield, cancelled):
        actor, scope, real = self.idle(data), Scope(None, shield=shield, called=cancelled), CancelScope(shield=shield)
        if cancelled:
            real.cancel()
        self.real[scope] = real
        self.model.enter(actor, scope)
        self.players[actor].tell("with", real)
        self.settle()

    @has_idle
    @rule(data=st.data(), limit=st.sampled_from([None, 1, 2]))
    def enter_group(self, data, limit):
        actor, group, real = self.idle(data), Group(None, limit=limit), TaskGroup(limit=limit)
        self.real[group], self.groups[group] = real.scope, real
        self.model.enter(actor, group)
        self.players[actor].tell("async with", real)
        self.settle()

    @has_idle
    @rule(data=st.data())
    def enter_try(self, data):
        actor = self.idle(data)
        self.model.enter(actor, Try())
        self.players[actor].tell("try")
        self.settle()

    @has_idle
    @rule(data=st.data(), which=st.integers(0, 1))
    def enter_lock(self, data, which):
        actor, lock = self.idle(data), self.model.locks[which]
        self.model.acquire(actor, lock)
        self.players[actor].tell("async with", self.locks[lock])
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
    @rule(data=st.data(), kind=st.sampled_from(["cheap", "cheap", "asyncio", "service"]))
    def spawn(self, data, kind):
        group = data.draw(st.sampled_from([group for group in self.groups if not group.left]), label="group")
        real = self.groups[group]
        if kind == "service":
            self.launch(real.start_service, group, True)
        else:
            self.launch(real.create_task if kind == "asyncio" and not group.errors else real.spawn, group)

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
