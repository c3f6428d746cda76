"""Where a user stands: STEP 1 to 8, and where the work stopped."""
