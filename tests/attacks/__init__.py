"""What attackers would send. See the README beside this file."""
