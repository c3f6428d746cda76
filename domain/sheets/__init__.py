"""Spreadsheets as they come from offices: files read in a process of their own, headings matched, cells understood.

Whatever is wrong with a file is one sentence (`Unreadable`); whatever is wrong with a cell is one, too.
"""
