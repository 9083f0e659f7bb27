from typing_extensions import disjoint_base

from ._call_c import Caller

@disjoint_base
class DirectCaller(Caller): ...
