"""Eight bytes that name a type and a configuration, as bincode-next has them. Start reading at `_fingerprint.py`."""

from ._fingerprint import config_hash as config_hash
from ._fingerprint import of as of
from ._fingerprint import prefix as prefix
from ._rapidhash import rapidhash as rapidhash

__all__ = ("config_hash", "of", "prefix", "rapidhash")
