"""The way in for apps: who issues tokens, the gateway, the API's function."""
