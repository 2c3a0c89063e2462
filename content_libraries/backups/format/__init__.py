"""The format of archives: names of members, TOML files, lines of JSON, the manifest. It knows no database."""
