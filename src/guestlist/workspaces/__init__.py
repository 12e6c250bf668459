"""The places: workspaces, and the tree of communities inside each."""
