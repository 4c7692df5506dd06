"""Still pictures: what may be sent, how they come in, what is found in them."""
