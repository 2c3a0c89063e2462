"""Django's backend for PostgreSQL, able to run the migrations of every app that libraries need."""
