"""The stack: everything that `cdk deploy` stands up, one construct a file."""
