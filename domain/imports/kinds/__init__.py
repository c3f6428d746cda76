"""The kinds of files, by what they bring in."""
