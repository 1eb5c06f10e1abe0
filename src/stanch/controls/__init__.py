"""Control planes: one adapter each over one shared client, and the checks that are read from them."""
