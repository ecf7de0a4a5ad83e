"""What CBP calls things, as data: headings and their aliases, statuses, centers."""
