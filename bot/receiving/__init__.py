"""From Telegram to the api: an update is stored before it is acknowledged."""
