"""For a developer's machine and CI only; a deployment never imports this package."""
