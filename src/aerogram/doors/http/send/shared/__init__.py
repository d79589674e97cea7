"""What both versions of the Send API read and check alike."""
