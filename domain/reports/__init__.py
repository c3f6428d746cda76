"""Reports: the review period of every round, 審核統計, and the lists of the profile's tabs."""
