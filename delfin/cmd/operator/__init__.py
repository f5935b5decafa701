"""The commands of delfin-manage, one file a group."""
