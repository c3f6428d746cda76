"""批次維護作業: a file is read, graded row by row, mended, and only then written; a batch can be taken back whole.

A batch is of one kind (`kinds`), which knows its columns, grades a row by the checks of the form it stands for, and
writes rows by the verbs of their room. Everything else is the same for all kinds and stands here.
"""
