"""The whole path on real processes, against the stand-in Bot API server."""
