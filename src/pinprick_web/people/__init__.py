"""Who a record belongs to, and what that person settled about the site: reminders, theme, place, consent."""
