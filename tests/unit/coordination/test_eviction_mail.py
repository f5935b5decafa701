"""Evictions on their way: nothing is lost, nobody waits, nothing grows without end."""

from __future__ import annotations

import threading

import pytest

from delfin.coordination import eviction_mail
from delfin.coordination.eviction_mail import EVERYTHING, Inbox, Outbox
from delfin.coordination.reachability import Reachability
from tests.heard import Heard
from tests.waiting import wait_until


class Post:
    """Takes what is sent, once it is open."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.sent: list[str] = []
        self.tries = 0

    def send(self, storage_id: str) -> None:
        self.tries += 1
        if not self.open.is_set():
            raise ConnectionError("closed")
        self.sent.append(storage_id)


def make_outbox(post: Post) -> Outbox:
    return Outbox("test", post.send, Reachability("The post", "letters wait"), retry_after=0.01)


def test_what_could_not_be_sent_is_sent_once_when_it_can_be(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    post = Post()
    outbox = make_outbox(post)
    outbox.start()
    for name in ("a", "b", "a"):
        outbox.put(name)
    wait_until(lambda: post.tries > 5)
    post.open.set()
    wait_until(lambda: len(post.sent) >= 2)
    outbox.stop()
    outbox.wait(10)
    assert sorted(post.sent) == ["a", "b"]
    assert caplog.text.count("cannot be reached") == 1
    assert caplog.text.count("is back") == 1


def test_too_many_to_name_become_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eviction_mail, "MOST_PENDING", 10)
    post = Post()
    outbox = make_outbox(post)
    for number in range(25):
        outbox.put(str(number))
    post.open.set()
    outbox.start()
    wait_until(lambda: EVERYTHING in post.sent)
    outbox.stop()
    outbox.wait(10)
    assert len(post.sent) <= 11


def test_stopping_sends_what_is_left_and_tries_it_once() -> None:
    for is_open in (True, False):
        post = Post()
        outbox = make_outbox(post)
        if is_open:
            post.open.set()
        outbox.put("a")
        outbox.stop()
        outbox.start()
        outbox.wait(10)
        assert (post.sent, post.tries) == ((["a"], 1) if is_open else ([], 1))


def test_what_waits_for_a_subscriber_is_told_once() -> None:
    inbox, heard = Inbox("test"), Heard()
    inbox.audience.subscribe(heard)
    for name in ("a", "b", "a"):
        inbox.put(name)
    inbox.start()
    wait_until(lambda: len(heard.evicted) >= 2)
    inbox.stop()
    inbox.wait(10)
    assert sorted(heard.evicted) == ["a", "b"]


def test_everything_makes_the_single_ones_needless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eviction_mail, "MOST_PENDING", 10)
    for flood in ([EVERYTHING], [str(number) for number in range(20)]):
        inbox, heard = Inbox("test"), Heard()
        inbox.audience.subscribe(heard)
        for name in ("a", *flood, "b"):
            inbox.put(name)
        inbox.start()
        wait_until(lambda heard=heard: heard.flushed)  # type: ignore[misc] # no type of a default
        inbox.stop()
        inbox.wait(10)
        assert (heard.flushed, heard.evicted) == (1, [])


def test_what_others_name_must_be_there_and_what_we_name_need_not() -> None:
    refused: list[str] = []
    inbox = Inbox("test", {"known"}.__contains__, refused.append)
    told = Heard()
    inbox.audience.subscribe(told)
    inbox.put("unknown", foreign=True)
    inbox.put("known", foreign=True)
    inbox.put("ours")
    # One that both name is ours as well.
    inbox.put("both", foreign=True)
    inbox.put("both")
    inbox.start()
    wait_until(lambda: len(told.evicted) == 3 and refused)
    inbox.stop()
    inbox.wait()
    assert set(told.evicted) == {"known", "ours", "both"}
    assert refused == ["it names a storage that is not there"]
