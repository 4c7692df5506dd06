"""What is kept about requests for a while: how many, and their answers."""
