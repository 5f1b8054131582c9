"""The body: readings of the pulse become beats, and beats become what is known of the person."""
