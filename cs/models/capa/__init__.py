"""CAPAs (5.2.2.5): the report and the rows of its rounds."""
