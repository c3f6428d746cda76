"""The office calendar, and how many days are left by it."""
