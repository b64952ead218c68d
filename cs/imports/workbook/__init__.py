"""Reads a workbook in a process of its own: `python -m workbook < file` answers in JSON, one line each.

A file of 5 kB can make a parser ask for 512 GB and end its whole process; here that ends only this one. So
the package imports nothing of the application, and is started from its own folder.

Lines: {"sheet": name}, then an array for each row, {"gap": number} for rows without a cell; at last {"end":
true} or {"refused": code, …}. A cell is a text, a number, true or false, or

- {"d": iso text, "s": shown}: a day, and the text that people see;
- {"n": number, "s": shown, "d": iso text}: a number with the text that people see; "d" is the day that it
  means where days count from 1904;
- {"e": "#N/A"}: a formula that failed; {"e": ""}: one of which the file holds no value;
- {"r": cell}: one of several merged cells, below the first.
"""
