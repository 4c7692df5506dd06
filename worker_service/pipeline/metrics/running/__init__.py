"""Running: strides from one foot contact to the next of the same foot."""
