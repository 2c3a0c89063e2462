"""Components and containers over REST."""
