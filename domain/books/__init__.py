"""The record book: issued with its number, kept in the number ledger, written out for printing."""
