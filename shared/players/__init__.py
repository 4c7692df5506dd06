"""Athletes: who they are, what was allowed for them, how they come along."""
