"""What all REST packages of this app share. Import from the module that has it."""
