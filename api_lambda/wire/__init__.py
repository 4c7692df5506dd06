"""What comes in and goes out, one file a topic.

Requests are closed to unknown fields and bounded in every direction. An answer is made from a row
by its `of`.
"""
