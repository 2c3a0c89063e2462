"""What frontends ask about courses before they show one: lists and settings. Courses themselves are the app's."""
