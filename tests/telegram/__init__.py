"""A strict stand-in for Telegram's Bot API server, with a control side for tests.

`server` runs it in this process, `python -m tests.telegram` in its own; `client.Telegram` drives either.
What it checks beyond Telegram: unknown parameters are refused, and misbehaviour that Telegram would let pass
(pending updates dropped, a flood limit not waited for) is counted as an offence.
"""
