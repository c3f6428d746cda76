"""Prepare what browsers load, once for each version: `python -m ui.assets`."""

from . import prepare

if __name__ == '__main__':
    prepare()
