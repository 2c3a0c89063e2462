"""Long work that workers do: leases, progress, cancel, retry."""
