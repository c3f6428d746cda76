"""What a person may ask about the own data, the copy of it that can be taken along, and how long data stays.

`rights` has the requests and their terms, `own_data` the export, `retention` what goes when its time is over.
"""
