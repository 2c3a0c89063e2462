"""What admin classes of all rooms are made of: bases, form fields, and a page that asks for confirmation."""
