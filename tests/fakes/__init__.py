"""Stand-ins for what others run: AWS, ECS, an app's server."""
