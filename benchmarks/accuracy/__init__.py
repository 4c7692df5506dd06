"""`make evaluate`: how far measurements are from the truth, beside the bounds they must keep."""
