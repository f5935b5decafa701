"""A RabbitMQ node and a database for all stories in this folder, and a new cluster for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from delfin.db import migration
from delfin.db.session import Database
from delfin.testing.simulated.fake_storage import FakeStorage
from tests.conftest import make_conf, make_empty, throw_away_database
from tests.service.cluster import broker as rabbitmq
from tests.service.cluster.cluster import Cluster, cluster_on
from tests.service.coordination import redis_process
from tests.service.coordination.redis_process import RedisProcess
from tests.service.standalone.rest import PASSWORD


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rabbitmq.Broker]:
    if not rabbitmq.BINARY:
        pytest.skip("rabbitmq-server is not installed: run tools/apt-packages.sh")
    started = rabbitmq.Broker(tmp_path_factory.mktemp("rabbitmq"))
    try:
        started.start()
        yield started
    finally:
        started.remove()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisProcess]:
    if not redis_process.BINARY:
        pytest.skip("redis-server is not installed: run tools/apt-packages.sh")
    started = RedisProcess(tmp_path)
    started.start()
    yield started
    started.kill()


@contextmanager
def schema(engine: str, folder: Path) -> Iterator[str]:
    with throw_away_database(engine, folder) as url:
        database = Database(make_conf(folder, url))
        migration.upgrade(database.engine)
        database.dispose()
        yield url


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with schema("postgresql", tmp_path_factory.mktemp("postgresql")) as url:
        yield url


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with schema("mariadb", tmp_path_factory.mktemp("mariadb")) as url:
        yield url


@pytest.fixture
def cluster(
    request: pytest.FixtureRequest, tmp_path: Path, broker: rabbitmq.Broker, redis: RedisProcess
) -> Iterator[Cluster]:
    """On PostgreSQL, or on the engine that the story names as parameter of this fixture."""
    url: str = request.getfixturevalue(getattr(request, "param", "postgresql"))
    engine = create_engine(url)
    with engine.begin() as connection:
        make_empty(connection)
    engine.dispose()
    with cluster_on(tmp_path, url, broker.port, redis) as made:
        yield made


@pytest.fixture
def array() -> Iterator[FakeStorage]:
    with FakeStorage(password=PASSWORD) as started:
        yield started
