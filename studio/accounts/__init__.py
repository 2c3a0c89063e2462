"""Accounts of the host: login, logout, tokens in cookies, profiles, and the users of the demo."""
