class Program:
    keep: object
    width: int
    frame_bytes: int
    def __init__(self, address: int, keep: object, width: int, frame_bytes: int) -> None: ...
