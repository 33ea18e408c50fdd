"""Scripts that load, freeze and kill a real system, and print what came of it."""
