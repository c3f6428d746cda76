"""What people take away: proof of periods, figures, the lists that tabs print."""
