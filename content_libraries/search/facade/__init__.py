"""The part of Meilisearch's HTTP API that browsers of authors use, served from the embedded engine."""
