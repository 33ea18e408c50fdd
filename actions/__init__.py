"""The actions that Rasa's rules choose: each reads the conversation, asks the api once or twice, and utters a reply."""
