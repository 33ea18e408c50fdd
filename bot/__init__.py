"""Everything that speaks Telegram: receiving, answering through Rasa and the api, sending."""
