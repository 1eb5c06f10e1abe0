"""The real control planes and alert sources that tests run against: installed by version, started on loopback."""
