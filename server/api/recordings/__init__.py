"""HTTP of recordings: their files in pieces, and what was counted in them."""
