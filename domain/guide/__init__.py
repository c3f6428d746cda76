"""What is missing for a person, where a user stands on STEP 1 to 8, where the work stopped, and the usual courses."""
