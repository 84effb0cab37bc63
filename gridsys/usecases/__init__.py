"""What a user does, in order, one transaction each."""
