"""The written procedure: standard library only, no Flask, no database, no clock."""
