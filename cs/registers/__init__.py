"""What each register and each printed form of the procedure is (5.6, 7.0): one definition each, from which
page, print, Excel, CSV and PDF come."""
