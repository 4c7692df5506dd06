"""Drawn videos: what may be asked, what there is to see."""
