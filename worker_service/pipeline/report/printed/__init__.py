"""The report for the eye: one page of words, as HTML and as PDF."""
