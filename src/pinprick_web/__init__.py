"""The site: Pinprick in a browser, on one's own machine. The library's first customer, without a rule about trials."""
