"""What each process of delfin does about itself: it shows itself, and sees to it that it is replaced."""
