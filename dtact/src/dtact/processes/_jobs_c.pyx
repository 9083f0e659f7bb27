"""Jobs, and the core of a pool: who gets which job, who reads the answers, who is woken.

The lock is the GIL. At any time at most one party reads the answers (`is_reading`): a thread that waits for a result,
an event loop, or the pool's keeper. A party that leaves passes the reading on: to another thread that waits, else to
whoever polls the eventfd, by arming the bell.
"""

import sys
from _thread import allocate_lock, get_ident
from collections import deque
from copy import copy
from time import monotonic

cimport cython
from cpython.bytes cimport PyBytes_GET_SIZE
from cpython.exc cimport PyErr_CheckSignals, PyErr_WriteUnraisable
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libcpp cimport bool as boolean
from libcpp.vector cimport vector

from dtact.errors import ChannelError, JobCancelledError, PoolFullError
from dtact.processes._parcel import open_answer, receive_blocks, send_descriptors

from dtact.processes._ring_c cimport (
    Channel,
    Doorbell,
    Kind,
    Link,
    arm_bell,
    go_to_sleep,
    kSlots,
    ring_eventfd,
    sleep_for_frames,
    spin_for,
    spin_for_frames,
)

cdef enum State:
    PENDING, SENT, DONE, CANCELLED

cdef double AHEAD_NS = 400_000.0     # how much work a worker is given ahead
cdef int FEWEST_AHEAD = 2, MOST_AHEAD = 64

cdef Py_ssize_t MOST_SPANS = 100_000
cdef bint is_recorded = False
cdef object spans = deque(maxlen=MOST_SPANS)  # for traces: what ran in which worker

cdef object running_loop = None      # asyncio._get_running_loop, once somebody imported asyncio


cdef inline object loop_of_this_thread():
    global running_loop
    if running_loop is None:
        module = sys.modules.get("asyncio.events")
        if module is None or not hasattr(module, "_get_running_loop"):
            return None
        running_loop = module._get_running_loop
    return running_loop()


include "_job.pxi"


@cython.final
cdef class Core:
    """The jobs and workers of one pool. `switch(loop)` is called to have that loop poll the eventfd, None: the keeper.

    `switch` returns whether it could; `damaged(peer)` is called for a worker that wrote nonsense. At most `most_waiting`
    jobs wait for a worker, and at most `most_carried` that are not done have a descriptor of their own; a submit that
    finds no room raises if `rejects`, else it waits until half of them have gone.
    """

    cdef Doorbell bell
    cdef object switch, damaged, pending, followers, finished, dead, carriers
    cdef set calling                     # threads that run callbacks
    cdef Py_ssize_t most_waiting, most_carried, carried, stale
    cdef bint rejects
    cdef list peers
    cdef vector[Channel*] channels
    cdef readonly object reading_loop
    cdef readonly int outstanding, foreign
    cdef bint is_reading, is_armed, is_turning
    cdef int notifying
    cdef double mean_ns
    cdef int64_t spin_ns
    cdef readonly object closed          # the error that every later submit raises, or None
    cdef readonly uint64_t submitted, completed, withdrawn
    cdef readonly uint64_t served        # jobs that a worker answered, or died over

    def __init__(self, Doorbell bell, switch, damaged, int64_t spin_ns, Py_ssize_t most_waiting,
                 Py_ssize_t most_carried, bint rejects):
        self.bell, self.switch, self.damaged, self.spin_ns = bell, switch, damaged, spin_ns
        self.most_waiting, self.most_carried, self.rejects = most_waiting, most_carried, rejects
        self.pending, self.followers, self.finished, self.dead = deque(), deque(), deque(), deque()
        self.carriers, self.calling = deque(), set()
        self.peers = []
        self.mean_ns = 1e6

    # --- from the pool

    @property
    def waiting(self):
        """How many jobs no worker has."""
        return len(self.pending)

    @property
    def workers(self):
        """The workers, ready or not."""
        return tuple(self.peers)

    def jobs(self):
        """The jobs that are not done, those at workers first."""
        found = [job for peer in self.peers for job in (<Peer>peer).in_order() if (<Job>job).state == SENT]
        return found + [job for job in self.pending if (<Job>job).state == PENDING]

    def add(self, Peer peer):
        """Take a new worker in. It gets jobs once it said hello."""
        self.peers.append(peer)
        self.channels.push_back(peer.link.channel)
        if self.outstanding or not peer.is_ready:
            self.poke()

    def bury(self, Peer peer, cause):
        """A worker is dead: its answers are read, the job it was at fails with `cause(job name)`, the rest go on."""
        self.dead.append((peer, cause))
        self.poke()

    def poke(self):
        """Have the answers read, by whoever reads now, awake or not, else here."""
        if self.is_reading:
            self.bell.bell.ring_again()
        else:
            self.poll()

    def close(self, error):
        """Take no more jobs; fail those that are left with `error(job name)`. Returns their list."""
        self.refuse(error(""))
        if not self.is_reading:
            self.read_all()  # what was answered is not given up
        left = self.fail_all(error)
        self.notify()
        self.bell.bell.ring_again()
        return left

    def give_up(self, error):
        """As `close`, but once all answers are read, those of the dead too, by whoever reads."""
        self.refuse(error(""))
        self.dead.append((None, error))
        self.poke()

    cdef list fail_all(self, error):
        left = self.jobs()
        for peer in self.peers:
            (<Peer>peer).is_ready = False
        for job in left:
            self.fail(job, error((<Job>job).name))
        self.pending.clear()
        return left

    def forget_keeper(self):
        """It has ended, and so have all workers: keep nothing of it."""
        self.switch = self.damaged = None

    def refuse(self, error):
        """Take no more jobs, but finish those that are here. Who refuses first says why."""
        if self.closed is None:
            self.closed = error

    # --- submitting

    def submit(self, Job job, bint follows_loop=True):
        """Give a job to a worker, or queue it."""
        cdef bint carries = job.carries()
        if len(self.pending) >= self.most_waiting or (carries and self.carried >= self.most_carried):
            self.make_room(carries)
        if self.closed is not None:
            raise copy(self.closed)  # a traceback would keep the pool alive
        job.core = self
        self.outstanding += 1
        self.submitted += 1
        if carries:
            self.carried += 1
            self.carriers.append(job)
            while (<Job>self.carriers[0]).state >= DONE:
                self.carriers.popleft()
        loop = loop_of_this_thread() if follows_loop else None
        if loop is None or not self.is_read_by(loop):
            job.is_foreign = True
            self.foreign += 1
            if self.reading_loop is not None or self.is_turning:
                self.reading_loop = None
                self.switch(None)
        cdef Peer peer = self.idlest() if not self.pending else None
        if peer is None or not self.send(peer, job):
            self.pending.append(job)
            if not self.is_reading and self.notifying == 0 and self.has_frames():
                self.poll()
                return
        elif self.pending:
            self.dispatch()  # jobs that came while this one was sent
        if not self.is_reading and not self.is_armed:
            self.pass_on()

    cdef void make_room(self, bint carries) except *:
        cdef bint waits = True
        while waits and self.closed is None:
            waits = len(self.pending) >= self.most_waiting
            if waits and self.stale:
                self.stale = 0
                self.pending = deque([job for job in self.pending if (<Job>job).state == PENDING])
                continue
            line = self.pending
            if not waits and carries and self.carried >= self.most_carried:
                waits, line = True, deque([job for job in self.carriers if (<Job>job).state < DONE])
            if not waits:
                return
            if self.rejects:
                raise PoolFullError(f"the pool has no room for another job, {len(line)} are there before it",
                                    hint="wait for some of them, or make the pool with when_full='wait'")
            if get_ident() in self.calling:
                return  # a callback, which holds up all who wait: its job is taken over the bound
            self.wait_for(<Job>line[len(line) // 2], None)

    cdef bint is_read_by(self, loop) except -1:
        # A loop reads the answers only while all jobs are its own: it may end, or be kept busy, at any time. Other
        # threads may submit while Python code runs in `switch`.
        if loop is self.reading_loop:
            return True
        if self.outstanding > 1 or self.is_turning:
            return False
        self.is_turning = True
        try:
            is_turned = self.switch(loop)
        finally:
            self.is_turning = False
        if is_turned and self.outstanding == 1 and self.foreign == 0:
            self.reading_loop = loop
            return True
        self.switch(None)
        return False

    cdef int most_ahead(self):
        cdef int count = <int>(AHEAD_NS / self.mean_ns)
        return min(max(count, FEWEST_AHEAD), MOST_AHEAD)

    cdef Peer idlest(self):
        cdef Peer best = None, peer
        cdef int least = self.most_ahead()
        for item in self.peers:
            peer = <Peer>item
            if peer.is_ready and not peer.is_sending and peer.count < least:
                best, least = peer, peer.count
        return best

    cdef bint send(self, Peer peer, Job job) except -1:
        # False: no room now. One sender at a time: descriptors and frames must arrive in the same order, and other
        # threads run while the descriptors are sent.
        cdef bytes function = job.function, payload = job.payload
        cdef uint64_t size = 64 + PyBytes_GET_SIZE(function) + PyBytes_GET_SIZE(payload)
        if not peer.free_slots or peer.link.channel.begin(size) == NULL:
            return False
        peer.is_sending = True
        try:
            if job.future is not None and not job.future.running() and not job.future.set_running_or_notify_cancel():
                job.future = None
                self.finish(job, CANCELLED)
                return True
            if job.state != PENDING:  # another thread cancelled it just now
                return True
            self.reserve(peer, job)
            return self.write(peer, job, function, payload, job.slot, job.generation)
        finally:
            peer.is_sending = False
            if peer.is_gone:  # it was buried meanwhile
                peer.socket.close()

    cdef void reserve(self, Peer peer, Job job):
        peer.generation += 1
        job.peer, job.slot, job.generation, job.state = peer, peer.free_slots.pop(), peer.generation, SENT
        peer.jobs[job.slot] = job
        peer.count += 1
        peer.link.channel.control().claims[job.slot].post(job.generation)

    cdef bint write(self, Peer peer, Job job, bytes function, bytes payload, uint32_t slot,
                    uint64_t generation) except -1:
        cdef uint32_t descriptors = 0
        if job.parcel is not None:
            descriptors = send_descriptors(peer.socket, job.parcel)
            if descriptors == 0:
                if peer.is_gone:
                    return True  # who buried it took care of the job
                peer.jobs[slot] = None
                peer.free_slots.append(slot)
                peer.count -= 1
                if job.state == SENT:
                    job.state, job.peer = PENDING, None
                    return False
                return True
        if not peer.link.push(Kind.job, slot, generation, descriptors, function, payload, job.flags, 0, 0):
            raise ChannelError("the ring to a worker lost its room")
        peer.link.channel.note_cpu()
        peer.link.channel.control().worker_bell.ring()
        return True

    cdef void dispatch(self):
        cdef Peer peer
        cdef Job job
        while self.pending:
            job = <Job>self.pending[0]
            if job.state != PENDING:
                self.pending.popleft()
                continue
            peer = self.idlest()
            if peer is None:
                return
            self.pending.popleft()
            if not self.send(peer, job):
                self.pending.appendleft(job)
                return
        self.level()

    cdef void level(self):
        # A worker has nothing, another has jobs it has not begun: half of them are taken back.
        cdef Peer idle = None, busy = None, peer
        cdef Job job
        for item in self.peers:
            peer = <Peer>item
            if not peer.is_ready or peer.is_sending:
                continue
            if peer.count == 0:
                idle = peer
            elif peer.count > 1 and (busy is None or peer.count > busy.count):
                busy = peer
        if idle is None or busy is None:
            return
        found = busy.in_order()
        for item in found[1 + (len(found) - 1) // 2:]:
            job = <Job>item
            if job.state == SENT and self.take_back(job):
                job.state = PENDING
                job.peer = None
                if not self.send(idle, job):
                    self.pending.append(job)

    cdef bint take_back(self, Job job):
        # The slot stays taken until the worker has passed over it.
        cdef Peer peer = job.peer
        if peer is None or not peer.link.channel.control().claims[job.slot].withdraw(job.generation):
            return False
        self.withdrawn += 1
        peer.jobs[job.slot] = None
        return True

    # --- reading

    cdef bint has_frames(self):
        cdef Channel* channel
        for channel in self.channels:
            if channel.has_frame():
                return True
        return bool(self.dead)

    def poll(self):
        """Read all answers there are, unless somebody else does."""
        cdef bint is_new = True
        self.is_armed = False
        while is_new and not self.is_reading:
            is_new = self.read_all()
            self.notify()
        self.pass_on()

    cdef bint read_all(self) except -1:
        self.is_reading = True
        cdef bint is_new = False
        cdef int index = 0
        try:
            while index < len(self.peers):
                is_new |= self.read_from(<Peer>self.peers[index])
                index += 1
            while self.dead:
                peer, cause = self.dead.popleft()
                is_new = True
                if peer is None:
                    self.fail_all(cause)
                    continue
                self.read_from(peer)
                self.remove(peer, cause)
                if not (<Peer>peer).is_sending:
                    (<Peer>peer).socket.close()
            self.dispatch()
        finally:
            self.is_reading = False
        return is_new

    cdef bint read_from(self, Peer peer) except -1:
        cdef tuple frame
        cdef bint is_new = False
        while not peer.is_gone:
            try:
                frame = peer.link.read()
            except ChannelError:
                self.damaged(peer)
                break
            if frame is None:
                break
            is_new = True
            self.handle(peer, frame)
        if is_new:
            peer.link.channel.control().worker_bell.ring()  # it may wait for room
        return is_new

    cdef void handle(self, Peer peer, tuple frame):
        kind, slot, generation, descriptors, flags, elapsed, _, payload, began = frame
        if kind == <int>Kind.hello:
            peer.has_started = True
            peer.is_ready = self.closed is None or self.outstanding > 0
            return
        cdef Job job = <Job>peer.jobs[slot]
        if job is not None and job.generation != generation:
            job = None
        received = (payload, flags, receive_blocks(peer.socket) if descriptors else None)
        peer.jobs[slot] = None
        peer.free_slots.append(slot)
        peer.count -= 1
        self.served += 1
        if kind == <int>Kind.dropped or job is None:
            return
        self.mean_ns += (<double>elapsed - self.mean_ns) / 8
        if is_recorded:
            spans.append((job.name, peer.pid, began, elapsed))
        job.kind, job.raw = kind, received
        self.finish(job, DONE)

    cdef void remove(self, Peer peer, cause):
        if peer.is_gone:
            return
        peer.is_gone, peer.is_ready = True, False
        self.peers.remove(peer)
        self.channels.clear()
        for other in self.peers:
            self.channels.push_back((<Peer>other).link.channel)
        cdef Job job
        again = []
        for item in peer.in_order():
            job = <Job>item
            if peer.link.channel.control().claims[job.slot].withdraw(job.generation):
                job.state, job.peer = PENDING, None
                again.append(job)
            else:
                self.served += 1
                self.fail(job, cause(job.name))
        self.pending.extendleft(reversed(again))

    cdef void fail(self, Job job, error):
        if job.state < DONE:
            job.error, job.is_opened = error, True
            self.finish(job, DONE)

    cdef void finish(self, Job job, State state):
        if job.state >= DONE:
            return
        if state == CANCELLED:
            self.stale += 1  # it may still stand among those that wait
        job.state = state
        self.carried -= job.carries()
        job.parcel = job.payload = job.function = job.peer = None
        self.outstanding -= 1
        self.completed += 1
        if job.is_foreign:
            self.foreign -= 1
        if job.locks is not None or job.watchers is not None or job.future is not None:
            self.finished.append(job)

    cdef void notify(self):
        # Wake who waits for the finished jobs. Callbacks run here and may submit, or wait for other jobs.
        cdef Job job
        if not self.finished:
            return
        thread = get_ident()
        cdef bint is_outermost = thread not in self.calling
        self.calling.add(thread)
        self.notifying += 1
        try:
            while self.finished:
                job = <Job>self.finished.popleft()
                for lock in job.locks or ():
                    release(lock)
                watchers, job.watchers = job.watchers, None
                for watcher in watchers or ():
                    tell(job, watcher)
                if job.future is not None:
                    tell_future(job)
        finally:
            self.notifying -= 1
            if is_outermost:
                self.calling.discard(thread)

    cdef void pass_on(self):
        # Somebody must read what comes next.
        if self.is_reading or (self.outstanding == 0 and self.all_ready()):
            return
        if self.followers:
            release(self.followers.popleft())
            return
        self.is_armed = True
        if not arm_bell(self.bell.bell[0], self.channels) or self.dead:
            self.bell.bell.ring_again()
            ring_eventfd(self.bell.descriptor)

    cdef bint all_ready(self):
        for peer in self.peers:
            if not (<Peer>peer).is_ready:
                return False
        return True

    # --- waiting in a coroutine

    cdef void look_briefly(self) except *:
        # A short job that runs on another CPU is done sooner than a loop has gone to sleep and is woken.
        if self.outstanding != 1 or self.is_reading or self.dead or self.mean_ns > self.spin_ns:
            return
        cdef int64_t spin_ns = spin_for(self.channels, self.spin_ns)
        if spin_ns == 0:
            return
        self.is_armed = False
        self.bell.bell.wake_up()
        if spin_for_frames(self.channels, spin_ns):
            self.poll()
        else:
            self.pass_on()

    # --- waiting in a thread

    cdef void wait_for(self, Job job, timeout) except *:
        cdef double end = -1 if timeout is None else monotonic() + max(timeout, 0)
        try:
            while job.state < DONE:
                if self.is_reading:
                    self.follow(job, end)
                else:
                    self.lead(job, end)
                if job.state < DONE and end >= 0 and monotonic() >= end:
                    raise TimeoutError(f"{job.name} has no result after {timeout} seconds")
        finally:
            self.pass_on()

    cdef void follow(self, Job job, double end) except *:
        lock = allocate_lock()
        lock.acquire()
        if job.locks is None:
            job.locks = []
        job.locks.append(lock)
        self.followers.append(lock)
        try:
            lock.acquire(True, -1 if end < 0 else max(end - monotonic(), 0))
        finally:
            job.locks.remove(lock)
            if lock in self.followers:
                self.followers.remove(lock)

    cdef void lead(self, Job job, double end) except *:
        cdef boolean is_announced = False
        cdef int64_t timeout_ns = -1, spin_ns
        self.is_armed = False
        if not self.read_all() and job.state < DONE:
            if end >= 0:
                timeout_ns = max(<int64_t>((end - monotonic()) * 1e9), 0)
            self.is_reading = True
            try:
                sleep_for_frames(self.bell.bell[0], self.channels, is_announced)
                if is_announced and not self.dead:
                    spin_ns = spin_for(self.channels, self.spin_ns)
                    with nogil:
                        go_to_sleep(self.bell.bell[0], spin_ns, timeout_ns)
                    PyErr_CheckSignals()
            finally:
                self.is_reading = False
            self.read_all()
        self.notify()


include "_tell.pxi"
