"""How well questions are answered, ours beside what others would use: `python -m tests.answers --help`."""
