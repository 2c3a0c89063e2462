"""The XBlock API over HTTP."""
