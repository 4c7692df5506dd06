"""How a video comes in: announced, sent, completed, or found by the backstop."""
