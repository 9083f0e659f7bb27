"""Every error dtact raises on purpose.

Each says what was wanted, what came and what to do; each is also the builtin
that a Python user would expect::

    DtactError
    ├── RuntimeStateError    (RuntimeError)  the runtime, or something of it, is not in a state to do that
    │   ├── NoRuntimeError                   no dtact loop runs in this thread
    │   ├── CoroutineReuseError              a coroutine that was awaited or spawned before
    │   ├── FinishedTaskError                a task that has ended
    │   ├── ForeignTaskError                 a task of another runtime
    │   ├── NotInFiberError                  dtact.wait was called where no fiber runs
    │   └── ScopeError                       a cancel scope or group entered or left where it may not be
    ├── FibersMissingError   (ImportError)   no greenlet, or an interpreter on which it is not safe
    ├── InspectionError      (RuntimeError)  a process that is not open to `dtact ps`, or does not answer
    ├── NotAwaitableError    (TypeError)     what was given as a coroutine or task is none
    ├── DelayError           (ValueError)    a delay or time that is none
    ├── ClosedError          (RuntimeError)  a closed channel: nothing may be sent, or nothing is left
    ├── ChannelFullError     (RuntimeError)  no room in a channel, and nobody was to wait for it
    ├── ChannelEmptyError    (RuntimeError)  nothing in a channel, and nobody was to wait for it
    ├── LaggedError          (RuntimeError)  a subscriber was too slow and missed messages
    ├── OwnerError           (RuntimeError)  a lock released by who does not hold it, or acquired by who does
    ├── LimitError           (ValueError)    a capacity, a number of permits or of parties out of range
    └── MeshError                            the native worker pool
        ├── JobError         (TypeError)     what was given as a native function or context is none
        ├── CountError       (ValueError)    a count, grain or number of threads out of range
        ├── QueueFullError   (RuntimeError)  no room for another job
        ├── MeshClosedError  (RuntimeError)  the mesh takes no more jobs
        ├── NoWorkersError   (RuntimeError)  no worker thread can be started
        ├── JobStateError    (RuntimeError)  the result of a job that is not done
        ├── JobDroppedError  (RuntimeError)  a job was dropped from a full queue
        └── JobLostError     (RuntimeError)  a job of the parent, in a child made by fork
    └── ProcessError                         worker processes
        ├── TransferError     (TypeError)    a function, argument or result can't cross to another process
        ├── WorkerDied        (RuntimeError) a worker process died over a job
        ├── WorkerStartError  (RuntimeError) a worker process can't be started
        ├── RemoteError       (RuntimeError) a job raised what can't be pickled: its name and text
        ├── JobCancelledError (RuntimeError) the result of a cancelled job was asked for
        ├── PoolClosedError   (RuntimeError) the pool takes no more jobs, or gave this one up
        ├── PoolFullError     (RuntimeError) the pool has no room for another job
        ├── PoolLimitError    (ValueError)   a number of workers, a limit or a deadline out of range
        └── ChannelError      (RuntimeError) the memory between parent and worker is damaged
"""

from __future__ import annotations


class DtactError(Exception):
    """The root of all errors raised on purpose.

    Fields: `message`, `wanted`, `found`, `hint`; each but the first may be empty.
    """

    def __init__(self, message: str, *, wanted: str = "", found: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message, self.wanted, self.found, self.hint = message, wanted, found, hint

    def __str__(self) -> str:
        parts = [self.message]
        if self.wanted:
            parts.append(f"wanted {self.wanted}")
        if self.found:
            parts.append(f"found {self.found}")
        if self.hint:
            parts.append(self.hint)
        return "; ".join(parts)


class RuntimeStateError(DtactError, RuntimeError):
    """The runtime, or something of it, is not in a state to do what was asked."""


class NoRuntimeError(RuntimeStateError):
    """No dtact loop runs in this thread; in a child made by fork, the message says that this is why."""

    lost_by_fork = False
    """Whether a loop ran when this process was forked, and none has since."""

    def __init__(self, message: str, *, wanted: str = "", found: str = "", hint: str = "") -> None:
        if self.lost_by_fork:
            message = f"{message}: the one that ran stayed in the parent process when this one was forked"
            hint = "start a new one with dtact.run, or use dtact.processes"
        super().__init__(message, wanted=wanted, found=found, hint=hint)


class CoroutineReuseError(RuntimeStateError):
    """A coroutine that somebody awaited or spawned before was given to run."""


class FinishedTaskError(RuntimeStateError):
    """What was asked makes sense only for a task that has not ended."""


class ForeignTaskError(RuntimeStateError):
    """A task of another runtime was awaited or yielded to."""


class NotInFiberError(RuntimeStateError):
    """`dtact.wait` was called where no fiber runs; the message says what to call there."""


class InspectionError(DtactError, RuntimeError):
    """A process is not open to inspection, or does not answer, or the folder of sockets is not safe."""


class FibersMissingError(DtactError, ImportError):
    """There are no fibers here: greenlet is missing or too old, or the interpreter runs without the GIL."""


class ScopeError(RuntimeStateError):
    """A cancel scope or group was entered or left where it may not be: twice, in no task, in another, out of order."""


class NotAwaitableError(DtactError, TypeError):
    """What was given as a coroutine or task is none."""


class DelayError(DtactError, ValueError):
    """A delay or a time is none: not a number, or negative where that has no meaning."""


class ClosedError(DtactError, RuntimeError):
    """The channel was closed: nothing more may be sent, or everything that was sent has been received."""


class ChannelFullError(DtactError, RuntimeError):
    """The channel is full, and what was asked does not wait for room."""


class ChannelEmptyError(DtactError, RuntimeError):
    """The channel is empty, and what was asked does not wait for an item."""


class LaggedError(DtactError, RuntimeError):
    """A subscriber was slower than the channel keeps messages. Its next receive goes on with the oldest that is kept.

    Field besides those of DtactError: `missed`, how many messages it did not get since the last one it got.
    """

    def __init__(self, message: str, *, missed: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.missed = missed


class OwnerError(DtactError, RuntimeError):
    """A lock was released by somebody who does not hold it, or acquired again by somebody who does."""


class LimitError(DtactError, ValueError):
    """A capacity, a number of permits or a number of parties is out of range."""


class MeshError(DtactError):
    """The native worker pool refused."""


class JobError(MeshError, TypeError):
    """What was given as a native function or as its context is none: wrong kind of object, or address 0."""


class CountError(MeshError, ValueError):
    """A count, a grain or a number of threads is out of range."""


class QueueFullError(MeshError, RuntimeError):
    """There is no room for another job, and it was to be rejected then."""


class MeshClosedError(MeshError, RuntimeError):
    """The mesh was closed and takes no more jobs."""


class NoWorkersError(MeshError, RuntimeError):
    """The system gives no threads, so no job can run."""


class JobStateError(MeshError, RuntimeError):
    """The result was asked for of a job that is not done."""


class JobDroppedError(MeshError, RuntimeError):
    """The job was dropped from a full queue to make room for a later one."""


class JobLostError(MeshError, RuntimeError):
    """The job was submitted before fork(), so it does not run in the child."""


class ProcessError(DtactError):
    """The worker processes refused or failed."""


class TransferError(ProcessError, TypeError):
    """A function, an argument, a result or an exception can't cross to another process."""


class WorkerDied(ProcessError, RuntimeError):
    """The worker process died while it ran this job.

    Fields besides those of DtactError: `pid`; `signal` or `exit_code`, the other None; `stderr`, its last lines; `job`.
    """

    def __init__(
        self,
        message: str,
        *,
        found: str = "",
        pid: int = 0,
        signal: int | None = None,
        exit_code: int | None = None,
        stderr: str = "",
        job: str = "",
    ) -> None:
        super().__init__(message, found=found)
        self.pid, self.signal, self.exit_code, self.stderr, self.job = pid, signal, exit_code, stderr, job


class WorkerStartError(ProcessError, RuntimeError):
    """A worker process can't be started, or ends before it is ready."""


class RemoteError(ProcessError, RuntimeError):
    """A job raised an exception that can't be pickled: this has its type's name and its text."""


class JobCancelledError(ProcessError, RuntimeError):
    """The result of a job was asked for that was cancelled before it started."""


class PoolClosedError(ProcessError, RuntimeError):
    """The pool takes no more jobs, or was closed before it could finish this one."""


class PoolFullError(ProcessError, RuntimeError):
    """There is no room for another job in a pool that rejects them then."""


class PoolLimitError(ProcessError, ValueError):
    """A number of workers, a limit, a chunk size or a deadline is out of range."""


class ChannelError(ProcessError, RuntimeError):
    """The shared memory between parent and worker does not hold what it should."""
