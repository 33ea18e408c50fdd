"""The commands of `passerelle-kb`, one module per group."""
