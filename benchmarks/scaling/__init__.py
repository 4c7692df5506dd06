"""A simulation of scaling: videos arrive; workers come and go by the rule that is deployed."""
