"""One coach's afternoon, as the examples of the OpenAPI document: one file a topic."""
