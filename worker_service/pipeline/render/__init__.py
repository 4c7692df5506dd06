"""Renditions of an analysed video: what was seen drawn in, a copy that browsers play, stills."""
