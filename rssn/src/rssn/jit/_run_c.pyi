class Program:
    keep: object
    width: int
    streaming: bool
    def __init__(self, address: int, keep: object, width: int, streaming: bool) -> None: ...
