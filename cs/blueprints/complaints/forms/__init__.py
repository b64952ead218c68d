"""The forms of a complaint's steps, by subject: receipt, confirmation, samples, meeting, reply, end."""
