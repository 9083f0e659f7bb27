"""What the tests of both engines share: each test runs on the readable one and on the native one."""

from collections.abc import Callable
from typing import Any

import pytest

from bincode_next.config import PURE_PYTHON, Config, standard
from bincode_next.plan import AnyPlan
from bincode_next.plan._plan_py import Plan as Twin
from bincode_next.plan._select import Plan as Selected
from bincode_next.plan._select import made
from bincode_next.schema import Schema, schema_of

ENGINES = {"twin": Twin} if PURE_PYTHON else {"twin": Twin, "native": Selected}
STANDARD = standard()
MakePlan = Callable[..., AnyPlan]


@pytest.fixture(params=ENGINES)
def plan(request: pytest.FixtureRequest) -> MakePlan:
    """Return what makes a plan of a hint, or of a schema, by one of the engines."""
    engine = ENGINES[request.param]

    def make(hint: Any, config: Config = STANDARD) -> AnyPlan:
        return made(hint if isinstance(hint, Schema) else schema_of(hint), config, engine)

    return make
