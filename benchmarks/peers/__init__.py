"""The rivals, each behind the same few functions."""
