"""What delfin-alert does: hear what arrays have to say."""
