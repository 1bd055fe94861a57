"""What dies when: a seeded schedule of kills, stops and restarts, worked off by one thread."""

import heapq
import itertools
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import psutil
import redis

from dev import processes
from dev.chaos.clients import Down
from dev.chaos.facts import BACKENDS, Facts
from dev.chaos.stage import Actor, Stage, role
from dev.chaos.verdict import Kill
from dev.processes import wait_until

KILL_EVERY_S = 10.0
REVIVE_EVERY_S = 2.0
EARLY_S = 5.0
BUSY_WAIT_S = 1.0
AFTERMATH_S = 6.0  # connections to a server that was restarted break on their next use
Action = Callable[[], None]


class Faults:
    """The schedule; `run_until` works on it, `end` puts everything right again."""

    def __init__(self, stage: Stage, facts: Facts, down: Down, rng: random.Random, every_s: float) -> None:
        """`every_s`: seconds between two faults other than kills of workers."""
        self.stage, self.facts, self.down, self.rng, self.every_s = stage, facts, down, rng, every_s
        self.kills: list[Kill] = []
        self.counts: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()  # processes that nobody had told to end
        self.latest: list[str] = []  # since the last line of progress
        self._agenda: list[tuple[float, int, Action]] = []
        self._order = itertools.count()
        self._deck: list[Action] = []
        self._stopped: set[Actor] = set()

    def begin(self) -> None:
        """Plan the first of each kind."""
        self._after(4.0, self._kill_and_go_on)
        self._after(2.0, self._disturb_and_go_on)
        self._after(REVIVE_EVERY_S, self._revive_and_go_on)

    def step(self) -> None:
        """Do what is due."""
        while self._agenda and self._agenda[0][0] <= time.monotonic():
            heapq.heappop(self._agenda)[2]()

    def end(self) -> None:
        """Let everything run: whatever is stopped goes on, whatever is down is started."""
        self._agenda.clear()
        for each in self._stopped:
            processes.send((p for t in each.tracked for p in t.members()), signal.SIGCONT)
        self._stopped.clear()
        self._resume_redis()
        for server in self.stage.servers.servers:
            server.start()
        self.revive()

    def revive(self) -> None:
        """Start what has ended by itself, as a platform does."""
        for actor in (self.stage.web, self.stage.clock, *self.stage.workers):
            if actor.has_ended:
                early = time.monotonic() - actor.started_at < EARLY_S
                name = actor.name.partition("-")[0]
                self.ended[f"{name} {'while starting' if early else 'at work'}"] += 1
                self.latest.append(f"{actor.name} had ended by itself")
                actor.replace()

    def _revive_and_go_on(self) -> None:
        self._after(REVIVE_EVERY_S, self._revive_and_go_on)
        self.revive()

    def _after(self, seconds: float, action: Action) -> None:
        heapq.heappush(self._agenda, (time.monotonic() + seconds, next(self._order), action))

    def _say(self, kind: str, words: str = "") -> None:
        self.counts[kind] += 1
        self.latest.append(f"{kind} {words}".strip())

    def _kill_and_go_on(self) -> None:
        self._after(KILL_EVERY_S, self._kill_and_go_on)
        self._kill_worker()

    def _disturb_and_go_on(self) -> None:
        """One card of a shuffled deck: so a short run sees many kinds, a long one all."""
        self._after(self.every_s, self._disturb_and_go_on)
        if not self._deck:
            self._deck = [
                *(self._restart_redis, self._flush_redis, self._pause_redis, self._flush_redis),
                *(self._restart_postgres, self._crash_postgres, self._end_backends, self._kill_backend),
                *(self._restart_web, self._kill_web_worker, self._kill_web, self._kill_clock),
                *(self._pause_worker, self._pause_worker, self._end_worker),
            ]
            self.rng.shuffle(self._deck)
        self._deck.pop()()

    def _kill_worker(self) -> None:
        """SIGKILL: its main process, its child, or both; one that is at work if there is one soon."""
        how = self.rng.choice(("main", "horse", "both"))
        deadline = time.monotonic() + BUSY_WAIT_S
        free = [each for each in self.stage.workers if each not in self._stopped]
        while not (busy := [each for each in free if each.children()]) and time.monotonic() < deadline:
            time.sleep(0.02)
        victim = self.rng.choice(busy or free)
        dying = {"main": victim.main, "horse": victim.children}.get(how, lambda: _family(victim))()
        processes.send(dying, signal.SIGKILL)
        wait_until(lambda: not any(processes.is_running(each.pid) for each in dying), 10, "a death")
        self.kills.append(Kill(datetime.now(UTC), role(self.stage.workers.index(victim))))
        self._say(f"killed worker ({how})")
        if how != "horse":
            victim.replace()
        victim.forget_dead()

    def _pause_worker(self) -> None:
        """SIGSTOP, now and then for longer than a lease."""
        free = [each for each in self.stage.workers if each not in self._stopped]
        busy = [each for each in free if each.children()]
        victim, seconds = self.rng.choice(busy or free), self.rng.choice((5.0, 15.0, 30.0, 75.0))
        frozen = _family(victim)
        self._stopped.add(victim)
        processes.send(frozen, signal.SIGSTOP)
        self._say("stopped worker", f"for {seconds:g} s")

        def go_on() -> None:
            processes.send(frozen, signal.SIGCONT)
            self._stopped.discard(victim)

        self._after(seconds, go_on)

    def _end_worker(self) -> None:
        """SIGTERM: it finishes its job; another starts at once."""
        victim = self.rng.choice([each for each in self.stage.workers if each not in self._stopped])
        processes.send(victim.main(), signal.SIGTERM)
        victim.replace()
        self._say("ended worker cleanly")

    def _restart_redis(self) -> None:
        seconds = self.rng.uniform(3, 8)
        self.down.begin("redis")
        self.stage.servers.redis.stop()
        self._say("stopped Redis", f"for {seconds:.0f} s")

        def go_on() -> None:
            self.stage.servers.redis.start()
            self.down.end("redis")

        self._after(seconds, go_on)

    def _flush_redis(self) -> None:
        if not self.stage.servers.redis.running:
            return self._after(1.0, self._flush_redis)
        with redis.Redis.from_url(self.stage.servers.redis_url, socket_timeout=3) as client:
            try:
                client.flushall()
            except redis.RedisError:  # it is paused
                return self._after(1.0, self._flush_redis)
        return self._say("emptied Redis")

    def _pause_redis(self) -> None:
        if not self.stage.servers.redis.running:
            return self._after(1.0, self._pause_redis)
        seconds = self.rng.uniform(2, 6)
        self.down.begin("redis")
        self.stage.servers.redis.pause()
        self._say("paused Redis", f"for {seconds:.0f} s")

        def go_on() -> None:
            self._resume_redis()
            self.down.end("redis")

        return self._after(seconds, go_on)

    def _resume_redis(self) -> None:
        if self.stage.servers.redis.running:
            self.stage.servers.redis.resume()

    def _restart_postgres(self) -> None:
        self._disturb("postgres", self.stage.servers.postgres.restart)
        self._say("restarted PostgreSQL (fast)")

    def _crash_postgres(self) -> None:
        """Immediate shutdown: no checkpoint; it recovers from its log."""

        def crash() -> None:
            server = self.stage.servers.postgres
            os.kill(server.pid, signal.SIGQUIT)
            wait_until(lambda: not server.running, 20, "PostgreSQL to end at once")
            server.start()

        self._disturb("postgres", crash)
        self._say("crashed PostgreSQL (immediate)")

    def _end_backends(self) -> None:
        query = f"SELECT pg_terminate_backend(pid) FROM ({BACKENDS} ORDER BY random() LIMIT 5) AS some"
        self._disturb("postgres", lambda: self.facts.ask(query))
        self._say("ended database backends")

    def _kill_backend(self) -> None:
        """SIGKILL of one backend: PostgreSQL ends all others and recovers."""
        victims = self.facts.ask(f"{BACKENDS} ORDER BY pid") or []
        if victims:
            pid = self.rng.choice(victims)["pid"]
            self._disturb("postgres", lambda: _kill(pid))
            self._say("killed a database backend")

    def _restart_web(self) -> None:
        self._disturb("web", lambda: (self.stage.web.stop(), self.stage.web.start()))
        self._say("restarted web")

    def _kill_web_worker(self) -> None:
        children = self.stage.web.children()
        if children:
            self._disturb("web", lambda: processes.send([self.rng.choice(children)], signal.SIGKILL))
            self._say("killed a web worker")

    def _kill_web(self) -> None:
        def kill() -> None:
            processes.send(_family(self.stage.web), signal.SIGKILL)
            self.stage.web.stop()
            self.stage.web.start()

        self._disturb("web", kill)
        self._say("killed web")

    def _kill_clock(self) -> None:
        processes.send(_family(self.stage.clock), signal.SIGKILL)
        self.stage.clock.stop()
        self.stage.clock.start()
        self._say("killed clock")

    def _disturb(self, name: str, harm: Callable[[], object]) -> None:
        """Do harm; what follows from it is excused for some seconds more."""
        self.down.begin(name)
        harm()
        self._after(AFTERMATH_S, lambda: self.down.end(name))


def _family(actor: Actor) -> list[psutil.Process]:
    return [*actor.main(), *actor.children()]


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
