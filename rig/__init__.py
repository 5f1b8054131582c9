"""What readings mean and what to do about them."""
