"""Code that all REST packages of this app share. Import each name from its own module."""
